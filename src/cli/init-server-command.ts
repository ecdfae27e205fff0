import { Failure } from '../failure.ts';
import { grantsSql } from '../legacy/grants.ts';
import { completeServer, notDeployable } from '../workspace/complete.ts';
import { parseWorkspace } from '../workspace/parse.ts';
import type { Secrets } from '../workspace/server.ts';
import { ensureSecrets, readSecrets } from '../workspace/store/secrets-store.ts';
import { workspaceFile } from '../workspace/store/workspace-store.ts';
import { givenPassword, offeredPassword, type PasswordFlags } from './database-password.ts';
import { draftServer, type InitDraft, type InitRequest, saveDraft } from './init-flow.ts';
import { initResult, initView } from './views/init-view.ts';

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
    const { database } = completeServer(parseWorkspace(draft.text, workspaceFile), draft.server.name);
    const { migrate, doctor } = database;
    const sql = grantsSql({
      database: database.name,
      run: database.user,
      ...(migrate === undefined ? {} : { migrate: migrate.user }),
      ...(doctor === undefined ? {} : { doctor: doctor.user }),
    });
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
  const secrets = await ensureSecrets(workspace.folder, draft.server.name, { ...offered, ...given });
  const password =
    (given.DATABASE_PASSWORD ?? offered.DATABASE_PASSWORD) !== undefined
      ? 'given'
      : (secrets.DATABASE_PASSWORD ?? '') === ''
        ? 'missing'
        : 'kept';
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

/** Asks a person for the password of a server that can be deployed and has none yet. */
async function passwordFor(draft: InitDraft, signal: AbortSignal): Promise<Secrets> {
  const { name } = draft.server;
  const config = parseWorkspace(draft.text, workspaceFile);
  if (notDeployable(config, name) !== undefined) return {};
  const there = draft.workspace === undefined ? {} : await readSecrets(draft.workspace.folder, name);
  return offeredPassword(there, completeServer(config, name).database.user, signal);
}
