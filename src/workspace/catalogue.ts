import { z } from 'zod';

import { readStrict } from './problems.ts';
import { type ServerConfig, serverSchema } from './schema.ts';

/** A known server to start from: `openimis init test --from test`. */
export type CatalogueEntry = {
  readonly name: string;
  /** One line for lists. */
  readonly description: string;
  readonly server: ServerConfig;
  /** YAML text of the server with its comments, for `addServer`. */
  readonly body: string;
  /**
   * Paths of the addresses that come from the catalogue. They belong to somebody: none is ever contacted before the
   * operator has confirmed it as his own.
   */
  readonly confirm: readonly string[];
};

const entrySchema = z.strictObject({ description: z.string().min(1).max(200), server: serverSchema });
const addresses = [
  ['legacy', 'dns'],
  ['legacy', 'ip'],
  ['legacy', 'url'],
  ['database', 'host'],
] as const;

/** One file of templates/servers/. Throws WORKSPACE_INVALID with file:line:column. */
export function parseCatalogueEntry(text: string, file: string, name: string): CatalogueEntry {
  const { description, server } = readStrict(entrySchema, text, file);
  const confirm = addresses
    .filter(([group, key]) => (server[group] as Record<string, unknown> | undefined)?.[key] !== undefined)
    .map((path) => path.join('.'));
  return { name, description, server, body: bodyOf(text), confirm };
}

/** Lines below `server:`, without their indentation. */
function bodyOf(text: string): string {
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line) => /^server:\s*(#.*)?$/.test(line));
  return lines
    .slice(start + 1)
    .map((line) => line.replace(/^ {2}/, ''))
    .join('\n')
    .trimEnd();
}
