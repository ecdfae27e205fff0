import { describe, expect, test } from 'vitest';

import { publishedPorts } from '../../src/engines/docker/look.ts';
import { server as plainServer } from '../deployment/fixture.ts';
import { type FakeBox, onFakeBox } from './support/fake-box.ts';
import { complaints, reportFor } from './support/world.ts';

const groups = ['host', 'docker', 'network'];
const denied = 'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock';
const stopped = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?';
const far = {
  legacy: { ip: '172.18.0.10', url: 'http://172.18.0.10/' },
  database: { ...plainServer.database, host: '10.5.5.5' },
};

/** Each fault of a box, and exactly what is said about it. */
const faults: Readonly<Record<string, readonly [FakeBox, ...string[]]>> = {
  'nothing is wrong': [{}],
  'an old Ubuntu': [{ release: 'ID=ubuntu\nVERSION_ID="16.04"\n' }, 'host/system: warning'],
  'another distribution': [{ release: 'ID=fedora\nVERSION_ID=42\n' }, 'host/system: warning'],
  'a small box': [{ memory: 1_000_000 }, 'host/memory: problem'],
  'a small box with swap': [{ memory: 1_000_000, swap: 2_000_000 }, 'host/memory: warning'],
  'a clock that nobody keeps': [{ synchronized: 'no' }, 'host/clock: warning'],
  'a pending restart': [{ rebootRequired: true }, 'host/reboot: warning'],
  'no docker': [{ noClient: true, noDaemon: true }, 'docker/installed: problem'],
  'a client without an engine': [{ noDaemon: true, error: stopped }, 'docker/running: problem'],
  'a stopped engine': [{ error: stopped }, 'docker/running: problem'],
  'no permission': [{ error: denied }, 'docker/running: problem'],
  'an engine that hangs': [{ hangs: true }, 'docker/running: problem'],
  'an engine with a strange error': [{ error: 'Error response from daemon: boom' }, 'docker/running: problem'],
  'an old engine': [{ info: { ServerVersion: '19.03.15' } }, 'docker/version: problem'],
  'no Compose': [{ info: { ClientInfo: { Plugins: [] } } }, 'docker/compose: problem'],
  'an old Compose': [
    { info: { ClientInfo: { Plugins: [{ Name: 'compose', Version: 'v2.6.0' }] } } },
    'docker/compose: problem',
  ],
  'the snap': [{ info: { DockerRootDir: '/var/snap/docker/common/var-lib-docker' } }, 'docker/snap: problem'],
  'images without layers': [{ info: { Driver: 'vfs' } }, 'docker/storage: warning'],
  'logs that cannot be read': [{ info: { LoggingDriver: 'syslog' } }, 'docker/logs: warning'],
  'no memory limits': [{ info: { MemoryLimit: false } }, 'docker/memory-limits: warning'],
  'Docker hides the legacy': [
    { networks: [{ name: 'other_default', subnet: '172.18.0.0/16' }], server: far },
    'docker/address-pools: problem',
  ],
  'Docker hides SQL Server': [
    { networks: [{ name: 'bridge', subnet: '10.5.0.0/16' }], server: far },
    'docker/address-pools: problem',
  ],
  'a VPN with small packets': [{ mtu: 1400 }, 'docker/mtu: warning'],
  'no way out': [{ route: false }, 'network/route: warning'],
  'port 80 is taken by a process': [{ listens: 80 }, 'network/ports: problem'],
  'port 443 is taken by a container': [
    { running: ['portainer\t0.0.0.0:443->9443/tcp, :::443->9443/tcp'] },
    'network/ports: problem',
  ],
  'the name of the gateway does not resolve': [
    { server: { gateway: { ...plainServer.gateway, dns: `${'x'.repeat(64)}.invalid` } } },
    'network/gateway-name: warning',
  ],
};

describe('every fault of the box has one diagnosis', () => {
  test.for(Object.entries(faults))('%s', ([, [box, ...expected]]) =>
    onFakeBox(box, async (world) => {
      const report = await reportFor(world, groups);
      expect([...complaints(report)].sort()).toEqual([...expected].sort());
      for (const { state, fix } of report.findings)
        if (state === 'problem' || state === 'warning') expect(fix.length).toBeGreaterThan(0);
    }),
  );
});

test('the ports that the server itself publishes are its own', () =>
  onFakeBox(
    { listens: 443, running: ['openimis-test-gateway-1\t0.0.0.0:80->80/tcp, 0.0.0.0:443->443/tcp'] },
    async (world) => {
      const report = await reportFor(world, ['network/ports']);
      expect(report.findings).toMatchObject([{ state: 'ok', found: '80 and 443, its own' }]);
    },
  ));

test('without a server the box is judged for an ordinary one', () =>
  onFakeBox({ onlyBox: true, memory: 1_000_000 }, async (world) => {
    const report = await reportFor(world, ['host', 'network']);
    expect(complaints(report)).toEqual(['host/memory: problem']);
  }));

test('published ports, as docker ps prints them', () => {
  expect(
    publishedPorts('a\t0.0.0.0:80->80/tcp, :::80->80/tcp, 5672/tcp\nb\t127.0.0.1:8000-8002->8000-8002/tcp\n'),
  ).toEqual([
    { port: 80, container: 'a' },
    { port: 8000, container: 'b' },
    { port: 8001, container: 'b' },
    { port: 8002, container: 'b' },
  ]);
});
