import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { parseSecrets } from '../../../src/workspace/secrets.ts';
import { currentUser, gateway, type Sandbox, standIns } from './sandbox.ts';

type Inspected = {
  readonly Name: string;
  readonly State: { readonly Pid: number };
  readonly Config: { readonly Labels: Readonly<Record<string, string>> };
  readonly HostConfig: {
    readonly Privileged: boolean;
    readonly CapAdd: readonly string[] | null;
    readonly CapDrop: readonly string[] | null;
    readonly SecurityOpt: readonly string[] | null;
    readonly RestartPolicy: { readonly Name: string };
    readonly LogConfig: { readonly Type: string; readonly Config: Readonly<Record<string, string>> };
    readonly Memory: number;
    readonly PidMode: string;
    readonly IpcMode: string;
    readonly NetworkMode: string;
    readonly Binds: readonly string[] | null;
  };
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>>;
    readonly Ports: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>>;
  };
};

type Target = { readonly what: string; readonly host: string; readonly port: number };

const backend = 'openimis-sandbox-test-r1-backend-1';
const ibackend = 'openimis-sandbox-test-r1-ibackend-1';
const frontend = 'openimis-sandbox-test-r1-frontend-1';
const rabbitmq = 'openimis-sandbox-test-rabbitmq-1';
const stranger = 'survival-stranger';

/** Who can open whose port, what is published, and what a container may do. */
export function isolationTests(theSandbox: () => Sandbox): void {
  let containers: ReadonlyMap<string, Inspected>;
  const container = (name: string): Inspected => {
    const found = containers.get(name);
    if (found === undefined) throw new Error(`there is no container ${name}`);
    return found;
  };
  const own = (): readonly Inspected[] => [...containers.values()].filter(({ Name }) => Name !== `/${stranger}`);
  const fromEach = async (but: readonly string[], look: (name: string) => Promise<void>): Promise<void> => {
    await Promise.all([...containers.keys()].filter((name) => !but.includes(name)).map(look));
  };
  const portsOf = (name: string, port: number): readonly Target[] =>
    Object.values(container(name).NetworkSettings.Networks).map(({ IPAddress }) => ({
      what: `${name} at ${IPAddress}`,
      host: IPAddress,
      port,
    }));

  beforeAll(async () => {
    const { docker, image } = theSandbox();
    await docker('network', 'create', stranger);
    await docker('run', '--detach', '--name', stranger, '--network', stranger, '--entrypoint', 'sleep', image, '3600');
    containers = await inspectAll(theSandbox());
  });
  afterAll(async () => {
    const { docker } = theSandbox();
    await docker('rm', '--force', stranger);
    await docker('network', 'rm', stranger);
  });

  it("only the gateway can open a backend's port", async () => {
    const targets = [...portsOf(backend, 8000), ...portsOf(ibackend, 8000)];
    // Each has two networks, and listens in one.
    expect(targets.length).toBe(4);
    expect(await openFrom(container(gateway), targets)).toHaveLength(2);
    await fromEach([gateway], async (name) => {
      const others = targets.filter(({ what }) => !what.startsWith(`${name} `));
      expect(others.length, name).toBeGreaterThanOrEqual(2);
      expect(await openFrom(container(name), others), name).toEqual([]);
    });
  });

  it('only backends and worker can open the port of RabbitMQ', async () => {
    const targets = portsOf(rabbitmq, 5672);
    expect(targets.length).toBe(1);
    const users = [backend, ibackend, 'openimis-sandbox-test-r1-worker-1'];
    await fromEach([rabbitmq], async (name) => {
      expect(await openFrom(container(name), targets), name).toHaveLength(users.includes(name) ? 1 : 0);
    });
  });

  it('the frontend can open nothing but itself and the gateway, and has no way out', async () => {
    const { report, bridge } = theSandbox();
    const published = [new URL(report.legacy).port, new URL(report.gateway).port].map(Number);
    expect(Object.keys(container(frontend).NetworkSettings.Networks)).toEqual(['openimis-sandbox-test_web']);
    const targets = [
      ...[backend, ibackend].flatMap((name) => portsOf(name, 8000)),
      ...portsOf(standIns[1], 1433),
      ...portsOf(standIns[0], 8080),
      ...published.map((port) => ({ what: `docker0:${port}`, host: bridge, port })),
    ];
    expect(await openFrom(container(frontend), targets)).toEqual([]);
  });

  it('a name sent straight to a backend, from where its port can be opened, is nobody', async () => {
    const { engine, report } = theSandbox();
    const secrets = parseSecrets(await readFile(join(report.folder, 'secrets/test.env'), 'utf8'), 'test.env');
    const host = new URL(report.gateway).hostname;
    const ask = async (name: string, root: string, header: string): Promise<readonly [number, string]> => {
      const { [`openimis-sandbox-test_${root === 'api' ? 'app' : 'iapp'}`]: network } =
        container(name).NetworkSettings.Networks;
      const { stdout } = await engine.run([
        ...['curl', '--silent', '--noproxy', '*', '--max-time', '10', '--write-out', '\n%{http_code}'],
        ...['--header', `Host: ${host}`, '--header', 'X-Forwarded-Proto: https', '--header', header],
        `http://${network?.IPAddress}:8000/${root}/${currentUser}`,
      ]);
      const end = stdout.lastIndexOf('\n');
      return [Number(stdout.slice(end + 1)), stdout.slice(0, end)];
    };
    for (const [name, root] of [
      [backend, 'api'],
      [ibackend, 'iapi'],
    ] as const) {
      for (const header of forgedHeaders) {
        const [status, body] = await ask(name, root, header);
        expect(status, `${name} ${header}`).toBe(403);
        expect(body, header).not.toContain('Admin');
      }
      // Who knows the secret name is believed: the refusals above are not the refusal of everything.
      expect(await ask(name, root, `X-Openimis-${secrets.IDENTITY_HEADER}: Admin`), name).toMatchObject({ 0: 200 });
    }
  });

  it('nothing is published but the gateway and the stand-ins, on addresses of this box only', async () => {
    const { engine, report, bridge } = theSandbox();
    const published = own().flatMap(({ Name, NetworkSettings }) =>
      Object.values(NetworkSettings.Ports).flatMap((ports) =>
        (ports ?? []).map(({ HostIp, HostPort }) => `${Name.slice(1)} ${HostIp}:${HostPort}`),
      ),
    );
    const https = new URL(report.gateway).port;
    const of = (name: string): readonly string[] => published.filter((line) => line.startsWith(`${name} `));
    expect(of(gateway).every((line) => line.startsWith(`${gateway} 127.0.0.1:`))).toBe(true);
    expect(of(gateway)).toHaveLength(2);
    expect(of(gateway)).toContain(`${gateway} 127.0.0.1:${https}`);
    for (const standIn of standIns) {
      const addresses = of(standIn).map((line) => line.replace(/^.* (.*):\d+$/, '$1'));
      expect([...addresses].sort(), standIn).toEqual(['127.0.0.1', bridge].sort());
    }
    expect(published).toHaveLength(6);

    const listening = (await engine.run(['ss', '--listening', '--tcp', '--udp', '--numeric', '--no-header'])).stdout;
    const addresses = listening
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(/\s+/)[4] ?? '');
    expect(addresses).toHaveLength(6);
    for (const address of addresses)
      expect([`127.0.0.1`, bridge], address).toContain(address.slice(0, address.lastIndexOf(':')));
  });

  it('every container is small: no rights, limits, restart, rotated log, our labels', () => {
    expect(own()).toHaveLength(8);
    for (const { Name, HostConfig, Config } of own()) {
      expect(HostConfig, Name).toMatchObject({ Privileged: false, PidMode: '', IpcMode: 'private', CapDrop: ['ALL'] });
      expect(HostConfig.CapAdd ?? [], Name).toEqual([]);
      expect(HostConfig.Binds ?? [], Name).toEqual([]);
      expect(HostConfig.NetworkMode, Name).not.toMatch(/^(host|bridge|default|container:.*)$/);
      expect(
        (HostConfig.SecurityOpt ?? []).some((option) => /^no-new-privileges(:true)?$/.test(option)),
        Name,
      ).toBe(true);
      expect(HostConfig.RestartPolicy.Name, Name).toBe('unless-stopped');
      expect(HostConfig.LogConfig, Name).toMatchObject({ Type: 'json-file', Config: { 'max-size': '10m' } });
      expect(Number(HostConfig.LogConfig.Config['max-file']), Name).toBeGreaterThan(1);
      expect(HostConfig.Memory, Name).toBeGreaterThan(0);
      expect(HostConfig.Memory, Name).toBeLessThanOrEqual(1024 ** 3);
      for (const label of ['workspace', 'server', 'component'])
        expect(Config.Labels[`org.openimis.${label}`], `${Name} ${label}`).toMatch(/./);
      expect(Config.Labels['org.openimis.sandbox'], Name).toBe('true');
    }
  });
}

