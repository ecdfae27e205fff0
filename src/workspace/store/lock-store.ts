import { join } from 'node:path';

import { emptyLock, type LockFile, lockFileName } from '../../modules/lock/lock.ts';
import { parseLock } from '../../modules/lock/parse-lock.ts';
import { writeLock } from '../../modules/lock/write-lock.ts';
import { Failure } from '../../failure.ts';
import { readTextFile, writeTextFile } from './files.ts';

const byteLimit = 128 * 1024 * 1024;

/** The lock file as it was read; `text` is undefined where there is none yet. */
export type StoredLock = { readonly file: string; readonly lock: LockFile; readonly text: string | undefined };

/** openimis.lock.json beside openimis.yaml. Throws LOCK_INVALID. */
export async function readLock(folder: string): Promise<StoredLock> {
  const file = join(folder, lockFileName);
  const text = (await readTextFile(file, byteLimit, 'LOCK_INVALID'))?.text;
  return { file, text, lock: text === undefined ? emptyLock : parseLock(text) };
}

/** Replaces the file in one step. Throws WORKSPACE_CHANGED when somebody wrote it since it was read. */
export async function saveLock(stored: StoredLock, lock: LockFile): Promise<void> {
  const text = writeLock(lock);
  if (text === stored.text) return;
  const now = (await readTextFile(stored.file, byteLimit, 'LOCK_INVALID'))?.text;
  if (now !== stored.text)
    throw new Failure(
      'WORKSPACE_CHANGED',
      `${stored.file} was changed by somebody else while this command ran; nothing was written`,
      ['run the same command again'],
    );
  await writeTextFile(stored.file, text, { mode: 0o644 });
}
