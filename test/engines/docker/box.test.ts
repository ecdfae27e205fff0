import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';

import { describe, expect, it } from 'vitest';

import { containerWords } from '../../../src/engines/docker/box.ts';
import { holders, parseListeners } from '../../../src/engines/docker/listeners.ts';
import { networkOf, parseRoutes } from '../../../src/engines/docker/routes.ts';

const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1628 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0
   1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000 100 0 0 10 0
   2: 020200C0:0016 010200C0:D431 01 00000000:00000000 02:000A7D5B 00000000     0        0 4713 2 0000000000000000 20 4 30 10 -1
`;
const tcp6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:01BB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4714 1 0000000000000000 100 0 0 10 0
   1: 00000000000000000000000001000000:0277 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4715 1 0000000000000000 100 0 0 10 0
   2: 0000000000000000FFFF00000100007F:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4716 1 0000000000000000 100 0 0 10 0
   3: B80D0120000000000000000001000000:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4717 1 0000000000000000 100 0 0 10 0
`;

describe('the engine’s box', () => {
  it('reads listening sockets, not connections', () => {
    expect(parseListeners(tcp + tcp6)).toEqual([
      { address: '127.0.0.1', port: 5672, inode: '4711' },
      { address: '0.0.0.0', port: 80, inode: '4712' },
      { address: '::', port: 443, inode: '4714' },
      { address: '::1', port: 631, inode: '4715' },
      { address: '127.0.0.1', port: 8080, inode: '4716' },
      { address: '2001:db8::1', port: 8081, inode: '4717' },
    ]);
    expect(parseListeners('')).toEqual([]);
  });

  it('finds the process that listens', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const own = parseListeners(await readFile('/proc/net/tcp', 'utf8')).find((listener) => listener.port === port);
    expect(own?.address).toBe('127.0.0.1');
    const found = await holders(new Set([own?.inode ?? '']));
    expect(found.get(own?.inode ?? '')).toMatch(new RegExp(`^process .+ \\(pid ${process.pid}\\)$`));
    server.close();
  });

  it('reads routes without the default and without those that are down', () => {
    const table = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
vpn0\t0000000A\t00000000\t0000\t0\t0\t0\t000000FF\t0\t0\t0
vpn0\t0100000A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0
`;
    expect(parseRoutes(table)).toEqual(['172.17.0.0/16', '192.0.2.0/24', '10.0.0.1/32']);
  });

  it.each([
    ['10.1.2.3/24', '10.1.2.0/24'],
    ['172.31.255.255/12', '172.16.0.0/12'],
    ['192.0.2.7/32', '192.0.2.7/32'],
    ['203.0.113.130/25', '203.0.113.128/25'],
  ])('the network of %s is %s', (address, network) => expect(networkOf(address)).toBe(network));
});

it('whose a container is: of nobody that openimis knows, of a server, or of the sandbox, which has servers of the same names', () => {
  const server = { 'org.openimis.server': 'test' };
  expect([
    containerWords('web', {}),
    containerWords('openimis-test-gateway-1', server),
    containerWords('openimis-sandbox-test-gateway-1', { ...server, 'org.openimis.sandbox': 'true' }),
  ]).toEqual([
    'container web',
    'container openimis-test-gateway-1 (server test)',
    'container openimis-sandbox-test-gateway-1 (sandbox)',
  ]);
});
