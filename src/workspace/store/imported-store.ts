import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { Failure } from '../../failure.ts';
import { openimisJsonLimit } from '../../modules/openimis-json.ts';
import type { PinnedComponent } from '../server.ts';
import { serverNameProblem } from '../server-name.ts';
import { errorCode, readTextFile, writeFailure, writeTextFile } from './files.ts';

/**
 * Path below the workspace of the openimis.json that a component's modules were imported from, as it was then: what pins do
 * not say (names, order, locales, other keys) is taken from it by an export. The server's name is checked: it becomes part of a path.
 */
export function importedFile(server: string, component: PinnedComponent): string {
  const problem = serverNameProblem(server);
  if (problem !== undefined) throw new Failure('USAGE', problem);
  return `imported/${server}/${component}.json`;
}

/** The text, or undefined when nothing (more) is kept. Throws PINS_UNREADABLE. */
export async function readImported(folder: string, server: string, component: PinnedComponent) {
  const read = await readTextFile(
    join(folder, importedFile(server, component)),
    4 * openimisJsonLimit,
    'PINS_UNREADABLE',
  );
  return read?.text;
}

/** Replaces the file in one step, or with undefined removes it. Throws WORKSPACE_READ_ONLY, DISK_FULL. */
export async function writeImported(
  folder: string,
  server: string,
  component: PinnedComponent,
  text: string | undefined,
): Promise<void> {
  const file = join(folder, importedFile(server, component));
  try {
    if (text === undefined) return await rm(file, { force: true });
    await mkdir(dirname(file), { recursive: true });
  } catch (error) {
    if (errorCode(error) === 'EEXIST' || errorCode(error) === 'ENOTDIR')
      throw new Failure('WORKSPACE_READ_ONLY', `${dirname(file)} is not a folder`, [`ls -ld ${dirname(file)}`]);
    throw writeFailure(error, file);
  }
  await writeTextFile(file, text, { mode: 0o644 });
}
