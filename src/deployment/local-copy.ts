import { mkdir } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, sep } from 'node:path';

import type { RenderedFile } from '../rendering/rendered.ts';
import { writeFailure, writeTextFile } from '../workspace/store/files.ts';

/** Copies what is on the engine's state volume to the operator's machine; losing it loses nothing. */
export type LocalCopy = {
  /** Writes the files (never a secret) below `.openimis/<server>/`; each as a whole or not at all. */
  readonly write: (server: string, files: readonly RenderedFile[]) => Promise<void>;
};

/** `.openimis/` of a workspace folder. Rejects with WORKSPACE_READ_ONLY or DISK_FULL, which is no reason to stop a deploy. */
export function localCopy(folder: string): LocalCopy {
  return {
    write: async (server, files) => {
      for (const { path, content } of files) {
        const file = join(folder, '.openimis', server, insidePath(path));
        try {
          await mkdir(dirname(file), { recursive: true });
        } catch (error) {
          throw writeFailure(error, file);
        }
        await writeTextFile(file, content, { mode: 0o600 });
      }
    },
  };
}

/** Refuses a path that leads out of its root. */
function insidePath(path: string): string {
  const normal = normalize(path);
  if (isAbsolute(normal) || normal.split(sep).includes('..')) throw new Error(`not a path of a revision: ${path}`);
  return normal;
}
