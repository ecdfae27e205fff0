import type { InstalledPackage } from '../images/ecosystem.ts';
import { ecosystemOf } from '../images/ecosystems.ts';
import { imageLabel } from '../images/image-labels.ts';
import { type Drift, driftOf } from '../modules/lock/drift.ts';
import { type LockedComponent, type LockFile, lockedComponent } from '../modules/lock/lock.ts';
import { packageKey, type PinComponent } from '../modules/package-name.ts';
import type { ComponentName, Server } from '../workspace/server.ts';
import type { DeploymentContext } from './context.ts';
import { type RunningComponent, runningComponents } from './running-containers.ts';

export type CapturedComponent = {
  readonly component: ComponentName;
  readonly revision: number;
  readonly image: string;
  /** The image was built from the lock as it is now; undefined: it does not say, or nothing is locked. */
  readonly fromThisLock?: boolean;
  readonly packages: readonly InstalledPackage[];
  /** Those of them that are openIMIS modules. */
  readonly modules: readonly InstalledPackage[];
  /** Against the lock; undefined: the component is not locked. */
  readonly drift?: readonly Drift[];
};

/** What the running containers really contain, asked of each. Seconds per container. Throws NOT_DEPLOYED. */
export async function capture(context: DeploymentContext, lock: LockFile): Promise<readonly CapturedComponent[]> {
  const captured: CapturedComponent[] = [];
  for (const running of await runningComponents(context)) {
    const pins = pinsOf(running.component, context.server);
    captured.push(await captureOne(context, running, pins, lockedComponent(lock, context.server.name, pins)));
  }
  return captured;
}

async function captureOne(
  { engine }: DeploymentContext,
  { component, revision, container }: RunningComponent,
  pins: PinComponent,
  locked: LockedComponent | undefined,
): Promise<CapturedComponent> {
  const world = await ecosystemOf(pins);
  const packages = await world.installed((argv) => engine.exec(container.id, argv, { timeout: 120 }));
  const content = container.labels[imageLabel.content];
  const prefix = pins === 'frontend' ? '@openimis/fe-' : 'openimis-be-';
  const named = new Set(locked?.modules.map((one) => one.package));
  return {
    component,
    revision,
    image: container.image,
    ...(content === undefined || locked === undefined ? {} : { fromThisLock: content === locked.content }),
    packages,
    modules: packages.filter(({ name }) => {
      const key = packageKey(pins, name);
      return key.startsWith(prefix) || named.has(key);
    }),
    ...(locked === undefined ? {} : { drift: driftOf(pins, locked, packages) }),
  };
}

/** The worker runs the backend's modules. */
export function pinsOf(component: ComponentName, { components }: Pick<Server, 'components'>): PinComponent {
  if (component !== 'worker') return component;
  return components.backend === undefined ? 'ibackend' : 'backend';
}
