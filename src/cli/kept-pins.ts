import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

import type { PinSet } from '../modules/pin-set.ts';
import { cacheFolder } from '../modules/registries/cache-folder.ts';
import { packageRoot } from '../package-root.ts';

// Reading openimis.yaml strictly costs more than comparing what is in it, so what a comparison read is kept with everything
// that it came from, word for word. No import here may need yaml or zod.

const workspaceFile = 'openimis.yaml';
const largest = 2 * 1024 * 1024;
/** A server or a release; anything else (files, revisions) is read each time. */
const plainWord = /^[a-z0-9][a-z0-9.-]{0,63}$/;

/** Pins of servers and releases, in the order of the words. Throws what `pinSetOf` does. */
export async function comparedPins(words: readonly string[], folder: string | undefined): Promise<readonly PinSet[]> {
  const from = words.every((word) => plainWord.test(word) && !word.endsWith('.json'))
    ? originOf(words, folder)
    : undefined;
  const kept = from && readKept(from);
  if (kept !== undefined) return kept;
  const { pinSetOf, pinSources } = await import('./pin-sets.ts');
  const sources = pinSources(folder);
  const sets: PinSet[] = [];
  for (const word of words) sets.push(await pinSetOf(word, sources));
  if (from !== undefined) keep(from, sets);
  return sets;
}

type Origin = { readonly file: string; readonly key: string };

/** Everything that the answer depends on: this program, the catalogue, and the workspace with whose file it is. */
function originOf(words: readonly string[], folder: string | undefined): Origin | undefined {
  try {
    const releases = join(packageRoot(), 'templates/releases');
    const catalogue = readdirSync(releases).map((name) => [name, statSync(join(releases, name)).mtimeMs]);
    const workspace = workspaceOf(folder);
    const program = basename(import.meta.filename);
    const key = JSON.stringify([program, process.getuid?.(), words, catalogue, workspace]);
    const name = `${nameOf(JSON.stringify([words, workspace?.file]))}.json`;
    return { file: join(cacheFolder(process.env, process.env['HOME'] ?? homedir()), 'pins', name), key };
  } catch {
    return undefined;
  }
}

/** As `openWorkspace` finds it; what is odd throws, and is left to it. */
function workspaceOf(folder: string | undefined): { readonly file: string } | undefined {
  const start = resolve(folder === undefined ? '.' : basename(folder) === workspaceFile ? dirname(folder) : folder);
  for (let at = start; ; at = dirname(at)) {
    const file = join(at, workspaceFile);
    const status = lstatSync(file, { throwIfNoEntry: false });
    if (status !== undefined) {
      if (!status.isFile() || status.size > largest) throw new Error('not a plain file');
      const { mode, uid } = statSync(at);
      const text = readFileSync(file, 'latin1');
      return { file, ...{ start, uid: status.uid, fileMode: status.mode, mode, folderUid: uid, text } };
    }
    if (folder !== undefined || at === dirname(at)) return undefined;
  }
}

/** FNV-1a: only a name, the whole key is in the file. */
function nameOf(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return hash.toString(16).padStart(16, '0');
}

function readKept({ file, key }: Origin): readonly PinSet[] | undefined {
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as { readonly key: string; readonly sets: readonly PinSet[] };
    return kept.key === key ? kept.sets : undefined;
  } catch {
    return undefined;
  }
}

/** There as a whole or not at all; nobody depends on it. */
function keep({ file, key }: Origin, sets: readonly PinSet[]): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, JSON.stringify({ key, sets }), { mode: 0o600, flag: 'wx' });
    renameSync(temporary, file);
  } catch {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // It never was there.
    }
  }
}
