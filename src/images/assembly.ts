import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';

import { Failure } from '../failure.ts';
import type { LockedAssembly } from '../modules/lock/lock.ts';
import { readPinValue } from '../modules/pin-source.ts';
import type { LocalFile } from '../rendering/images.ts';
import type { AssemblySource } from './ecosystem.ts';

const archiveName = /\.(tar\.gz|tgz|tar\.bz2|tar\.xz|tar|zip)$/i;

/**
 * `https://host/openimis-be_py.git@v1.1.0`, an archive (address or file), or a folder relative to the workspace.
 * Throws WORKSPACE_INVALID when it is none of these.
 */
export async function readAssembly(text: string, workspaceFolder: string): Promise<AssemblySource> {
  if (/^https?:\/\/[^@#]*$/i.test(text) && archiveName.test(text)) return { kind: 'archive', archive: text };
  if (/^(?:git\+)?[a-z]+:\/\//i.test(text)) {
    const source = readPinValue('backend', `git+${text.replace(/^git\+/i, '')}`);
    if (source?.kind === 'git')
      return { kind: 'git', url: source.url, ...(source.ref === undefined ? {} : { ref: source.ref }) };
    throw unusable(text, 'is no address of a git repository (https://host/name.git@ref)');
  }
  const path = isAbsolute(text) ? text : resolve(workspaceFolder, text);
  const status = await stat(path).catch(() => undefined);
  if (status?.isDirectory() === true) return { kind: 'folder', folder: await realpath(path), written: text };
  if (status?.isFile() === true && archiveName.test(path)) return { kind: 'archive', archive: path, written: text };
  throw unusable(text, status === undefined ? 'is not there' : 'is neither a folder nor an archive');
}

function unusable(text: string, why: string): Failure {
  return new Failure('WORKSPACE_INVALID', `the assembly ${JSON.stringify(text.slice(0, 200))} ${why}`, [
    'assembly: https://github.com/openimis/openimis-be_py.git@v1.1.0, a folder, or an archive (.tar.gz, .zip)',
  ]);
}

/** What no build needs, and what may hold secrets. */
const leftOut = /^(\.git|\.github|\.idea|\.vscode|\.env|node_modules|__pycache__|.*\.pyc)$/;
const most = { files: 20_000, bytes: 500 * 1024 * 1024 };

/** The files of a local assembly below `into/`; an archive is one file there. Links that lead out are refused. */
export async function assemblyFiles(source: AssemblySource, into: string): Promise<readonly LocalFile[]> {
  if (source.kind === 'git' || source.kind === 'archive') {
    if (source.kind === 'git' || source.written === undefined) return [];
    const { archive } = source;
    return [{ path: `${into}/${archiveFile(archive)}`, file: archive, hash: await fileHash(archive) }];
  }
  const { folder } = source;
  const files: LocalFile[] = [];
  let bytes = 0;
  const walk = async (current: string): Promise<void> => {
    for (const entry of (await readdir(current, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (leftOut.test(entry.name)) continue;
      const path = join(current, entry.name);
      const inside = relative(folder, path).split(sep).join('/');
      const target = entry.isSymbolicLink() ? await realpath(path).catch(() => '') : path;
      if (target !== folder && !target.startsWith(folder + sep))
        throw unusable(source.written, `has a link that leads out of it: ${inside}`);
      const status = await stat(target);
      if (status.isDirectory()) {
        if (!entry.isSymbolicLink()) await walk(path);
        continue;
      }
      if (!status.isFile()) continue;
      bytes += status.size;
      if (files.length >= most.files || bytes > most.bytes)
        throw unusable(source.written, `has more than ${most.files} files or ${most.bytes / 1024 / 1024} MiB`);
      const mode = (status.mode & 0o111) === 0 ? 0o644 : 0o755;
      files.push({ path: `${into}/${inside}`, file: target, mode, hash: await fileHash(target) });
    }
  };
  await walk(folder);
  return files;
}

/** The one name under which a container finds a local archive. */
export function archiveFile(archive: string): string {
  return `archive${archiveName.exec(archive)?.[0].toLowerCase() ?? ''}`;
}

/** Hash over names, modes and contents, wherever the folder lies. */
export function filesHash(files: readonly LocalFile[]): string {
  const hash = createHash('sha256').update(JSON.stringify(files.map(({ path, mode, hash: one }) => [path, mode, one])));
  return `sha256:${hash.digest('hex')}`;
}

async function fileHash(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** The assembly that a lock names, as a build takes it. Throws LOCK_STALE when a local one has changed since. */
export function requireSame(locked: LockedAssembly, files: readonly LocalFile[]): void {
  if (!('path' in locked) || filesHash(files) === locked.hash) return;
  throw new Failure('LOCK_STALE', `the assembly ${locked.path} has changed since it was locked`, [
    'openimis versions lock SERVER',
  ]);
}
