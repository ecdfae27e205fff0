import { isDeepStrictEqual } from 'node:util';

import { Failure } from '../failure.ts';
import { releaseGeneration } from '../modules/release-names.ts';
import type { CatalogueEntry } from '../workspace/catalogue.ts';
import { defaultComponents } from '../workspace/complete.ts';
import { addServer, newWorkspaceText, setValue } from '../workspace/edit.ts';
import { findServer, parseWorkspace } from '../workspace/parse.ts';
import { workspaceFile } from '../workspace/store/workspace-store.ts';
import type { ServerValue } from './server-flags.ts';

export type NewServer = {
  readonly name: string;
  readonly template: CatalogueEntry | undefined;
  readonly values: readonly ServerValue[];
};

/**
 * Text of openimis.yaml with the server in it; the rest stays byte for byte. A server that is there already gets the
 * values that it lacks, and stays as it is when it lacks none. Throws SERVER_EXISTS when it has another value or was
 * not started from the template, WORKSPACE_INVALID.
 */
export function withServer(text: string, server: NewServer): string {
  const { name, template, values } = server;
  const existing = parseWorkspace(text, workspaceFile).servers[name];
  if (existing === undefined) return withValues(addServer(text, name, template?.body ?? {}), name, values);
  const differing = values
    .filter(({ path, value }) => at(existing, path) !== undefined && !isDeepStrictEqual(at(existing, path), value))
    .map(({ path }) => path.join('.'));
  const alike = template === undefined || holds(existing, fresh(server));
  if (differing.length > 0 || !alike) {
    const other = differing.length === 0 ? '' : `, with another ${differing.join(', ')}`;
    const start = alike ? '' : `, and it differs from ${template.name} of the catalogue`;
    throw new Failure(
      'SERVER_EXISTS',
      `openimis.yaml has a server ${name} already${other}${start}; it is not changed`,
      ['edit openimis.yaml, or choose another name'],
    );
  }
  return withValues(
    text,
    name,
    values.filter(({ path }) => at(existing, path) === undefined),
  );
}

/** The text with values of one server set. Throws WORKSPACE_INVALID. */
export function withValues(text: string, name: string, values: readonly ServerValue[]): string {
  const listed = findServer(parseWorkspace(text, workspaceFile), name).components !== undefined;
  const after = values.reduce((now, { path, value }) => setValue(now, ['servers', name, ...path], value), text);
  parseWorkspace(after, workspaceFile);
  return listed ? after : withOtherComponents(after, name);
}

/** An image of one component must not take the others away: without a list, what the release has is deployed. */
function withOtherComponents(text: string, name: string): string {
  const { components, release, generation } = findServer(parseWorkspace(text, workspaceFile), name);
  const starts = release === undefined ? generation : releaseGeneration(release);
  if (components === undefined || starts === undefined) return text;
  return Object.entries(defaultComponents(starts))
    .filter(([component]) => !Object.hasOwn(components, component))
    .reduce((now, [component, settings]) => setValue(now, ['servers', name, 'components', component], settings), text);
}

/** The server as this call would write it into an empty workspace. */
function fresh({ name, template, values }: NewServer): unknown {
  const text = withValues(addServer(newWorkspaceText(emptyId, ''), name, template?.body ?? {}), name, values);
  return findServer(parseWorkspace(text, workspaceFile), name);
}

const emptyId = '00000000-0000-4000-8000-000000000000';

/** Does `value` have everything that `part` has? */
function holds(value: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return isDeepStrictEqual(value, part);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(part).every(([key, inner]) => holds(at(value, [key]), inner));
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Readonly<Record<string, unknown>> | undefined)?.[key], value);
}
