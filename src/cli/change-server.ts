import { recordAudit } from '../deployment/audit.ts';
import { changeGateway, type GatewayChange, planGatewayChange } from '../deployment/change-gateway.ts';
import { openDeployment } from '../deployment/open-deployment.ts';
import { parseWorkspace } from '../workspace/parse.ts';
import type { WorkspaceConfig } from '../workspace/schema.ts';
import { readSecrets } from '../workspace/store/secrets-store.ts';
import { openWorkspace, saveWorkspaceText, workspaceFile } from '../workspace/store/workspace-store.ts';
import type { CommandRequest } from './base-command.ts';
import { chooseServer } from './session.ts';
import { taskList } from './task-list.ts';
import { withEngine } from './with-engine.ts';

export type ServerEdit = {
  /** openimis.yaml with the change; unchanged text: there is nothing to do. */
  readonly edit: (text: string, config: WorkspaceConfig, server: string) => string;
  /** What the audit gets. */
  readonly event: string;
  readonly fields: Readonly<Record<string, string | readonly string[] | undefined>>;
};

export type ServerChange = {
  readonly server: string;
  readonly changed: boolean;
  readonly dryRun: boolean;
  /** `not-deployed`: it counts from the next deploy on. */
  readonly gateway: GatewayChange['state'];
  readonly notes: readonly string[];
};

/**
 * Edits what the gateway reads in openimis.yaml and brings it into force by a reload. Planned first: nothing is written when
 * the gateway could not take it; when it does not, openimis.yaml becomes what it was.
 */
export async function changeServer(
  request: CommandRequest<{ readonly 'dry-run': boolean }>,
  { edit, event, fields }: ServerEdit,
): Promise<ServerChange> {
  const workspace = await openWorkspace(request.folder);
  const { folder } = workspace;
  const name = chooseServer(workspace.config, request.name);
  const text = edit(workspace.text, workspace.config, name);
  const config = parseWorkspace(text, workspaceFile);
  const secrets = await readSecrets(folder, name);
  return withEngine(async (engine) => {
    const context = await openDeployment(engine, { config, folder, name, secrets });
    const plan = await planGatewayChange(context, 'configuration');
    const edited = text !== workspace.text;
    const changed = edited || plan.state === 'changes';
    const common = { server: name, changed, gateway: plan.state, notes: [] };
    if (request.flags['dry-run'] || !changed) return { ...common, dryRun: request.flags['dry-run'] };
    const saved = await saveWorkspaceText(workspace, text);
    const list = await taskList(plan.steps, request.mode);
    try {
      await changeGateway(context, plan, list.events, request.signal);
    } catch (error) {
      // Unless somebody else has changed it meanwhile: then theirs stays.
      await saveWorkspaceText(saved, workspace.text).catch(() => undefined);
      throw error;
    } finally {
      await list.end();
    }
    const problem = await recordAudit(context, event, fields);
    return { ...common, dryRun: false, notes: problem === undefined ? [] : [problem] };
  });
}
