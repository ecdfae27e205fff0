import type { DeploymentContext } from '../deployment/context.ts';
import { openDeployment } from '../deployment/open-deployment.ts';
import { openWorkspace, type Workspace } from '../workspace/store/workspace-store.ts';
import { chooseServer } from './session.ts';
import { withEngine } from './with-engine.ts';

export type ServerChoice = { readonly folder: string | undefined; readonly name: string | undefined };

/** For commands that look at or end what runs: they need the engine and no secret. */
export async function withServerOnEngine<T>(
  choice: ServerChoice,
  use: (context: DeploymentContext) => Promise<T>,
): Promise<T> {
  const workspace = await openWorkspace(choice.folder);
  return withContext(workspace, chooseServer(workspace.config, choice.name), use);
}

/** The same for a workspace that is open already. */
export async function withContext<T>(
  { config, folder }: Workspace,
  name: string,
  use: (context: DeploymentContext) => Promise<T>,
): Promise<T> {
  return withEngine(async (engine) => use(await openDeployment(engine, { config, folder, name, secrets: {} })));
}