/** `Remote-User` in the spellings that servers fold, and guesses of the secret name. */
const forgedHeaders = [
  'Remote-User: Admin',
  'REMOTE-USER: Admin',
  'Remote_User: Admin',
  'REMOTE_USER: Admin',
  'remote-user:Admin',
  'HTTP_REMOTE_USER: Admin',
  'Http-Remote-User: Admin',
  'X-Remote-User: Admin',
  'X-Forwarded-User: Admin',
  'X-Openimis: Admin',
  'X-Openimis-User: Admin',
  `X-Openimis-${'0'.repeat(64)}: Admin`,
  `X_Openimis_${'F'.repeat(64)}: Admin`,
];

async function inspectAll(sandbox: Sandbox): Promise<ReadonlyMap<string, Inspected>> {
  const found = JSON.parse(await sandbox.docker('inspect', ...(await sandbox.containers()))) as readonly Inspected[];
  return new Map(found.map((one) => [one.Name.slice(1), one]));
}

/** Tries every port at once from a container's network, whatever programs the container has. */
const probe = `
const net = require('node:net');
const targets = JSON.parse(process.argv[1]);
Promise.all(targets.map(({ what, host, port }) => new Promise((resolve) => {
  const socket = net.connect({ host, port, timeout: 1500 });
  const end = (open) => () => { socket.destroy(); resolve(open ? what : undefined); };
  socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false));
}))).then((open) => console.log(JSON.stringify(open.filter((what) => what !== undefined))));
`;

async function openFrom({ State }: Inspected, targets: readonly Target[]): Promise<readonly string[]> {
  const inside = ['--target', String(State.Pid), '--net', '--', process.execPath, '-e', probe, JSON.stringify(targets)];
  const { stdout } = await execa('nsenter', inside);
  return JSON.parse(stdout) as readonly string[];
}
