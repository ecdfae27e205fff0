import { once } from 'node:events';
import { createServer, isIPv4 } from 'node:net';

import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createDockerEngine } from '../../../src/engines/docker/docker-engine.ts';
import type { ContainerState, Engine } from '../../../src/engines/engine.ts';
import { addressesOf, overlaps } from '../../../src/stack/addresses.ts';
import { label } from '../../../src/stack/labels.ts';
import type { Stack } from '../../../src/stack/stack.ts';
import { hostile, keyOf, labels, type RunningStack, secrets, startStacks } from './running-stack.ts';

let engine: Engine;
let running: RunningStack;
let first: Stack;
let second: Stack;
let containers: RunningStack['containers'];

beforeAll(async () => {
  engine = await createDockerEngine();
  running = await startStacks(engine);
  ({ first, second, containers } = running);
});

afterAll(async () => {
  await running.remove();
  await engine.close();
});

async function python(service: string, code: string, ...argv: readonly string[]): Promise<string> {
  const { code: status, stdout, stderr } = await engine.exec(containers[service]!.id, ['python', '-c', code, ...argv]);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

const get = `
import http.client, json, sys
connection = http.client.HTTPConnection(sys.argv[1], 8000, timeout=5)
connection.request("GET", sys.argv[2], headers=json.loads(sys.argv[3]))
response = connection.getresponse()
print(json.dumps([response.status, dict(response.getheaders()), response.read().decode()]))
`;

type Answer = readonly [status: number, headers: Readonly<Record<string, string>>, body: string];
type Given = {
  readonly environment: Readonly<Record<string, string>>;
  readonly request: Readonly<Record<string, string>>;
};

async function ask(
  from: string,
  address: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  return JSON.parse(await python(from, get, address, path, JSON.stringify(headers))) as Answer;
}

const throughGateway = { Host: 'new.example.org', 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '198.51.100.9' };
const addressOf = (name: 'backend' | 'ibackend', stack = first): string =>
  stack.gateway.banks[stack.revision % 8]![name].address;
const decode = (hex: string | undefined): string => Buffer.from(hex ?? '', 'hex').toString('utf8');

describe('two revisions started from their rendered files', () => {
  it('are healthy side by side, the second with other addresses', () => {
    expect(Object.keys(containers).sort()).toEqual(
      ['backend', 'frontend', 'gateway', 'ibackend', 'rabbitmq', 'scheduler', 'worker', 'worker-2']
        .concat(['backend+', 'frontend+', 'ibackend+', 'scheduler+', 'worker+', 'worker-2+'])
        .sort(),
    );
    expect(containers['backend']!.addresses['openimis-e2e-rendering_app']).toBe(addressOf('backend'));
    expect(containers['backend+']!.addresses['openimis-e2e-rendering_app']).toBe(addressOf('backend', second));
  });

  it('are probed for a page, not for the redirect that MODE=PROD answers to plain http', () => {
    for (const name of ['backend', 'ibackend', 'backend+']) expect(containers[name]!.lastProbe).toBe('HTTP 200');
    expect(containers['worker']!.lastProbe).toBe('connected to the broker');
  });

  it('get dynamic addresses that no fixed one ever meets', () => {
    const { queue } = addressesOf(first.subnet);
    for (const name of ['worker', 'worker-2', 'backend', 'worker-2+']) {
      const address = containers[name]!.addresses['openimis-e2e-rendering_queue']!;
      expect(overlaps(address, queue.range)).toBe(true);
    }
    expect(containers['rabbitmq']!.addresses['openimis-e2e-rendering_queue']).toBe(queue.fixed);
  });
});

describe('values', () => {
  it.each(['backend', 'ibackend'] as const)('reach %s byte for byte, secrets too', async (name) => {
    const [status, headers, body] = await ask('gateway', addressOf(name), '/given', throughGateway);
    expect(status).toBe(200);
    const { environment, request } = JSON.parse(body) as Given;
    const variable = (key: string): string => decode(environment[key]);
    expect(variable('DB_NAME')).toBe(hostile.name);
    expect(variable('DB_USER')).toBe(hostile.user);
    expect(variable('DB_PASSWORD')).toBe(hostile.password);
    expect(variable('SECRET_KEY')).toBe(secrets['DJANGO_SECRET_KEY']);
    expect(variable('CELERY_BROKER_URL')).toBe(
      `amqp://openimis:${secrets['RABBITMQ_PASSWORD']}@${addressesOf(first.subnet).queue.fixed}:5672/openimis`,
    );
    expect(variable('REMOTE_USER_HEADER_NAME')).toBe(`HTTP_X_OPENIMIS_${secrets['IDENTITY_HEADER']}`);
    // The gateway is believed about who asks and how, and HSTS is left to it.
    expect([request['wsgi.url_scheme'], request['REMOTE_ADDR']]).toEqual(['https', '198.51.100.9']);
    expect(Object.keys(headers).map((header) => header.toLowerCase())).not.toContain('strict-transport-security');
  });

  it('reach the worker the same way', async () => {
    const code = `
import json, os
found = {}
for pid in filter(str.isdigit, os.listdir("/proc")):
    with open("/proc/%s/cmdline" % pid, "rb") as file:
        if file.read().startswith(b"/usr/bin/python3\\0/usr/local/bin/celery\\0"):
            found = dict(line.split(b"=", 1) for line in open("/proc/%s/environ" % pid, "rb").read().split(b"\\0") if line)
print(json.dumps({name.decode(): value.hex() for name, value in found.items()}))
`;
    const environment = JSON.parse(await python('worker', code)) as Readonly<Record<string, string>>;
    expect(decode(environment['DB_NAME'])).toBe(hostile.name);
    expect(decode(environment['DB_PASSWORD'])).toBe(hostile.password);
    expect(environment).not.toHaveProperty('REMOTE_USER_HEADER_NAME');
  });

  it('that are secret are in no inspection, no command line and no log', async () => {
    const ids = Object.values(containers).map(({ id }) => id);
    const texts = [JSON.parse((await execa('docker', ['inspect', ...ids])).stdout) as unknown];
    for (const id of ids) {
      texts.push((await execa('docker', ['top', id, '-eo', 'pid,args'])).stdout);
      texts.push((await execa('docker', ['logs', id], { all: true })).all);
    }
    const shown = JSON.stringify(texts);
    for (const value of Object.values(secrets)) expect(shown).not.toContain(JSON.stringify(value).slice(1, -1));
  });
});

describe('who reaches whom', () => {
  const connect = `
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), 2).close()
    print("open")
except OSError as problem:
    print("closed")
`;
  const tryPort = async (from: string, address: string, port: number): Promise<string> =>
    (await python(from, connect, address, String(port))).trim();

  it('opens a port of a backend to the gateway only', async () => {
    for (const target of ['backend', 'ibackend'] as const) {
      expect(await tryPort('gateway', addressOf(target), 8000)).toBe('open');
      const others = [
        'frontend',
        'rabbitmq',
        'scheduler',
        'worker',
        'worker+',
        target === 'backend' ? 'ibackend' : 'backend',
      ];
      const found = await Promise.all(others.map((from) => tryPort(from, addressOf(target), 8000)));
      expect(Object.fromEntries(others.map((from, index) => [from, found[index]]))).toEqual(
        Object.fromEntries(others.map((from) => [from, 'closed'])),
      );
    }
  });

  it('calls the gateway `frontend` where the backends are, by the address that they trust as their proxy', async () => {
    for (const [name, network] of [
      ['backend', 'app'],
      ['ibackend', 'iapp'],
    ] as const) {
      const gateway = containers['gateway']!.addresses[`openimis-e2e-rendering_${network}`]!;
      expect((await python(name, 'import socket; print(socket.gethostbyname("frontend"))')).trim()).toBe(gateway);
    }
  });

  it('has no backend listening where the worker is', async () => {
    for (const name of ['backend', 'ibackend'])
      expect(await tryPort('worker', containers[name]!.addresses['openimis-e2e-rendering_queue']!, 8000)).toBe(
        'closed',
      );
  });

  it('lets backends and worker reach the database on this very box, and keeps the frontend in', async () => {
    const box = await boxAddress();
    const server = createServer((socket) => socket.end()).listen(0, box);
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    try {
      for (const name of ['backend', 'ibackend', 'worker', 'gateway'])
        expect(`${name} ${await tryPort(name, 'host.docker.internal', port)}`).toBe(`${name} open`);
      expect(`frontend ${await tryPort('frontend', box, port)}`).toBe('frontend closed');
    } finally {
      server.close();
    }
  });

  /** What `host-gateway` stands for; the engine's own description of its bridge does not always tell it. */
  async function boxAddress(): Promise<string> {
    const code = 'import socket; print(socket.gethostbyname("host.docker.internal"))';
    const address = (await python('backend', code)).trim();
    expect(isIPv4(address)).toBe(true);
    return address;
  }
});

describe('commands', () => {
  it('ask the health page once, and fail when it does', async () => {
    for (const { service, argv } of first.onceAfterStart) {
      const { code, stdout } = await engine.exec(containers[service]!.id, argv);
      expect([code, stdout.trim()]).toEqual([0, 'HTTP 200']);
    }
    const wrong = ['python', '/openimis/health.py', '--strict', '/nothing', 'application/json'];
    const { code, stdout } = await engine.exec(containers['backend']!.id, wrong);
    expect([code, stdout.split('\n')[0]]).toEqual([1, 'HTTP 404']);
  });

  it('end at once when told to: the worker by its warm shutdown, a backend after its last answer', async () => {
    const slow = ask('gateway', addressOf('backend', second), '/slow', throughGateway);
    const begin = Date.now();
    await accepted(containers['backend+']!);
    await engine.stop([containers['worker+']!.id, containers['backend+']!.id], 20);
    expect(Date.now() - begin).toBeLessThan(15_000);
    expect((await slow)[0]).toBe(200);
    const { stdout } = await execa('docker', ['logs', containers['worker+']!.id]);
    expect(stdout).toContain('warm shutdown');
    const after = await engine.containers({ ...labels, [label.revision]: String(second.revision) });
    const codes = Object.fromEntries(after.map((one) => [keyOf(one), one.exitCode]));
    expect([codes['worker+'], codes['backend+']]).toEqual([0, 0]);
  });

  /** A connection of the gateway is established in the backend: the slow request is on its way. */
  async function accepted(container: ContainerState): Promise<void> {
    const hex = addressesOf(first.subnet).app.fixed.split('.').reverse().map((part) => Number(part).toString(16).padStart(2, '0').toUpperCase()).join(''); // prettier-ignore
    for (const end = Date.now() + 10_000; Date.now() < end;) {
      const { stdout } = await engine.exec(container.id, ['cat', '/proc/net/tcp']);
      if (new RegExp(` ${hex}:[0-9A-F]{4} 01 `).test(stdout)) return;
    }
    throw new Error('the slow request never arrived');
  }
});
