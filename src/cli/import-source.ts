import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { Failure } from '../failure.ts';
import { type OpenimisJson, openimisJsonLimit, parseOpenimisJson } from '../modules/openimis-json.ts';
import { readTextFile } from '../workspace/store/files.ts';

const fileName = 'openimis.json';
/** A folder may be one checkout, or hold upstream's two under their own names. */
const inFolder = [fileName, `openimis-be_py/${fileName}`, `openimis-fe_js/${fileName}`];
/** Milliseconds for one fetch of git. */
const gitTimeout = 120_000;

/** What was read, and (from git) at which commit. */
export type ImportSource = { readonly files: readonly OpenimisJson[]; readonly from: string; readonly commit?: string };

/** Reads FILE, DIR or GIT-URL@REF. Throws PINS_UNREADABLE, USAGE, GIT_UNREACHABLE, GIT_REFUSED. */
export async function readImportSource(word: string, signal: AbortSignal): Promise<ImportSource> {
  const { fetchGitFile, readGitPlace } = await import('../modules/registries/git/fetch-file.ts');
  const place = readGitPlace(word);
  if (place !== undefined) {
    const run = { env: process.env, signal, timeout: gitTimeout };
    const { text, commit } = await fetchGitFile(place, fileName, openimisJsonLimit, run);
    const at = `${fileName} at ${commit.slice(0, 12)}`;
    return { files: [parseOpenimisJson(text, at)], from: word, commit };
  }
  const status = await stat(word).catch(() => undefined);
  const candidates = status?.isDirectory() === true ? inFolder.map((name) => join(word, name)) : [word];
  const files: OpenimisJson[] = [];
  for (const file of candidates) {
    const read = await readTextFile(file, 4 * openimisJsonLimit, 'PINS_UNREADABLE');
    if (read !== undefined) files.push(parseOpenimisJson(read.text, file));
  }
  if (files.length > 0) return { files, from: word };
  const what = status === undefined ? `there is no file ${word}` : `there is no ${fileName} in ${word}`;
  throw new Failure('PINS_UNREADABLE', what, [
    'name an openimis.json, the folder of one, or a repository: https://host/openimis-be_py.git@TAG',
  ]);
}
