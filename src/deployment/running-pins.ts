import { Failure } from '../failure.ts';
import { imageLabel, type LabelledPin, readPinsLabel } from '../images/image-labels.ts';
import type { PinComponent } from '../modules/package-name.ts';
import { moduleName, type PinnedModule, type PinSet } from '../modules/pin-set.ts';
import type { DeploymentContext } from './context.ts';
import { runningComponents } from './running-containers.ts';

/** The pins that the labels of the running images tell: no registry and no container is asked. Throws NOT_DEPLOYED. */
export async function runningPins(context: DeploymentContext): Promise<PinSet> {
  const { name } = context.server;
  const components: Partial<Record<PinComponent, readonly PinnedModule[]>> = {};
  const extra: Partial<Record<PinComponent, readonly PinnedModule[]>> = {};
  for (const { component, container } of await runningComponents(context)) {
    if (component === 'worker') continue;
    const pins = readPinsLabel(container.labels[imageLabel.pins]);
    if (pins === undefined)
      throw new Failure(
        'NOT_DEPLOYED',
        `the image of ${component} (${container.image}) does not carry its module versions: openimis did not build it`,
        [`openimis versions capture ${name}    asks the containers themselves`],
      );
    const read = (list: readonly LabelledPin[]): readonly PinnedModule[] => list.map((pin) => pinned(component, pin));
    components[component] = read(pins.modules);
    if (pins.extra.length > 0) extra[component] = read(pins.extra);
  }
  return { name: `${name}@running`, components, extra };
}

function pinned(component: PinComponent, [name, version, commit]: LabelledPin): PinnedModule {
  const module = moduleName(component, name);
  const origin = 'running image';
  if (commit === undefined)
    return { package: name, module, source: { kind: 'version', version }, spec: version, origin };
  return { package: name, module, source: { kind: 'git', url: name, ref: commit }, spec: commit, origin };
}
