import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Failure } from '../../../failure.ts';
import { gitFailure, type GitRun, runGit, shownAddress } from './run-git.ts';

/** A repository and what of it: as people write it, `https://host/repository.git@v1.4.0`. */
export type GitPlace = { readonly url: string; readonly ref?: string };

export type FetchedFile = { readonly text: string; readonly commit: string };

/** Bytes that a fetch may bring; an assembly has one or two MiB. */
const largest = 256 * 1024 * 1024;

/**
 * One file of a repository at a tag, branch or whole commit, by the operator's own git: one commit is fetched into a temporary
 * folder. Throws GIT_UNREACHABLE, GIT_REFUSED, and PINS_UNREADABLE when there is no such file or it is larger than `limit`.
 */
export async function fetchGitFile(place: GitPlace, path: string, limit: number, run: GitRun): Promise<FetchedFile> {
  const shown = shownAddress(place.url);
  const folder = await mkdtemp(join(tmpdir(), 'openimis-git-'));
  const git = (...argv: readonly string[]) => runGit(['--git-dir', folder, ...argv], withoutRepository(run));
  try {
    const made = await git('init', '--quiet', '--bare', '--template=', folder);
    run.signal.throwIfAborted();
    if (made.failed) throw gitFailure(shown, made, run.timeout);
    const stop = new AbortController();
    const watched = { ...run, signal: AbortSignal.any([run.signal, stop.signal]) };
    const watching = watchSize(folder, stop);
    const ref = place.ref ?? 'HEAD';
    const fetched = await runGit(
      ['--git-dir', folder, 'fetch', '--quiet', '--depth=1', '--no-tags', '--no-write-fetch-head', '--', place.url, `+${ref}:refs/openimis/it`], // prettier-ignore
      withoutRepository(watched),
    ).finally(() => clearInterval(watching));
    run.signal.throwIfAborted();
    if (stop.signal.aborted)
      throw new Failure('GIT_REFUSED', `${shown} has more than ${largest / 1024 / 1024} MiB at ${ref}`);
    if (fetched.failed) throw refFailure(shown, ref, fetched.stderr) ?? gitFailure(shown, fetched, run.timeout);
    const commit = (await git('rev-parse', '--verify', 'refs/openimis/it^{commit}')).stdout.trim();
    const object = `${commit}:${path}`;
    const size = await git('cat-file', '-s', object);
    if (size.failed)
      throw new Failure('PINS_UNREADABLE', `${shown} has no ${path} at ${ref}`, ['name another reference: URL@REF']);
    if (Number(size.stdout) > limit)
      throw new Failure(
        'PINS_UNREADABLE',
        `${path} of ${shown} has ${size.stdout.trim()} bytes, at most ${limit} are read`,
      );
    const content = await git('cat-file', 'blob', object);
    if (content.failed) throw new Failure('PINS_UNREADABLE', `${path} of ${shown} at ${ref} is not a file`);
    return { text: content.stdout, commit };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A repository that the caller works in is not meant here. */
function withoutRepository(run: GitRun): GitRun {
  return { ...run, env: { ...run.env, GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_INDEX_FILE: undefined } };
}

function refFailure(shown: string, ref: string, stderr: string): Failure | undefined {
  if (!/couldn't find remote ref|not our ref|unadvertised object|no such remote ref/i.test(stderr)) return undefined;
  const short = /^[0-9a-f]{4,39}$/.test(ref) ? ['a commit needs all of its 40 digits'] : [];
  return new Failure('GIT_REFUSED', `${shown} has no tag, branch or commit ${JSON.stringify(ref)}`, [
    ...short,
    `git ls-remote ${shown}`,
  ]);
}

/** Ends a fetch that brings too much. */
function watchSize(folder: string, stop: AbortController): NodeJS.Timeout {
  return setInterval(() => {
    void sizeOf(folder).then(
      (bytes) => {
        if (bytes > largest) stop.abort();
      },
      () => undefined,
    );
  }, 500);
}

async function sizeOf(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(folder, file)).catch(() => undefined))?.size ?? 0),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * Reads `GIT-URL@REF`; undefined: not an address of a repository. Throws USAGE for one with a password in it, or a reference
 * that none can be.
 */
export function readGitPlace(word: string): GitPlace | undefined {
  const url =
    /^(?:git\+)?((?:https?|ssh|git|file):\/\/[^/]*)(\/.*)$/i.exec(word) ?? /^([\w.-]+@[\w.-]+:)([^/].*)$/.exec(word);
  if (url === null) return undefined;
  const [, authority = '', path = ''] = url;
  const mark = Math.max(path.lastIndexOf('@'), path.lastIndexOf('#'));
  const ref = mark === -1 ? undefined : path.slice(mark + 1).replace(/^egg=.*/, '');
  const repository = authority + (mark === -1 ? path : path.slice(0, mark));
  if (/^https?:\/\/[^/]*@/i.test(authority) || /:\/\/[^/@]*:[^/@]*@/.test(authority))
    throw new Failure(
      'USAGE',
      'a user and password do not belong into the address, where everybody on this box reads it',
      ["git's own credential helper knows them: git config credential.helper"],
    );
  if (ref !== undefined && !/^(?!.*(?:\.\.|@\{|\/\/|\.lock$))[\w][\w./+-]*$/.test(ref))
    throw new Failure('USAGE', `${JSON.stringify(ref.slice(0, 80))} is no tag, branch or commit`, [`e.g. ${shownAddress(repository)}@v1.4.0`]); // prettier-ignore
  return { url: repository, ...(ref === undefined ? {} : { ref }) };
}
