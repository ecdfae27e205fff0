import { Failure } from '../failure.ts';
import type { Engine } from '../engines/engine.ts';
import type { Workshop } from '../images/ecosystem.ts';
import { ecosystemOf } from '../images/ecosystems.ts';
import { type ComponentWish, componentWish } from '../images/server-wish.ts';
import type { PinComponent } from '../modules/package-name.ts';
import { pinComponents } from '../modules/pin-set.ts';
import { releaseGeneration, releaseNames } from '../modules/release-names.ts';
import { packageRoot } from '../package-root.ts';
import { loadTemplates } from '../rendering/templates/load.ts';
import { defaultComponents } from '../workspace/complete.ts';
import { findServer } from '../workspace/parse.ts';
import { loadRelease } from '../workspace/store/release-store.ts';
import type { Workspace } from '../workspace/store/workspace-store.ts';
import type { CommandRequest } from './base-command.ts';

/** Components of a server that carry pins, or the one that was asked for. Throws USAGE when the server does not have it. */
export function pinnedOf({ config }: Workspace, name: string, only: PinComponent | undefined): readonly PinComponent[] {
  const { server, generation } = located(config, name);
  const has = server.components ?? defaultComponents(generation);
  const there = pinComponents.filter((component) => has[component] !== undefined);
  if (only === undefined) return there;
  if (there.includes(only)) return [only];
  throw new Failure('USAGE', `server ${name} has no ${only}`, [`it has ${there.join(', ')}`]);
}

export async function wishOf(
  { config, folder }: Workspace,
  name: string,
  component: PinComponent,
): Promise<ComponentWish> {
  const { server, generation } = located(config, name);
  const known = releaseNames.find((one) => one === server.release);
  const release = known === undefined ? {} : { release: await loadRelease(packageRoot(), known) };
  return componentWish(component, { name, server, generation, workspaceFolder: folder, ...release });
}

function located(config: Workspace['config'], name: string) {
  const server = findServer(config, name);
  const generation = server.release === undefined ? server.generation : releaseGeneration(server.release);
  if (generation === undefined)
    throw new Failure('SERVER_INCOMPLETE', `server ${name} names neither a release nor a generation`, [
      `servers.${name}.release in openimis.yaml`,
    ]);
  return { server, generation };
}

/** The components with the worlds of their packages. */
export async function withEcosystems(components: readonly PinComponent[]) {
  return Promise.all(components.map(async (component) => ({ component, world: await ecosystemOf(component) })));
}

export async function workshopOf(
  engine: Engine,
  { signal }: Pick<CommandRequest<unknown>, 'signal'>,
  progress: Workshop['progress'],
): Promise<Workshop> {
  return {
    engine,
    templates: await loadTemplates(packageRoot(), ['images']),
    env: process.env,
    today: new Date(),
    progress,
    signal,
  };
}
