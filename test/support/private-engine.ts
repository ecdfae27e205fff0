import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { mkdir, open, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { execa } from 'execa';

export type RunResult = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** A Docker Engine of one test's own, in a network namespace of its own: killing it harms nobody. Needs root. */
export type PrivateEngine = {
  /** Value of DOCKER_HOST; works from inside and outside of the namespace. */
  readonly host: string;
  /** For files of the test; goes with the engine. */
  readonly folder: string;
  /** Words before a command that make it run inside the namespace. */
  readonly inside: readonly string[];
  /** Runs a program inside the namespace, where the published ports are, with DOCKER_HOST set. Throws for a code other than 0. */
  run(
    argv: readonly string[],
    options?: {
      readonly env?: Readonly<Record<string, string>>;
      readonly input?: string;
      readonly mayFail?: boolean;
      /** Seconds; default 60. */
      readonly timeout?: number;
    },
  ): Promise<RunResult>;
  /** Ids of its processes now: daemons, containers', and what `run` has started. */
  processes(): readonly number[];
  /** Copies images from this machine's engine: there is no way out of the namespace, so nothing can be built in it. */
  load(images: readonly string[]): Promise<void>;
  /** SIGKILL to dockerd, its containerd, every shim and proxy, and every process of every container: a power cut. */
  kill(): Promise<void>;
  /** Starts dockerd again and waits until it answers. */
  start(): Promise<void>;
  /** Removes everything: processes, mounts, namespace, folder. */
  close(): Promise<void>;
};

const prefix = 'openimis-private-';
const namespaces = '/var/run/netns';
const daemons = /^(dockerd|containerd|containerd-shim.*|docker-proxy)$/;
/** Seconds until dockerd answers, or a killed process is gone. */
const patience = 60;

/** `space`: size of a file system of its own for images and volumes, as mount takes it (`64m`); default: as much as there is. */
export async function startPrivateEngine(options: { readonly space?: string } = {}): Promise<PrivateEngine> {
  await removeLeftovers();
  const name = `${prefix}${process.pid}`;
  const folder = join(tmpdir(), name);
  const host = `unix://${folder}/d.sock`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await ip('netns', 'add', name);
  // Not `ip netns exec` for dockerd: that mounts /sys anew and hides the control groups.
  const inside = ['nsenter', `--net=${join(namespaces, name)}`, '--'];
  const run: PrivateEngine['run'] = async ([file = '', ...argv], options = {}) => {
    const result = await execa(inside[0]!, [...inside.slice(1), file, ...argv], {
      env: { DOCKER_HOST: host, NO_COLOR: '1', ...options.env },
      input: options.input ?? '',
      timeout: (options.timeout ?? 60) * 1000,
      reject: false,
    });
    const { stdout, stderr, exitCode: code = 1 } = result;
    if (code !== 0 && options.mayFail !== true)
      throw new Error(`${[file, ...argv].join(' ').slice(0, 300)} ended with ${code}\n${stdout}\n${stderr}`);
    return { code, stdout, stderr };
  };
  const engine: PrivateEngine = {
    host,
    folder,
    inside,
    run,
    processes: () => [...new Set([...processesOf(name, () => true), ...containerProcesses(name)])],
    load: async (images) => {
      const saved = execa('docker', ['save', ...images], { encoding: 'buffer', buffer: { stdout: false } });
      await saved.pipe('docker', ['--host', host, 'load']);
    },
    kill: async () => {
      await killAll(() => [...processesOf(name, (comm) => daemons.test(comm)), ...containerProcesses(name)]);
    },
    start: async () => {
      // A power cut leaves the pid file of a process that is no more.
      await rm(join(folder, 'd.pid'), { force: true });
      const log = await open(join(folder, 'dockerd.log'), 'a');
      const daemon = spawn(inside[0]!, [...inside.slice(1), ...dockerd(name, folder, host)], {
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
      });
      daemon.unref();
      await log.close();
      await waitFor('dockerd answers', async () => {
        if (daemon.exitCode !== null) throw new Error(`dockerd ended:\n${logTail(folder)}`);
        return (await run(['docker', 'info'], { mayFail: true })).code === 0;
      });
    },
    close: () => remove(name),
  };
  try {
    if (options.space !== undefined) {
      await mkdir(join(folder, 'data'));
      await execa('mount', ['-t', 'tmpfs', '-o', `size=${options.space}`, 'none', join(folder, 'data')]);
    }
    await ip('-netns', name, 'link', 'set', 'lo', 'up');
    await engine.start();
  } catch (error) {
    await remove(name);
    throw error;
  }
  return engine;
}

function dockerd(name: string, folder: string, host: string): readonly string[] {
  return [
    ...['dockerd', '--host', host, '--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
    ...[
      '--pidfile',
      join(folder, 'd.pid'),
      '--exec-opt',
      'native.cgroupdriver=cgroupfs',
      '--cgroup-parent',
      `/${name}`,
    ],
  ];
}

async function ip(...argv: readonly string[]): Promise<void> {
  await execa('ip', argv);
}

/** What test runs that were killed have left; a run that still lives keeps its own. */
async function removeLeftovers(): Promise<void> {
  const names = [...(await entries(namespaces)), ...(await entries(tmpdir()))].filter((name) =>
    name.startsWith(prefix),
  );
  for (const name of new Set(names)) {
    const pid = name.slice(prefix.length);
    if (/^\d+$/.test(pid) && !(await exists(`/proc/${pid}`))) await remove(name);
  }
}

async function remove(name: string): Promise<void> {
  const folder = join(tmpdir(), name);
  await killAll(() => [...processesOf(name, () => true), ...containerProcesses(name)]);
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((point) => point.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length);
  for (const point of mounts) await execa('umount', ['--lazy', point], { reject: false });
  if (await exists(join(namespaces, name))) await ip('netns', 'delete', name);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  await removeControlGroups(name);
}

/** Control groups are folders that only rmdir removes, the deepest first. */
async function removeControlGroups(name: string): Promise<void> {
  const root = '/sys/fs/cgroup';
  for (const parent of [root, ...(await entries(root)).map((controller) => join(root, controller))]) {
    const groups = await readdir(join(parent, name), { recursive: true, withFileTypes: true }).catch(() => []);
    const folders = groups.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
    for (const folder of [...folders.sort((a, b) => b.length - a.length), join(parent, name)])
      await rmdir(folder).catch(() => {});
  }
}

/** Processes in the engine's network namespace itself (containers have their own). */
function processesOf(name: string, wanted: (comm: string) => boolean): readonly number[] {
  const inode = readSafely(() => statSync(join(namespaces, name)).ino);
  if (inode === undefined) return [];
  return pids().filter(
    (pid) =>
      readSafely(() => readlinkSync(`/proc/${pid}/ns/net`)) === `net:[${inode}]` &&
      wanted((readSafely(() => readFileSync(`/proc/${pid}/comm`, 'utf8')) ?? '').trim()),
  );
}

/** Processes of containers, by the control group that only this engine gives. */
function containerProcesses(name: string): readonly number[] {
  return pids().filter((pid) =>
    (readSafely(() => readFileSync(`/proc/${pid}/cgroup`, 'utf8')) ?? '').includes(`:/${name}/`),
  );
}

function pids(): readonly number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => pid !== process.pid);
}

/**
 * Again and again until nobody is left: who starts processes is among the killed. A killed process counts until its pid is
 * free: dockerd takes a zombie for a containerd that runs.
 */
async function killAll(find: () => readonly number[]): Promise<void> {
  const killed = new Set<number>();
  await waitFor('the killed processes are gone', async () => {
    for (const pid of find()) {
      killed.add(pid);
      readSafely(() => process.kill(pid, 'SIGKILL'));
    }
    for (const pid of killed) if (!(await exists(`/proc/${pid}`))) killed.delete(pid);
    return killed.size === 0;
  });
}

/** Asks every 50 ms; throws when the condition does not hold within `seconds`. */
export async function waitFor(
  what: string,
  holds: () => boolean | Promise<boolean>,
  seconds: number = patience,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await delay(50);
  }
}

const logTail = (folder: string): string =>
  (readSafely(() => readFileSync(join(folder, 'dockerd.log'), 'utf8')) ?? '').split('\n').slice(-15).join('\n');

const entries = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Processes end while one looks at them. */
function readSafely<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
