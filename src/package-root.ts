import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Folder of this package (holds package.json and templates/), from the sources as from the bundle. */
export function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json')) || !existsSync(join(folder, 'templates'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no package.json with templates/ above ${import.meta.dirname}`);
    folder = parent;
  }
  return folder;
}
