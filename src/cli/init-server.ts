import { isDeepStrictEqual } from 'node:util';

import { Failure } from '../failure.ts';
import type { CatalogueEntry } from '../workspace/catalogue.ts';
import { addServer, setValue } from '../workspace/edit.ts';
import { parseWorkspace } from '../workspace/parse.ts';
import { workspaceFile } from '../workspace/store/workspace-store.ts';
import type { ServerValue } from './server-flags.ts';

export type NewServer = {
  readonly name: string;
  readonly template: CatalogueEntry | undefined;
  readonly values: readonly ServerValue[];
};

/**
 * Text of openimis.yaml with the new server in it; the rest stays byte for byte. The same server given again with the
 * same values changes nothing. Throws SERVER_EXISTS, WORKSPACE_INVALID.
 */
export function withServer(text: string, { name, template, values }: NewServer): string {
  const existing = parseWorkspace(text, workspaceFile).servers[name];
  if (existing !== undefined) {
    const differing = values.filter(({ path, value }) => !isDeepStrictEqual(at(existing, path), value));
    if (differing.length === 0 && template === undefined) return text;
    const what = differing.map(({ path }) => path.join('.')).join(', ');
    throw new Failure(
      'SERVER_EXISTS',
      `openimis.yaml has a server ${name} already${what === '' ? '' : `, with another ${what}`}; it is not changed`,
      ['edit openimis.yaml, or choose another name'],
    );
  }
  let after = addServer(text, name, template?.body ?? {});
  for (const { path, value } of values) after = setValue(after, ['servers', name, ...path], value);
  parseWorkspace(after, workspaceFile);
  return after;
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Readonly<Record<string, unknown>> | undefined)?.[key], value);
}
