import { Failure } from '../failure.ts';
import type { Engine } from '../engines/engine.ts';
import type { Workshop } from '../images/ecosystem.ts';
import { ecosystemOf } from '../images/ecosystems.ts';
import { locatedServer } from '../images/locked-images.ts';
import type { PinComponent } from '../modules/package-name.ts';
import { pinComponents } from '../modules/pin-set.ts';
import { packageRoot } from '../package-root.ts';
import { loadTemplates } from '../rendering/templates/load.ts';
import type { Workspace } from '../workspace/store/workspace-store.ts';
import type { CommandRequest } from './base-command.ts';

/** Components of a server that carry pins, or the one that was asked for. Throws USAGE when the server does not have it. */
export function pinnedOf({ config }: Workspace, name: string, only: PinComponent | undefined): readonly PinComponent[] {
  const { components } = locatedServer(config, name);
  const there = pinComponents.filter((component) => components[component] !== undefined);
  if (only === undefined) return there;
  if (there.includes(only)) return [only];
  throw new Failure('USAGE', `server ${name} has no ${only}`, [`it has ${there.join(', ')}`]);
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
