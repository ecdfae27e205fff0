import { connect, type ChannelModel } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';

import { createDockerEngine } from '../../../src/engines/docker/docker-engine.ts';
import type { ContainerState, Engine } from '../../../src/engines/engine.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { imageBuild } from '../../../src/rendering/images.ts';
import { loadTemplates } from '../../../src/rendering/templates/load.ts';

const project = 'test-engine-rabbitmq';
const labels = { 'org.openimis.workspace': 'test-engine', 'org.openimis.server': 'rabbitmq' };

describe('the RabbitMQ image', () => {
  let engine: Engine;
  let image: string;

  beforeAll(async () => {
    engine = await createDockerEngine();
    const templates = await loadTemplates(packageRoot(), ['images']);
    const build = imageBuild('rabbitmq', await engine.baseImage(), templates, { 'org.openimis.component': 'rabbitmq' });
    await engine.buildImage(build);
    image = build.tag;
    await engine.down(project, { volumes: true, labels });
  });
  afterAll(async () => {
    await engine.down(project, { volumes: true, labels });
    await engine.close();
  });

  /** As strict as a server runs it. */
  const start = async (password: string): Promise<void> => {
    const compose = stringify({
      services: {
        rabbitmq: {
          image,
          hostname: 'rabbitmq',
          labels,
          cap_drop: ['ALL'],
          security_opt: ['no-new-privileges:true'],
          mem_limit: '512m',
          restart: 'unless-stopped',
          ulimits: { nofile: 16_384 },
          secrets: ['RABBITMQ_PASSWORD'],
          volumes: ['data:/var/lib/rabbitmq'],
          networks: { queue: {} },
          healthcheck: { test: ['CMD', '/usr/local/bin/health'], interval: '1s', timeout: '10s', retries: 30 },
        },
      },
      networks: { queue: { name: `${project}_queue`, labels, internal: true } },
      volumes: { data: { name: `${project}_data`, labels } },
      secrets: { RABBITMQ_PASSWORD: { environment: 'TEST_PASSWORD' } },
    });
    await engine.up(
      { name: project, compose, secretVariables: ['TEST_PASSWORD'] },
      { secrets: { TEST_PASSWORD: password } },
    );
    await healthy();
  };
  const broker = async (): Promise<ContainerState> => (await engine.containers(labels))[0]!;
  const healthy = (): Promise<ContainerState> =>
    vi.waitFor(
      async () => {
        const state = await broker();
        expect(state, state.lastProbe).toMatchObject({ health: 'healthy', state: 'running' });
        return state;
      },
      { timeout: 90_000, interval: 500 },
    );
  const open = async (user: string, password: string, vhost = 'openimis'): Promise<ChannelModel> => {
    const address = Object.values((await broker()).addresses)[0];
    const connection = await connect({ hostname: address!, port: 5672, username: user, password, vhost });
    // A broker that is killed is expected here.
    connection.on('error', () => {});
    return connection;
  };

  it('lets in the user of the secret, to its vhost only, and nobody else', async () => {
    await start('first0123456789abcdef');
    const connection = await open('openimis', 'first0123456789abcdef');
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue('celery', { durable: true });
    channel.sendToQueue('celery', Buffer.from('a task'), { persistent: true });
    await channel.waitForConfirms();
    await connection.close();
    await expect(open('openimis', 'wrong')).rejects.toThrow(/ACCESS.REFUSED/i);
    await expect(open('guest', 'guest', '/')).rejects.toThrow(/ACCESS.REFUSED/i);
    const command = ['/usr/lib/rabbitmq/bin/rabbitmqctl', '--node', 'rabbit@localhost', '--quiet', 'list_users'];
    expect((await engine.exec((await broker()).id, command)).stdout).toBe('user\ttags\nopenimis\t[]\n');
    await expect(open('openimis', 'first0123456789abcdef', '/')).rejects.toThrow(/ConnectionClose/);
  });

  it('runs without root, listens on 5672 only, knows its memory, and says nothing about health checks', async () => {
    const { id } = await broker();
    const status = await engine.exec(id, ['grep', '-E', '^(Uid|CapEff|NoNewPrivs)', '/proc/1/status']);
    expect(status.stdout).toMatch(/^Uid:\s+990\s[^]*CapEff:\s+0{16}[^]*NoNewPrivs:\s+1/);
    const sockets = await engine.exec(id, ['cat', '/proc/net/tcp', '/proc/net/tcp6']);
    const open = sockets.stdout
      .split('\n')
      .flatMap((line) => /\d+: ([0-9A-F]+):([0-9A-F]{4}) \S+ 0A/.exec(line)?.slice(1).join(':') ?? []);
    // 0100007F is 127.0.0.1; 0B00007F is the engine's own name server.
    expect(open.filter((address) => !/^0[1B]00007F:/.test(address)).map((address) => address.split(':')[1])).toEqual([
      '1628',
    ]);
    const text = [];
    for await (const line of engine.logs([id], {})) text.push(line.text);
    expect(text.join('\n')).toContain('Memory high watermark set to 256 MiB');
    expect(text.join('\n')).toMatch(/Limiting to approx 16\d{3} file handles/);
    const since = new Date().toISOString();
    for (let probe = 0; probe < 3; probe++)
      expect(await engine.exec(id, ['/usr/local/bin/health'])).toMatchObject({
        code: 0,
        stdout: 'the broker answers\n',
      });
    const probed = [];
    for await (const line of engine.logs([id], { since })) probed.push(line.text);
    expect(probed).toEqual([]);
    expect(text.join('\n')).not.toContain('first0123456789abcdef');
  });

  it('keeps its data through a SIGKILL', async () => {
    const { id } = await broker();
    // Not by the engine: it would take that for a wish. Process 1 of the container, from outside, as a crash does.
    await killFromOutside(id);
    await vi.waitFor(async () => expect((await broker()).restarts).toBeGreaterThan(0), { timeout: 30_000 });
    await healthy();
    const connection = await open('openimis', 'first0123456789abcdef');
    const channel = await connection.createChannel();
    const message = await channel.get('celery', { noAck: false });
    expect(message && message.content.toString()).toBe('a task');
    if (message) channel.nack(message);
    await connection.close();
  });

  it('takes a changed password when it starts again, with its data', async () => {
    await start('second0123456789abcdef');
    await engine.stop([(await broker()).id], 30);
    expect((await broker()).exitCode).toBe(0);
    await engine.down(project, { volumes: false, labels });
    await start('second0123456789abcdef');
    await expect(open('openimis', 'first0123456789abcdef')).rejects.toThrow(/ACCESS.REFUSED/i);
    const connection = await open('openimis', 'second0123456789abcdef');
    const channel = await connection.createChannel();
    expect((await channel.checkQueue('celery')).messageCount).toBe(1);
    await connection.close();
  });

  it('does not start without a secret, and says so', async () => {
    const result = await engine.runOnce({ image, argv: ['/usr/local/bin/start'], labels, timeout: 30 });
    expect(result).toMatchObject({ code: 78, stderr: expect.stringContaining('there is no secret') as string });
  });

  async function killFromOutside(id: string): Promise<void> {
    const { readdir, readFile } = await import('node:fs/promises');
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const group = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      if (group.includes(id) && /^NSpid:\s+\d+\s+1$/m.test(status)) process.kill(Number(pid), 'SIGKILL');
    }
  }
});
