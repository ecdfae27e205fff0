import { readFile, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** Template files by path below templates/ (`gateway/nginx.conf`), forward slashes. */
export type Templates = ReadonlyMap<string, string>;

/** Reads every file below `<root>/templates/<folder>` as UTF-8. */
export async function loadTemplates(root: string, folders: readonly string[]): Promise<Templates> {
  const top = join(root, 'templates');
  const templates = new Map<string, string>();
  for (const folder of folders) {
    const entries = await readdir(join(top, folder), { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((e) => e.isFile())) {
      const file = join(entry.parentPath, entry.name);
      templates.set(relative(top, file).split(sep).join('/'), await readFile(file, 'utf8'));
    }
  }
  return new Map([...templates].sort(([a], [b]) => (a < b ? -1 : 1)));
}
