import { hash } from 'bcryptjs';

import { packageRoot } from '../package-root.ts';
import { componentNames, type Secrets } from '../workspace/server.ts';
import { addServer, setValue } from '../workspace/edit.ts';
import { loadCatalogue } from '../workspace/store/catalogue-store.ts';
import { ensureSecrets } from '../workspace/store/secrets-store.ts';
import { createWorkspace, saveWorkspaceText, type Workspace } from '../workspace/store/workspace-store.ts';
import type { SandboxState } from './sandbox-folder.ts';

/** The catalogue's server that the sandbox deploys. */
export const sandboxServer = 'test';
/** Browsers take every name below localhost for this box; a name of its own keeps its cookies apart. */
export const sandboxName = 'sandbox.localhost';
export const sandboxDatabase = { name: 'openIMIS-sandbox', user: 'openimis' } as const;
export const sandboxApiUser = 'Admin';

/** What `openimis init test --from test` with all values does, in the sandbox's own folder; twice changes nothing. */
export async function initSandbox(
  folder: string,
  state: SandboxState,
  image: string,
): Promise<{ workspace: Workspace; secrets: Secrets }> {
  const workspace = await createWorkspace(folder);
  const template = (await loadCatalogue(packageRoot())).get(sandboxServer);
  if (template === undefined) throw new Error(`the catalogue has no server ${sandboxServer}`);
  const there = workspace.config.servers[sandboxServer] !== undefined;
  let text = there ? workspace.text : addServer(workspace.text, sandboxServer, template.body);
  for (const [path, value] of values(state, image)) text = setValue(text, ['servers', sandboxServer, ...path], value);
  const saved = await saveWorkspaceText(workspace, text);
  const secrets = await ensureSecrets(folder, sandboxServer, { DATABASE_PASSWORD: state.databasePassword });
  if (secrets.API_USERS !== undefined) return { workspace: saved, secrets };
  const users = `${sandboxApiUser}:${await hash(state.userPassword, 8)}`;
  return { workspace: saved, secrets: await ensureSecrets(folder, sandboxServer, { API_USERS: users }) };
}

function values({ ports }: SandboxState, image: string): readonly (readonly [readonly string[], string | number])[] {
  return [
    // 127.0.0.1 means this box: containers reach the stand-ins by way of the engine's own bridge.
    [['legacy', 'dns'], 'legacy.localhost'],
    [['legacy', 'ip'], '127.0.0.1'],
    [['legacy', 'url'], `http://legacy.localhost:${ports.legacy}/`],
    [['database', 'name'], sandboxDatabase.name],
    [['database', 'user'], sandboxDatabase.user],
    [['database', 'port'], ports.database],
    [['gateway', 'dns'], sandboxName],
    [['gateway', 'http'], ports.http],
    [['gateway', 'https'], ports.https],
    [['gateway', 'address'], '127.0.0.1'],
    [['healthInterval'], 2],
    ...componentNames.map((name) => [['components', name, 'image'], image] as const),
  ];
}
