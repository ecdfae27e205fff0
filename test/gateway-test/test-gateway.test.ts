import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { GatewayFinding } from '../../src/gateway-test/check.ts';
import { doorAddress, doorOf } from '../../src/gateway-test/open-door.ts';
import { gatewayChecks, testGateway } from '../../src/gateway-test/test-gateway.ts';
import { completeServer } from '../../src/workspace/complete.ts';
import { parseWorkspace } from '../../src/workspace/parse.ts';
import type { Server } from '../../src/workspace/server.ts';
import { type LaxGateway, startLaxGateway } from './lax-gateway.ts';

let lax: LaxGateway;
let findings: readonly GatewayFinding[];
beforeAll(async () => {
  lax = await startLaxGateway();
  findings = await testGateway(lax.door);
}, 60_000);
afterAll(() => lax.close());

describe('a gateway that lets everything through', () => {
  it('fails every check, each with what was found and what was expected', () => {
    expect(findings.map(({ id, state }) => `${id} ${state}`)).toEqual(gatewayChecks.map(({ id }) => `${id} problem`));
    for (const { found, expected, why } of findings)
      for (const text of [found, expected, why]) expect(text).not.toBe('');
  });

  it('is asked nothing that logs in or that the legacy would write down', () => {
    const posts = lax.seen.filter((request) => request.startsWith('POST '));
    expect(posts.length).toBeGreaterThan(3);
    for (const request of posts) expect(request).not.toMatch(/default\.aspx|EnterNewPassword|ForgotPassword|POST \/$/i);
    expect(lax.seen.join()).not.toContain('SaveOfflineHFID');
  });

  it('never shows the name of the secret header', () => {
    expect(JSON.stringify(findings)).not.toMatch(/X-Openimis-ABC|x_openimis_abc/i);
  });
});

describe('a gateway that knows no name at all', () => {
  it('has not proved that it knows its own', async () => {
    const closed = await startLaxGateway(421);
    try {
      const own = (await testGateway(closed.door)).find(({ id }) => id === 'unknown-host');
      expect(own).toMatchObject({
        state: 'problem',
        found: expect.stringMatching(/^421 for new\.example\.org:\d+;/) as string,
      });
    } finally {
      await closed.close();
    }
  });
});

describe('checks that do not apply', () => {
  it('are skipped, with the reason', async () => {
    const { server, address, https, http, dns } = lax.door;
    const others = await testGateway({ server, address, https, http, dns, signOn: 'application', routes: [] });
    const skipped = others.filter(({ state }) => state === 'skipped');
    expect(skipped.map(({ id }) => id)).toEqual(expect.arrayContaining(['forged-post', 'download', 'api-users']));
    for (const { found } of skipped) expect(found.length).toBeGreaterThan(5);
  });
});

it('says so when nothing answers', async () => {
  await expect(testGateway({ ...lax.door, https: 9 })).rejects.toMatchObject({
    code: 'GATEWAY_UNREACHABLE',
    message: expect.stringContaining('ECONNREFUSED') as string,
  });
});

describe('where the gateway is', () => {
  const server = (address?: string): Server => {
    const gateway = `{ dns: new.example.org${address === undefined ? '' : `, address: ${address}`} }`;
    const text = `version: 1\nservers:\n  test:\n    legacy: { ip: 203.0.113.10, url: 'http://203.0.113.10/imis' }\n    database: { name: a, user: b }\n    gateway: ${gateway}\n    release: "1.1.0"\n    components: { backend: {} }\n`;
    return completeServer(parseWorkspace(text, 'openimis.yaml'), 'test');
  };
  const cases: readonly [string | undefined, string, string | undefined, string][] = [
    [undefined, 'unix:///var/run/docker.sock', undefined, '127.0.0.1'],
    ['0.0.0.0', 'unix:///var/run/docker.sock', undefined, '127.0.0.1'],
    ['192.0.2.7', 'unix:///var/run/docker.sock', undefined, '192.0.2.7'],
    [undefined, 'ssh://ann@box.example.org:2222', undefined, 'box.example.org'],
    [undefined, 'tcp://[2001:db8::1]:2376', undefined, '2001:db8::1'],
    ['192.0.2.7', 'ssh://ann@box', '198.51.100.3', '198.51.100.3'],
    [undefined, '', undefined, '127.0.0.1'],
  ];
  it.each(cases)('gateway.address %s, engine %s, --connect %s: %s', (address, engine, connect, expected) => {
    expect(doorAddress(server(address), engine, connect)).toBe(expected);
  });

  it('has the virtual directory of the legacy, and no secret header without secrets', () => {
    const door = doorOf(server(), '127.0.0.1', {});
    expect(door).toMatchObject({ legacyPath: '/imis/', dns: 'new.example.org', https: 443 });
    expect(door.identityHeader).toBeUndefined();
    expect(doorOf(server(), '127.0.0.1', { IDENTITY_HEADER: 'A1' }).identityHeader).toBe('X-Openimis-A1');
  });
});
