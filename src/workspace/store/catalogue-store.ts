import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type CatalogueEntry, parseCatalogueEntry } from '../catalogue.ts';

/** The known servers by name, from `<root>/templates/servers/`; `root` is the package's folder. */
export async function loadCatalogue(root: string): Promise<ReadonlyMap<string, CatalogueEntry>> {
  const folder = join(root, 'templates/servers');
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml')).sort();
  const entries = files.map(async (file) => {
    const name = file.slice(0, -'.yaml'.length);
    const text = await readFile(join(folder, file), 'utf8');
    return [name, parseCatalogueEntry(text, `templates/servers/${file}`, name)] as const;
  });
  return new Map(await Promise.all(entries));
}
