import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { arch } from 'node:os';
import { join } from 'node:path';

import { Failure } from '../../failure.ts';
import type { DebianSuite, Progress } from '../engine.ts';
import { debianMirrors, type Mirrors } from './debian-mirrors.ts';
import { lastLines } from './failures.ts';
import { finishTree } from './finish-tree.ts';
import { runProgram, type ProgramResult } from './program.ts';
import { inPath } from './requirements.ts';

/** A finished Debian as a tar file; `hash` is the SHA-256 of the file (hex). */
export type DebianTree = { readonly archive: string; readonly hash: string; remove(): Promise<void> };

type Wish = {
  readonly suite?: DebianSuite;
  readonly env: Readonly<Record<string, string>>;
  /** Of the engine, in the words of `uname -m`. */
  readonly architecture: string;
  /** Why the image could not be pulled instead; part of the errors. */
  readonly refusal: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
};

/** Not /tmp: it may be small, or mounted `nodev`. */
const parent = '/var/tmp';
const prefix = 'openimis-base-';
const architectures: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Makes a minimal Debian with debootstrap, signatures checked; throws BASE_IMAGE_UNAVAILABLE where that cannot be. */
export async function debianTree(wish: Wish): Promise<DebianTree> {
  refuseWhereImpossible(wish);
  await removeStale();
  const folder = await mkdtemp(join(parent, `${prefix}${process.pid}-${await startOf(process.pid)}-`));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const root = join(folder, 'root');
    const mirrors = await bootstrap(wish, folder);
    await finishTree(root, mirrors, wish.suite ?? 'trixie');
    const archive = join(folder, 'base.tar');
    wish.progress('packing the base');
    // Whole before anybody reads it: a tar that is cut must not become an image.
    const packed = await run('tar', ['--numeric-owner', '--one-file-system', '-C', root, '-cf', archive, '.'], wish);
    if (packed.code !== 0) throw unavailable(wish, `tar failed: ${lastLines(packed.stderr, 3)}`);
    return { archive, hash: await sha256(archive), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function bootstrap(wish: Wish, folder: string): Promise<Mirrors> {
  const own = await debianMirrors(wish.env);
  const official: Mirrors = { main: 'http://deb.debian.org/debian', security: 'http://deb.debian.org/debian-security' };
  const choices = own.main === official.main ? [own] : [own, official];
  let why = '';
  for (const mirrors of choices) {
    wish.progress(`debootstrap from ${mirrors.main}`);
    const root = join(folder, 'root');
    await rm(root, { recursive: true, force: true });
    const result = await run(...debootstrapCommand(root, mirrors.main, wish.suite), wish);
    if (result.code === 0) return mirrors;
    why = result.timedOut ? 'it took more than an hour' : lastLines(`${result.stdout}\n${result.stderr}`, 5);
    if (/No space left on device/i.test(why))
      throw new Failure('DISK_FULL', `no space left in ${parent} to make the base image (it needs about 1 GB)`, [
        `df -h ${parent}`,
      ]);
  }
  throw unavailable(wish, `debootstrap failed:\n${why}`);
}

/**
 * debootstrap dies with us (`setpriv --pdeathsig`), takes all its children along (a process namespace) and its mounts are
 * nobody else's (a mount namespace): whenever we are cut, a folder is all that is left.
 */
export function debootstrapCommand(
  root: string,
  mirror: string,
  suite: DebianSuite = 'trixie',
): readonly [string, readonly string[]] {
  return [
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', '--'],
      ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--'],
      ...['debootstrap', '--variant=minbase', '--force-check-gpg', `--keyring=${keyring}`],
      ...(mirror.startsWith('https:') ? ['--include=ca-certificates'] : []),
      ...[suite, root, mirror],
    ],
  ];
}

function run(file: string, argv: readonly string[], wish: Wish): Promise<ProgramResult> {
  return runProgram(file, argv, {
    env: { ...wish.env, LC_ALL: 'C', PATH: `${wish.env.PATH ?? ''}:/usr/sbin:/sbin` },
    timeout: 3600,
    onLine: (line) => wish.progress(line.replace(/^I: /, '')),
    ...(wish.signal && { signal: wish.signal }),
  });
}

function refuseWhereImpossible(wish: Wish): void {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw unavailable(wish, 'a base from Debian packages can only be made by root on Linux', [
      'run the same command with sudo',
    ]);
  if (architectures[arch()] !== wish.architecture)
    throw unavailable(wish, `the engine’s box is ${wish.architecture}, this one ${arch()}`);
  if (!inPath({ PATH: `${wish.env.PATH ?? ''}:/usr/sbin:/sbin` }, 'debootstrap'))
    throw unavailable(wish, 'debootstrap is not installed', [
      'sudo apt-get install debootstrap debian-archive-keyring',
    ]);
}

function unavailable(wish: Wish, why: string, hints: readonly string[] = []): Failure {
  return new Failure('BASE_IMAGE_UNAVAILABLE', `no base image: no registry answers (${wish.refusal}), and ${why}`, [
    ...hints,
    `or bring one: docker load < debian.tar, then docker tag debian:${wish.suite ?? 'trixie'}-slim openimis-base:${wish.suite ?? 'trixie'}-local`,
  ]);
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Is a run that lives making a base right now (also another call of this process)? */
export async function otherMaker(): Promise<boolean> {
  for (const name of await workFolders()) if (await isAlive(name)) return true;
  return false;
}

/** Folders of runs that were killed. */
export async function removeStale(): Promise<void> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  for (const name of await workFolders()) {
    const folder = join(parent, name);
    if (!(await isAlive(name)) && !mounts.includes(`${folder}/`)) await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Everybody may make a folder of such a name in /var/tmp. Only our own count: within another's, links may be swapped
 * while root removes it, and the name of a living process would make us wait for ever.
 */
async function workFolders(): Promise<readonly string[]> {
  const named = (await readdir(parent).catch(() => [])).filter((name) => name.startsWith(prefix));
  const own = await Promise.all(
    named.map(async (name) => {
      const status = await lstat(join(parent, name)).catch(() => undefined);
      return status?.isDirectory() === true && status.uid === process.getuid?.();
    }),
  );
  return named.filter((_, n) => own[n]);
}

async function isAlive(folder: string): Promise<boolean> {
  const [pid = '', start = ''] = folder.slice(prefix.length).split('-');
  return /^\d+$/.test(pid) && (await startOf(Number(pid))) === start;
}

/** Start of a process in clock ticks since boot (proc(5), field 22): a pid alone may be somebody else's by now. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'none';
}
