import type { Engine, Progress } from '../engines/engine.ts';
import { Failure } from '../failure.ts';
import { lockState } from '../modules/lock/hashes.ts';
import { type LockedComponent, lockedComponent } from '../modules/lock/lock.ts';
import type { PinComponent } from '../modules/package-name.ts';
import { pinComponents } from '../modules/pin-set.ts';
import { releaseGeneration, releaseNames } from '../modules/release-names.ts';
import { packageRoot } from '../package-root.ts';
import { loadTemplates } from '../rendering/templates/load.ts';
import { defaultComponents } from '../workspace/complete.ts';
import { findServer } from '../workspace/parse.ts';
import type { ServerConfig, WorkspaceConfig } from '../workspace/schema.ts';
import type { ComponentName } from '../workspace/server.ts';
import { readLock } from '../workspace/store/lock-store.ts';
import { loadRelease } from '../workspace/store/release-store.ts';
import { ecosystemOf } from './ecosystems.ts';
import { imageLabel } from './image-labels.ts';
import { type ComponentWish, componentWish } from './server-wish.ts';

/** An image that the lock file names; `build` makes it when it is not there. */
export type LockedImage = {
  readonly reference: string;
  readonly build: (progress: Progress, signal?: AbortSignal) => Promise<void>;
};
export type LockedImages = Readonly<Partial<Record<ComponentName, LockedImage>>>;

/** What openimis.yaml and the release say about one component of a server. */
export async function wishOf(
  config: WorkspaceConfig,
  folder: string,
  name: string,
  component: PinComponent,
): Promise<ComponentWish> {
  const { server, generation } = locatedServer(config, name);
  const known = releaseNames.find((one) => one === server.release);
  const release = known === undefined ? {} : { release: await loadRelease(packageRoot(), known) };
  return componentWish(component, { name, server, generation, workspaceFolder: folder, ...release });
}

/** Throws SERVER_INCOMPLETE for a server that names neither a release nor a generation. */
export function locatedServer(config: WorkspaceConfig, name: string) {
  const server = findServer(config, name);
  const generation = server.release === undefined ? server.generation : releaseGeneration(server.release);
  if (generation === undefined)
    throw new Failure('SERVER_INCOMPLETE', `server ${name} names neither a release nor a generation`, [
      `servers.${name}.release in openimis.yaml`,
    ]);
  return { server, generation, components: server.components ?? defaultComponents(generation) };
}

/** Throws LOCK_STALE unless the lock says exactly what openimis.yaml asks for. */
export function requireCurrent(
  locked: LockedComponent | undefined,
  wish: ComponentWish,
  server: string,
): LockedComponent {
  const state = lockState(locked, wish.input);
  if (state === 'current') return locked!;
  const why = {
    missing: 'is not in openimis.lock.json yet',
    stale: 'is locked to something else than openimis.yaml asks for now',
    edited: 'was changed in openimis.lock.json by hand',
  }[state];
  throw new Failure('LOCK_STALE', `${wish.component} of ${server} ${why}`, [`openimis versions lock ${server}`]);
}

type Input = {
  readonly config: WorkspaceConfig;
  readonly folder: string;
  readonly name: string;
  readonly engine: Engine;
  readonly frozen: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
};

/**
 * The images of the lock file for the components of a server that none is given for. Throws LOCK_STALE when a lock of such a
 * component does not say what openimis.yaml asks for; with `frozen` also for components that are not locked, and for given
 * images that were not built from the lock.
 */
export async function lockedImages(input: Input): Promise<LockedImages> {
  const { config, folder, name, engine, frozen, progress, signal } = input;
  const { components } = locatedServer(config, name);
  const { lock } = await readLock(folder);
  const found: Partial<Record<ComponentName, LockedImage>> = {};
  for (const component of pinComponents) {
    const settings = components[component];
    const entry = lockedComponent(lock, name, component);
    if (settings === undefined || (!frozen && (settings.image !== undefined || entry === undefined))) continue;
    const wish = await wishOf(config, folder, name, component);
    const locked = requireCurrent(entry, wish, name);
    if (settings.image !== undefined) {
      await requireLabel(engine, settings.image, locked, component, name);
      continue;
    }
    const world = await ecosystemOf(component);
    const workshop = {
      engine,
      templates: await loadTemplates(packageRoot(), ['images']),
      env: process.env,
      today: new Date(),
    };
    const build = async (report: Progress, stop?: AbortSignal): Promise<void> => {
      await world.build(locked, wish, {
        ...workshop,
        progress: report,
        ...(stop === undefined ? {} : { signal: stop }),
      });
    };
    found[component] = { reference: await world.tag(locked, wish, { ...workshop, progress, signal }), build };
  }
  return withWorker(components, found);
}

/** The worker runs the backend's image, whether that is given or built. */
function withWorker(components: NonNullable<ServerConfig['components']>, found: LockedImages): LockedImages {
  const owner = components.backend === undefined ? 'ibackend' : 'backend';
  const image = found[owner];
  const isGiven = components.worker?.image !== undefined;
  return components.worker === undefined || isGiven || image === undefined ? found : { ...found, worker: image };
}

async function requireLabel(
  engine: Engine,
  reference: string,
  locked: LockedComponent,
  component: string,
  server: string,
): Promise<void> {
  const state = await engine.image(reference);
  if (state === undefined || state.labels[imageLabel.content] === locked.content) return;
  throw new Failure(
    'LOCK_STALE',
    `--frozen: the image ${reference} that is given for ${component} was not built from openimis.lock.json`,
    [
      `take components.${component}.image out of openimis.yaml: openimis deploy ${server} builds what the lock file says`,
    ],
  );
}
