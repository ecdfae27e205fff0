import type { DeploymentContext } from '../deployment/context.ts';
import { openDeployment } from '../deployment/open-deployment.ts';
import { openWorkspace } from '../workspace/store/workspace-store.ts';
import { chooseServer } from './session.ts';
import { withEngine } from './with-engine.ts';

export type ServerChoice = { readonly folder: string | undefined; readonly name: string | undefined };

/** For commands that look at or end what runs: they need the engine and no secret. */
export async function withServerOnEngine<T>(
  choice: ServerChoice,
  use: (context: DeploymentContext) => Promise<T>,
): Promise<T> {
  const { config, folder } = await openWorkspace(choice.folder);
  const name = chooseServer(config, choice.name);
  return withEngine(async (engine) => use(await openDeployment(engine, { config, folder, name, secrets: {} })));
}
