import { deploy, type DeployOutcome } from '../deployment/deploy.ts';
import type { DeploymentContext } from '../deployment/context.ts';
import type { Plan } from '../deployment/plan.ts';
import { planDeployment } from '../deployment/plan-deployment.ts';
import type { Engine } from '../engines/engine.ts';
import { completeServer } from '../workspace/complete.ts';
import { parseWorkspace } from '../workspace/parse.ts';
import type { WorkspaceConfig } from '../workspace/schema.ts';
import type { Secrets } from '../workspace/server.ts';
import { ensureGenerated, ensureSecrets, readSecrets } from '../workspace/store/secrets-store.ts';
import { ensureWorkspaceId, openWorkspace, workspaceFile } from '../workspace/store/workspace-store.ts';
import type { CommandRequest } from './base-command.ts';
import { askedPassword, givenPassword, type PasswordFlags } from './database-password.ts';
import { openDeployment, requireDeployable } from '../deployment/open-deployment.ts';
import { withEngine } from './with-engine.ts';
import { draftServer, lacksValues, saveDraft } from './init-flow.ts';
import { needConsent } from './prompts.ts';
import { type ServerFlagValues, valuesOf } from './server-flags.ts';
import { chooseServer } from './session.ts';
import { taskList } from './task-list.ts';
import { planView } from './views/plan-view.ts';

export type DeployFlags = ServerFlagValues & PasswordFlags & { readonly 'dry-run': boolean; readonly frozen: boolean };
export type DeployResult = { readonly plan: Plan; readonly dryRun: boolean; readonly outcome?: DeployOutcome };

type Prepared = {
  readonly config: WorkspaceConfig;
  readonly folder: string;
  readonly name: string;
  readonly secrets: Secrets;
};

/** What `openimis deploy` does: openimis.yaml first when values were given, then plan, consent, run. */
export async function deployServer(request: CommandRequest<DeployFlags>): Promise<DeployResult> {
  const prepared = await prepare(request);
  return withEngine(async (engine) => deployPrepared(engine, prepared, request));
}

async function deployPrepared(
  engine: Engine,
  prepared: Prepared,
  request: CommandRequest<DeployFlags>,
): Promise<DeployResult> {
  const { signal, mode, yes, interactive } = request;
  const { context, plan } = await planWithProgress(engine, prepared, request);
  const dryRun = request.flags['dry-run'];
  if (plan.kind === 'nothing' || dryRun) return { plan, dryRun };
  if (mode !== 'silent') process.stderr.write(`${planView(plan, process.stderr)}\n`);
  await needConsent(`Deploy ${plan.server} like this?`, { yes, interactive, signal });
  const list = await taskList(plan.steps, mode);
  try {
    return { plan, dryRun, outcome: await deploy(context, plan, list.events, signal) };
  } finally {
    await list.end();
  }
}

async function planWithProgress(
  engine: Engine,
  prepared: Prepared,
  { flags, mode, signal }: CommandRequest<DeployFlags>,
): Promise<{ readonly context: DeploymentContext; readonly plan: Plan }> {
  const list = await taskList([{ id: 'plan', title: 'Look at the engine and the legacy' }], mode);
  list.events.started('plan');
  try {
    const progress = (line: string): void => list.events.progress('plan', line);
    const images = { frozen: flags.frozen, progress, signal };
    const context = await openDeployment(engine, { ...prepared, images });
    const plan = await planDeployment(context, { signal, progress });
    list.events.done('plan');
    return { context, plan };
  } catch (error) {
    list.events.failed('plan', error instanceof Error ? error.message : String(error));
    throw error;
  } finally {
    await list.end();
  }
}

/** Workspace and secrets, written (or with --dry-run only imagined) before anything is asked of an engine. */
async function prepare(request: CommandRequest<DeployFlags>): Promise<Prepared> {
  const { folder, flags } = request;
  const given = await givenPassword(flags);
  const draft = (await needsDraft(request)) ? await draftServer(request) : undefined;
  if (flags['dry-run']) {
    const workspace = draft === undefined ? await openWorkspace(folder) : draft.workspace;
    const config = draft === undefined ? workspace!.config : parseWorkspace(draft.text, workspaceFile);
    const name = draft?.server.name ?? chooseServer(config, request.name);
    const there = workspace === undefined ? {} : await readSecrets(workspace.folder, name);
    return {
      config,
      name,
      folder: workspace?.folder ?? draft!.folder,
      secrets: await withPassword({ ...there, ...given }, config, name, request),
    };
  }
  const opened = draft === undefined ? await openWorkspace(folder) : await saveDraft(draft);
  const name = draft?.server.name ?? chooseServer(opened.config, request.name);
  const workspace = await ensureWorkspaceId(opened);
  const there = { ...(await readSecrets(workspace.folder, name)), ...given };
  const asked = await withPassword(there, workspace.config, name, request);
  return {
    config: workspace.config,
    name,
    folder: workspace.folder,
    secrets: await ensureSecrets(workspace.folder, name, asked),
  };
}

/** Values were given, or a person can be asked for those that openimis.yaml lacks. */
async function needsDraft({ folder, flags, name, interactive }: CommandRequest<DeployFlags>): Promise<boolean> {
  return valuesOf(flags).length > 0 || flags.from !== undefined || (interactive && (await lacksValues(folder, name)));
}

async function withPassword(
  secrets: Secrets,
  config: WorkspaceConfig,
  name: string,
  { interactive, signal }: CommandRequest<unknown>,
): Promise<Secrets> {
  requireDeployable(config, name);
  const { user } = completeServer(config, name).database;
  return ensureGenerated({ ...secrets, ...(await askedPassword(secrets, user, interactive, signal)) });
}
