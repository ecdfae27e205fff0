import { Failure } from '../failure.ts';
import { nearest } from './nearest.ts';
import { readStrict, schemaAt } from './problems.ts';
import { type ServerConfig, serverSchema, type WorkspaceConfig, workspaceSchema } from './schema.ts';

/**
 * openimis.yaml as plain data, exactly as written (no defaults). `file` is how errors call it.
 * Throws WORKSPACE_INVALID with every problem at file:line:column.
 */
export function parseWorkspace(text: string, file: string): WorkspaceConfig {
  return readStrict(workspaceSchema, text, file);
}

/** Names of the servers, in the order of the file. */
export function serverNames(config: WorkspaceConfig): readonly string[] {
  return Object.keys(config.servers);
}

/** One server as written. Throws SERVER_UNKNOWN with the names there are. */
export function findServer(config: WorkspaceConfig, name: string): ServerConfig {
  if (Object.hasOwn(config.servers, name)) return config.servers[name]!;
  const names = serverNames(config);
  const near = nearest(name, names);
  const there = names.length === 0 ? 'it has none yet' : `it has: ${names.join(', ')}`;
  const shown = name.length > 60 ? `${name.slice(0, 60)}…` : name;
  throw new Failure('SERVER_UNKNOWN', `openimis.yaml has no server ${JSON.stringify(shown)}; ${there}`, [
    ...(near === undefined ? [] : [`did you mean ${near}?`]),
    'openimis servers list',
    'openimis init NAME adds one',
  ]);
}

/**
 * Why a text typed at a prompt or given as a flag cannot be the value at a path below a server (`database.user`,
 * `gateway.http`), or undefined when it can. Says nothing about rules between keys.
 */
export function valueProblem(path: string, text: string): string | undefined {
  const schema = schemaAt(serverSchema, path.split('.'));
  if (schema === undefined) return 'is not a key of a server';
  if (schema.safeParse(text).success) return undefined;
  const asNumber = /^\d+$/.test(text) ? schema.safeParse(Number(text)) : undefined;
  if (asNumber?.success === true) return undefined;
  const [issue] = schema.safeParse(text).error?.issues ?? [];
  if (issue?.code === 'invalid_value') return `must be one of: ${issue.values.map(String).join(', ')}`;
  if (issue?.code === 'invalid_type') return asNumber?.error?.issues[0]?.message ?? 'must be a whole number';
  return issue?.message ?? 'cannot be used';
}
