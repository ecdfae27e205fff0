import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { Failure } from '../failure.ts';
import { lockedPins } from '../modules/lock/locked-pins.ts';
import { type LockFile, lockFileName } from '../modules/lock/lock.ts';
import { parseLock } from '../modules/lock/parse-lock.ts';
import { readOpenimisJson } from '../modules/openimis-json.ts';
import type { PinSet } from '../modules/pin-set.ts';
import { nearest } from '../workspace/nearest.ts';
import { readTextFile } from '../workspace/store/files.ts';

const largest = 64 * 1024 * 1024;

/**
 * What an openimis.json or a lock file pins; a folder means the one in it. `FILE@SERVER` chooses from a lock file with several.
 * Throws PINS_UNREADABLE, LOCK_INVALID, USAGE.
 */
export async function filePins(word: string): Promise<PinSet> {
  const [, chosen, server] = /^(.+)@([^@/\\]+)$/.exec(word) ?? [];
  const isThere = await stat(word).then(
    () => true,
    () => false,
  );
  const path = isThere || chosen === undefined ? word : chosen;
  const { file, text } = await readNamed(path);
  if (isLock(text)) return pinsOfLock(parseLock(text, file), file, path === word ? undefined : server);
  if (path !== word)
    throw new Failure('USAGE', `${file} is no lock file: it has no server ${JSON.stringify(server)}`, [file]);
  return readOpenimisJson(text, file);
}

/** A lock file says so near its beginning; what is no JSON at all is reported as an openimis.json. */
const isLock = (text: string): boolean => /^\s*\{\s*"lockVersion"\s*:/.test(text);

async function readNamed(path: string): Promise<{ readonly file: string; readonly text: string }> {
  const status = await stat(path).catch(() => undefined);
  const files =
    status?.isDirectory() === true ? ['openimis.json', lockFileName].map((name) => join(path, name)) : [path];
  for (const file of files) {
    const read = await readTextFile(file, largest, 'PINS_UNREADABLE');
    if (read !== undefined) return { file, text: read.text };
  }
  const what =
    status === undefined ? `there is no file ${path}` : `there is no openimis.json and no ${lockFileName} in ${path}`;
  throw new Failure('PINS_UNREADABLE', what, ['name an openimis.json, a lock file, or the folder of one']);
}

function pinsOfLock(lock: LockFile, file: string, asked: string | undefined): PinSet {
  const names = Object.keys(lock.servers);
  const server = asked ?? (names.length === 1 ? names[0]! : undefined);
  const hints = names.map((name) => `${file}@${name}`);
  if (server === undefined)
    throw new Failure(
      'USAGE',
      names.length === 0 ? `${file} has no server` : `${file} has several servers: say which`,
      hints,
    );
  const near = nearest(server, names);
  const set = lockedPins(lock, server, names.length === 1 && asked === undefined ? file : `${file}@${server}`);
  if (set === undefined)
    throw new Failure('USAGE', `${file} has no server ${JSON.stringify(server.slice(0, 64))}${near === undefined ? '' : ` (did you mean ${near}?)`}`, hints); // prettier-ignore
  return set;
}
