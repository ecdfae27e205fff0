import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { Failure, type FailureCode } from '../../failure.ts';

export type TextFile = { readonly text: string; readonly bom: boolean; readonly mode: number; readonly uid: number };

export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/**
 * Reads a regular file of at most `limit` bytes as UTF-8; undefined when it is not there. Never blocks on a pipe.
 * A byte order mark is cut off and remembered. Throws `unreadable`.
 */
export async function readTextFile(
  file: string,
  limit: number,
  unreadable: FailureCode,
): Promise<TextFile | undefined> {
  const fail = (why: string, ...hints: string[]) => new Failure(unreadable, `${file} ${why}`, hints);
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const status = await handle.stat();
      if (!status.isFile()) throw fail('is not a file', `ls -l ${file}`);
      if (status.size > limit) throw fail(`has ${status.size} bytes, at most ${limit} are read`);
      const bytes = await handle.readFile();
      return { ...decode(bytes, fail), mode: status.mode & 0o777, uid: status.uid };
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === 'EACCES' || code === 'EPERM')
      throw fail(`cannot be read: you (${userName()}) have no permission`, `ls -l ${file}`);
    if (code === 'ELOOP') throw fail('is a symbolic link that leads to itself', `ls -l ${file}`);
    if (code === 'EISDIR') throw fail('is a folder, not a file');
    if (code === 'ENXIO' || code === 'ENODEV') throw fail('is not a file', `ls -l ${file}`);
    if (code === 'ENAMETOOLONG')
      throw new Failure(unreadable, `${file.slice(0, 80)}… is longer than a name of a file can be`);
    if (code === 'EIO') throw fail('cannot be read: the disk reports an error', 'dmesg | tail');
    throw error;
  }
}

function decode(bytes: Buffer, fail: (why: string, ...hints: string[]) => Failure): { text: string; bom: boolean } {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw fail('is UTF-16, not UTF-8', 'save it again as UTF-8 (Notepad: Save as, Encoding UTF-8)');
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.startsWith('\uFEFF') ? { text: text.slice(1), bom: true } : { text, bom: false };
  } catch {
    const line = badLine(bytes);
    throw fail(`is not UTF-8: look at line ${line}`, 'save it again as UTF-8');
  }
}

/** 1-based line of the first bytes that are not UTF-8. */
function badLine(bytes: Buffer): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const found = bytes.indexOf(0x0a, start);
    const end = found === -1 ? bytes.length : found + 1;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end;
  }
  return line;
}

/** We, root, and who called sudo: files of anybody else were put there by somebody else. */
export function trusted(uid: number): boolean {
  const own = process.getuid?.();
  return own === undefined || [0, own, Number(process.env['SUDO_UID'] ?? own)].includes(uid);
}

const userName = () => process.env['USER'] ?? `uid ${process.getuid?.() ?? '?'}`;

export type WriteOptions = {
  readonly mode: number;
  /** Fails with `exists` instead of replacing a file. */
  readonly create?: boolean;
};

/**
 * Writes a file under a temporary name in its folder, then renames it: it is there as a whole or not at all, also
 * after a power cut. Returns false when `create` is set and the file exists. Throws WORKSPACE_READ_ONLY or DISK_FULL.
 */
export async function writeTextFile(file: string, text: string, options: WriteOptions): Promise<boolean> {
  const temporary = join(dirname(file), `.openimis-${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx', options.mode);
    try {
      // The mode of open() is cut by the umask.
      await handle.chmod(options.mode);
      await handle.writeFile(text, 'utf8');
      await handle.sync();
    } finally {
      await handle.close();
    }
    // link() refuses an existing name in one step, so of two runs only one creates.
    if (options.create === true) await link(temporary, file);
    else await rename(temporary, file);
    await syncFolder(dirname(file));
    return true;
  } catch (error) {
    if (options.create === true && errorCode(error) === 'EEXIST') return false;
    throw writeFailure(error, file);
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/**
 * Makes a folder and those above it, one at a time: below /proc the recursive mkdir of Node never returns. What cannot be made
 * is thrown as it comes.
 */
export async function makeFolders(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return;
    if (code !== 'ENOENT' || (await isThere(dirname(folder)))) throw error;
    await makeFolders(dirname(folder));
    await makeFolders(folder);
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems cannot sync a folder; the file itself is already on disk.
    if (!['EINVAL', 'ENOTSUP', 'EBADF'].includes(errorCode(error))) throw error;
  } finally {
    await handle.close();
  }
}

/** What an error of writing means for an operator; anything unforeseen is passed on as it is. */
export function writeFailure(error: unknown, file: string): unknown {
  const folder = dirname(file);
  switch (errorCode(error)) {
    case 'EROFS':
      return new Failure('WORKSPACE_READ_ONLY', `${file} cannot be written: the file system is read-only`, [
        'nothing was changed; copy the workspace to a folder of your own, and name it with --workspace',
      ]);
    case 'EACCES':
    case 'EPERM':
      return new Failure('WORKSPACE_READ_ONLY', `${file} cannot be written: you (${userName()}) have no permission`, [
        `ls -ld ${folder}`,
        'nothing was changed',
      ]);
    case 'ENOSPC':
    case 'EDQUOT':
      return new Failure('DISK_FULL', `${file} cannot be written: no space is left`, [
        `df -h ${folder}`,
        'nothing was changed',
      ]);
    default:
      return error;
  }
}
