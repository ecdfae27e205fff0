import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { createDockerEngine } from '../../../src/engines/docker/docker-engine.ts';
import { importArguments } from '../../../src/engines/docker/arguments.ts';
import { cleanEnvironment, runProgram } from '../../../src/engines/docker/program.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { reachable } from './support/reachable.ts';

const env = cleanEnvironment(process.env);
const machine = 'test-engine-machine';
const bookworm = 'test-engine-bookworm:1';
const newerClient = '/usr/local/bin/docker';

/** The capabilities that dockerd needs: all that a test machine itself may give. */
const capabilities = ['NET_ADMIN', 'SYS_ADMIN', 'SYS_PTRACE', 'SYS_MODULE', 'SYSLOG', 'DAC_READ_SEARCH', 'IPC_LOCK'];

type Seen = {
  readonly refused: string;
  readonly first: readonly string[];
  readonly second: readonly unknown[];
  readonly info: { readonly version: string; readonly composeVersion: string };
  readonly mode?: number;
};

describe('a brand-new machine', () => {
  afterAll(async () => {
    await docker('rm', '--force', '--volumes', machine);
    await docker('volume', 'rm', '--force', `${machine}_data`);
    await docker('rmi', '--force', bookworm);
  });

  it('live: Debian 12 with a newer docker client and nothing else gets an engine and Compose', async ({ skip }) => {
    if (!(await reachable('http://deb.debian.org/debian/dists/bookworm/InRelease'))) skip();
    await importBookworm();
    const client = existsSync(newerClient);
    const seen = await setUp(bookworm, client ? ['--volume', `${newerClient}:${newerClient}:ro`] : []);
    expect(seen).toMatchObject({
      refused: client ? 'ENGINE_NOT_RUNNING' : 'ENGINE_MISSING',
      second: [],
      mode: 0o100755,
    });
    expect(seen.first).toEqual([
      'install docker.io, iptables, ca-certificates, debootstrap, debian-archive-keyring with apt-get',
      'put the Compose plugin of Debian 13’s package docker-compose into /usr/local/lib/docker/cli-plugins',
      'start the engine (dockerd in the background, log /var/log/dockerd.log)',
    ]);
    expect(seen.info.version).toMatch(/^20\.10\./);
    expect(seen.info.composeVersion).toMatch(/^2\.(2[3-9]|[3-9]\d)\./);
  }, 900_000);

  it('live: Debian 13 with nothing gets all of it from its own packages', async ({ skip }) => {
    if (!(await reachable('http://deb.debian.org/debian/dists/trixie/InRelease'))) skip();
    const engine = await createDockerEngine();
    const seen = await setUp(await engine.baseImage(), []);
    await engine.close();
    expect(seen).toMatchObject({ refused: 'ENGINE_MISSING', second: [] });
    expect(seen.first[0]).toContain('docker-cli, docker-compose');
    expect(seen.first).toHaveLength(2);
    expect(seen).not.toHaveProperty('mode');
  }, 900_000);
});

/** Sets up a machine that is a container: its own dockerd, its own network, this Node and this checkout read-only. */
async function setUp(image: string, more: readonly string[]): Promise<Seen> {
  await docker('rm', '--force', '--volumes', machine);
  await docker('volume', 'rm', '--force', `${machine}_data`);
  const result = await runProgram(
    'docker',
    [
      ...['run', '--rm', '--name', machine, '--label', 'org.openimis.workspace=test-engine'],
      ...capabilities.flatMap((name) => ['--cap-add', name]),
      ...['seccomp', 'apparmor', 'systempaths'].flatMap((name) => ['--security-opt', `${name}=unconfined`]),
      ...['--volume', '/sys/fs/cgroup:/sys/fs/cgroup:rw', '--volume', `${machine}_data:/var/lib/docker`],
      ...['--volume', `${packageRoot()}:/repo:ro`, '--volume', `${dirname(process.execPath)}:/node:ro`],
      ...more,
      ...[image, '/node/node', '/repo/test/e2e/engine/support/inside-machine.mjs'],
    ],
    { env, timeout: 800 },
  );
  expect(result.code, result.stderr.split('\n').slice(-20).join('\n')).toBe(0);
  return JSON.parse(result.stdout) as Seen;
}

async function importBookworm(): Promise<void> {
  const folder = await mkdtemp('/var/tmp/openimis-test-bookworm-');
  try {
    const root = join(folder, 'root');
    const argv = [
      '--mount',
      '--',
      'debootstrap',
      '--variant=minbase',
      'bookworm',
      root,
      'http://deb.debian.org/debian',
    ];
    const made = await runProgram('unshare', argv, { env, timeout: 800 });
    expect(made.code, made.stdout.slice(-2000)).toBe(0);
    const tar = spawn('tar', ['-C', root, '-c', '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const take = spawn('docker', importArguments(bookworm, []), { stdio: ['pipe', 'ignore', 'inherit'] });
    tar.stdout.pipe(take.stdin);
    const [code] = (await once(take, 'close')) as [number];
    expect(code).toBe(0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function docker(...argv: readonly string[]): Promise<void> {
  await runProgram('docker', argv, { env, timeout: 60 });
}
