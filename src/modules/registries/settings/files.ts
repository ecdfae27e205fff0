import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

import { Failure } from '../../../failure.ts';

/** What the settings of npm and pip are read from; a test hands in another home. */
export type Surroundings = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
};

const longest = 1024 * 1024;

/** A small text file of the operator's; undefined when it is not there. Throws REGISTRY_SETTINGS. */
export async function readSettings(file: string): Promise<string | undefined> {
  try {
    // Never blocks on a pipe.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const status = await handle.stat();
      // PIP_CONFIG_FILE=/dev/null switches the files off.
      if (!status.isFile()) return undefined;
      if (status.size > longest) throw new Failure('REGISTRY_SETTINGS', `${file} is larger than 1 MiB`);
      return (await handle.readFile('utf8')).replace(/^\uFEFF/, '');
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new Failure('REGISTRY_SETTINGS', `${file} cannot be read (${code})`, [`ls -l ${file}`], { cause: error });
  }
}
