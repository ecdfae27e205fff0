import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';

import { createDockerEngine } from '../../../src/engines/docker/docker-engine.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import type { RenderedProject } from '../../../src/rendering/rendered.ts';
import { run } from './support/run.ts';

const project = 'test-engine-real';
const labels = { 'org.openimis.workspace': 'test-engine', 'org.openimis.server': 'real' };
const secret = 'S3cret $value "quoted" ünïcode';

describe('the Docker engine', () => {
  let engine: Engine;
  let image: string;

  const rendered = (service: object, compose: object = {}): RenderedProject => ({
    name: project,
    compose: stringify({
      services: { one: { image, init: true, labels, network_mode: 'none', stop_grace_period: '1s', ...service } },
      ...compose,
    }),
    secretVariables: [],
  });
  const container = async (): Promise<string> => (await engine.containers(labels))[0]!.id;

  beforeAll(async () => {
    engine = await createDockerEngine();
    image = await engine.baseImage();
    await engine.down(project, { volumes: true, labels });
  });
  afterAll(async () => {
    await engine.down(project, { volumes: true, labels });
    await engine.close();
  });

  it('runs one command: input, both streams, exit code, and nothing stays', async () => {
    const result = await engine.runOnce({
      image,
      argv: ['sh', '-c', 'cat; echo "$A" >&2; exit 7'],
      environment: { A: 'x $y "z"' },
      stdin: 'in $x\n',
      labels,
      timeout: 30,
    });
    expect(result).toEqual({ code: 7, stdout: 'in $x\n', stderr: 'x $y "z"\n' });
    const late = await engine.runOnce({ image, argv: ['sleep', '100'], labels, timeout: 1 });
    expect(late).toMatchObject({ code: 124, stderr: expect.stringContaining('1 s') as string });
    const hosts = await engine.runOnce({
      image,
      argv: ['getent', 'hosts', 'legacy.example.org'],
      extraHosts: { 'legacy.example.org': '192.0.2.77' },
      network: 'bridge',
      labels,
      timeout: 30,
    });
    expect(hosts.stdout).toContain('192.0.2.77');
    expect(await engine.containers({ ...labels, 'org.openimis.temporary': 'once' })).toEqual([]);
    const missing = engine.runOnce({ image: 'test-engine/none:1', argv: ['true'], labels, timeout: 5 });
    await expect(missing).rejects.toMatchObject({ code: 'IMAGE_MISSING' });
  });

  it('a container for one command has no capability and no network', async () => {
    const status = await engine.runOnce({
      image,
      argv: ['sh', '-c', 'grep -E "CapEff|NoNewPrivs" /proc/self/status; ls /sys/class/net'],
      labels,
      timeout: 30,
    });
    expect(status.stdout).toMatch(/CapEff:\s+0{16}\nNoNewPrivs:\s+1\nlo\n/);
  });

  it('keeps a secret out of the file, of inspect and of the process list, and gives it byte for byte', async () => {
    const withSecret: RenderedProject = {
      ...rendered(
        { command: ['sleep', '600'], secrets: ['KEY'] },
        { secrets: { KEY: { environment: 'TEST_ENGINE_KEY' } } },
      ),
      secretVariables: ['TEST_ENGINE_KEY'],
    };
    const seen: string[] = [];
    await engine.up(withSecret, {
      secrets: { TEST_ENGINE_KEY: secret, OTHER: 'x' },
      progress: (line) => seen.push(line),
    });
    const id = await container();
    expect((await engine.exec(id, ['cat', '/run/secrets/KEY'])).stdout).toBe(secret);
    const inspected = spawn('docker', ['inspect', id]);
    let text = '';
    for await (const chunk of inspected.stdout) text += String(chunk);
    expect(text).toContain('test-engine');
    for (const place of [text, seen.join('\n'), withSecret.compose]) expect(place).not.toContain('S3cret');
    expect(seen.length).toBeGreaterThan(0);
  });

  it('runs commands in a container: input, exit codes, time-out, strange arguments', async () => {
    const id = await container();
    expect(await engine.exec(id, ['sh', '-c', 'cat; exit 4'], { stdin: 'héllo' })).toEqual({
      code: 4,
      stdout: 'héllo',
      stderr: '',
    });
    const words = ['a b', '$HOME', '`id`', '"', "'", '', ';ls', '-n'];
    expect((await engine.exec(id, ['printf', '%s|', ...words])).stdout).toBe(words.map((word) => `${word}|`).join(''));
    expect((await engine.exec(id, ['/no/such/program'])).code).not.toBe(0);
    expect(await engine.exec(id, ['sleep', '100'], { timeout: 1 })).toMatchObject({ code: 124 });
    const large = await engine.exec(id, ['head', '-c', '3000000', '/dev/zero']);
    expect(large.stdout).toHaveLength(3_000_000);
  });

  it('uploads with owner and mode, without touching the folders that are there', async () => {
    const id = await container();
    await engine.exec(id, ['install', '-d', '-m', '0710', '-o', '33', '-g', '33', '/srv/kept']);
    await engine.upload(id, '/srv/kept/new/deep', [
      { path: 'key', content: 'k', mode: 0o600, uid: 33 },
      { path: 'sub/page', content: 'p' },
    ]);
    const seen = await engine.exec(id, [
      'stat',
      '--format',
      '%n %a %u:%g',
      '/srv/kept',
      '/srv/kept/new',
      '/srv/kept/new/deep/key',
      '/srv/kept/new/deep/sub/page',
    ]);
    expect(seen.stdout.trim().split('\n')).toEqual([
      '/srv/kept 710 33:33',
      '/srv/kept/new 755 33:33',
      '/srv/kept/new/deep/key 600 33:33',
      '/srv/kept/new/deep/sub/page 644 0:0',
    ]);
    await expect(engine.upload(id, '/srv', [{ path: '../etc/passwd', content: '' }])).rejects.toThrow('relative path');
  });

  it('touches no container, volume or lock that is not ours', async () => {
    const name = 'test-engine-stranger';
    await run('docker', ['run', '--detach', '--name', name, '--network', 'none', image, 'sleep', '600']);
    try {
      await expect(engine.stop([name], 1)).rejects.toMatchObject({ code: 'NAME_TAKEN' });
      await expect(engine.upload(name, '/', [{ path: 'x', content: '' }])).rejects.toMatchObject({
        code: 'NAME_TAKEN',
      });
      await expect(engine.exec(name, ['true'])).rejects.toMatchObject({ code: 'NAME_TAKEN' });
      await expect(engine.lock(name, image, labels)).rejects.toMatchObject({ code: 'NAME_TAKEN' });
    } finally {
      await run('docker', ['rm', '--force', name]);
    }
    await run('docker', ['volume', 'create', 'test-engine_stranger']);
    try {
      const write = engine.writeVolume('test-engine_stranger', image, [{ path: 'x', content: '' }], labels);
      await expect(write).rejects.toMatchObject({ code: 'FOREIGN_WORKSPACE' });
    } finally {
      await run('docker', ['volume', 'rm', 'test-engine_stranger']);
    }
  });

  it('follows logs across a restart, by service, with times, until told to stop', async () => {
    const script =
      'n=$(cat /n 2>/dev/null || echo 0); n=$((n+1)); echo $n > /n; echo "run $n"; echo "err $n" >&2; sleep 1';
    await engine.up(rendered({ command: ['sh', '-c', script.replaceAll('$', '$$$$')], restart: 'always' }), {
      secrets: {},
    });
    const stop = new AbortController();
    const lines: string[] = [];
    for await (const line of engine.logs([await container()], { follow: true, signal: stop.signal })) {
      expect(line).toMatchObject({ service: 'one', container: `${project}-one-1` });
      expect(Date.parse(line.time)).toBeGreaterThan(Date.now() - 600_000);
      lines.push(line.text);
      if (line.text === 'err 3') stop.abort();
    }
    for (const wanted of ['run 1', 'err 1', 'run 2', 'run 3', 'err 3']) expect(lines).toContain(wanted);
    expect(new Set(lines).size).toBe(lines.length);
    const tail = [];
    for await (const line of engine.logs([await container()], { tail: 2 })) tail.push(line.text);
    expect(tail).toHaveLength(2);
  });

  it('names who has a port: a container with its server, a process with its number', async () => {
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const { port } = free.address() as AddressInfo;
    const next = port + 1;
    await engine.up(rendered({ command: ['sleep', '600'], network_mode: 'bridge', ports: [`127.0.0.1:${next}:80`] }), {
      secrets: {},
    });
    const owners = await engine.portOwners([port, next, 1]);
    expect(owners.find((owner) => owner.port === port)?.owner).toMatch(
      new RegExp(`^process .+ \\(pid ${process.pid}\\)$`),
    );
    expect(owners.filter((owner) => owner.port === next)).toEqual([
      { port: next, address: '127.0.0.1', owner: `container ${project}-one-1 (server real)` },
    ]);
    expect(owners).toHaveLength(2);
    const taken = engine.up(
      rendered({ command: ['sleep', '1'], network_mode: 'bridge', ports: [`127.0.0.1:${port}:80`] }),
      {
        secrets: {},
      },
    );
    await expect(taken).rejects.toMatchObject({ code: 'PORT_TAKEN' });
    free.close();
    await once(free, 'close');
  });

  it('says what Compose did not like', async () => {
    const broken = { name: project, compose: 'services: { one: { imagine: x } }', secretVariables: [] };
    await expect(engine.validate(broken)).rejects.toMatchObject({
      code: 'COMPOSE_FAILED',
      message: expect.stringContaining('imagine') as string,
    });
    const nothing = rendered({ image: 'localhost:1/test-engine/none:1' });
    await expect(engine.up(nothing, { secrets: {} })).rejects.toMatchObject({ code: 'IMAGE_MISSING' });
  });

  it('does not see the operator’s .env, COMPOSE_* and BUILDX_*', async () => {
    const other = await createDockerEngine({
      env: { ...process.env, COMPOSE_FILE: '/nonexistent.yaml', COMPOSE_PROFILES: 'x', LEAKED: 'leaked' },
    });
    const text = rendered({ command: ['sleep', '600'], environment: { A: '${LEAKED-clean}' } });
    await other.up(text, { secrets: {} });
    expect((await other.exec(await container(), ['printenv', 'A'])).stdout).toBe('clean\n');
    await other.close();
  });

  it('ends a start that is interrupted', async () => {
    const stop = new AbortController();
    const begun = Date.now();
    const starting = engine.up(waitingForever(), { secrets: {}, signal: stop.signal });
    await delay(1500);
    stop.abort();
    await expect(starting).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(Date.now() - begun).toBeLessThan(15_000);
  });

  function waitingForever(): RenderedProject {
    const common = {
      image,
      init: true,
      labels,
      network_mode: 'none',
      stop_grace_period: '1s',
      command: ['sleep', '600'],
    };
    const compose = stringify({
      services: {
        one: { ...common, depends_on: { two: { condition: 'service_healthy' } } },
        two: { ...common, healthcheck: { test: ['CMD', 'false'], interval: '1s', retries: 1000 } },
      },
    });
    return { name: project, compose, secretVariables: [] };
  }
});
