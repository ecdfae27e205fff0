import { Failure } from '../failure.ts';
import { grantsSql } from '../legacy/grants.ts';
import { completeServer, notDeployable } from '../workspace/complete.ts';
import { findServer, parseWorkspace } from '../workspace/parse.ts';
import type { Secrets } from '../workspace/server.ts';
import { ensureSecrets, readSecrets } from '../workspace/store/secrets-store.ts';
import { type Workspace, workspaceFile } from '../workspace/store/workspace-store.ts';
import { givenPassword, offeredPassword, type PasswordFlags } from './database-password.ts';
import { draftServer, type InitDraft, type InitRequest, saveDraft } from './init-flow.ts';
import { initResult, type InitResult, initView } from './views/init-view.ts';

export type InitCommand = InitRequest & {
  readonly flags: PasswordFlags;
  readonly dryRun: boolean;
  readonly grants: boolean;
};

/** What `openimis init` does; `text` is what a person sees. */
export async function initServer(command: InitCommand): Promise<{ readonly data: unknown; readonly text: string }> {
  if (command.signal.aborted) throw new Failure('INTERRUPTED', 'interrupted');
  const draft = await draftServer(command);
  if (command.grants) {
    const sql = grantsOf(draft);
    return { data: { server: draft.server.name, sql }, text: sql };
  }
  const given = await givenPassword(command.flags);
  if (command.dryRun) {
    const result = initResult(draft, {
      file: `${draft.folder}/${workspaceFile}`,
      changed: draft.workspace?.text !== draft.text,
      dryRun: true,
      databasePassword: 'kept',
    });
    return { data: result, text: initView(result) };
  }
  const before = draft.workspace?.text;
  const offered =
    command.interactive && given.DATABASE_PASSWORD === undefined ? await passwordFor(draft, command.signal) : {};
  const workspace = await saveDraft(draft);
  const password = await keepSecrets(workspace, draft.server.name, { ...offered, ...given });
  const result = {
    ...initResult(draft, {
      file: workspace.file,
      changed: before !== workspace.text,
      dryRun: false,
      databasePassword: password,
    }),
    text: workspace.text,
  };
  return { data: result, text: initView(result) };
}

/** The T-SQL for a DBA; `draftServer` has asked for what it needs. */
function grantsOf({ text, server }: InitDraft): string {
  const { database } = findServer(parseWorkspace(text, workspaceFile), server.name);
  const { name, user, migrate, doctor } = database ?? {};
  if (name === undefined || user === undefined)
    throw new Failure('SERVER_INCOMPLETE', `server ${server.name} has no database to give rights in`);
  return grantsSql({
    database: name,
    run: user,
    ...(migrate === undefined ? {} : { migrate: migrate.user }),
    ...(doctor === undefined ? {} : { doctor: doctor.user }),
  });
}

/** Writes secrets/<server>.env of a server that can be deployed, and says what became of the database password. */
async function keepSecrets(
  { config, folder }: Workspace,
  name: string,
  given: Secrets,
): Promise<InitResult['databasePassword']> {
  if (notDeployable(config, name) !== undefined) return 'unneeded';
  const secrets = await ensureSecrets(folder, name, given);
  if (given.DATABASE_PASSWORD !== undefined) return 'given';
  return (secrets.DATABASE_PASSWORD ?? '') === '' ? 'missing' : 'kept';
}

/** Asks a person for the password of a server that can be deployed and has none yet. */
async function passwordFor(draft: InitDraft, signal: AbortSignal): Promise<Secrets> {
  const { name } = draft.server;
  const config = parseWorkspace(draft.text, workspaceFile);
  if (notDeployable(config, name) !== undefined) return {};
  const there = draft.workspace === undefined ? {} : await readSecrets(draft.workspace.folder, name);
  return offeredPassword(there, completeServer(config, name).database.user, signal);
}
