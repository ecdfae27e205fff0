import type { BuiltImage, Ecosystem, Estimate } from '../images/ecosystem.ts';
import { requireCurrent, wishOf } from '../images/locked-images.ts';
import type { ComponentWish } from '../images/server-wish.ts';
import { type LockedComponent, lockedComponent } from '../modules/lock/lock.ts';
import type { PinComponent } from '../modules/package-name.ts';
import { readLock, type StoredLock } from '../workspace/store/lock-store.ts';
import { openWorkspace } from '../workspace/store/workspace-store.ts';
import type { CommandRequest } from './base-command.ts';
import { pinnedOf, withEcosystems, workshopOf } from './image-wishes.ts';
import { chooseServer } from './session.ts';
import { taskList } from './task-list.ts';
import { withEngine } from './with-engine.ts';

export type BuildFlags = {
  readonly component?: PinComponent | undefined;
  readonly estimate: boolean;
  readonly 'dry-run': boolean;
};

export type ImageResult = {
  readonly component: PinComponent;
  readonly tag: string;
  readonly estimate: Estimate;
  /** It is on the box already. */
  readonly there: boolean;
  readonly built?: BuiltImage;
  /** Seconds. */
  readonly took?: number;
};

export type BuildOutcome = {
  readonly server: string;
  readonly built: boolean;
  readonly images: readonly ImageResult[];
};

/** `openimis images build`: what the lock file says, as images; one that is there is not built again. */
export async function buildImages(request: CommandRequest<BuildFlags>): Promise<BuildOutcome> {
  return (await buildLocked(request, (locked) => locked)).outcome;
}

export type BuiltLock = { readonly component: PinComponent; readonly locked: LockedComponent };

/** Builds what `adapt` makes of the lock; says what that was, and the lock file that it was read from. */
export async function buildLocked(
  request: CommandRequest<BuildFlags>,
  adapt: (locked: LockedComponent) => LockedComponent,
): Promise<{ readonly outcome: BuildOutcome; readonly stored: StoredLock; readonly locks: readonly BuiltLock[] }> {
  const { flags, folder, name: asked, mode } = request;
  const workspace = await openWorkspace(folder);
  const server = chooseServer(workspace.config, asked);
  const able = await withEcosystems(pinnedOf(workspace, server, flags.component));
  const stored = await readLock(workspace.folder);
  const jobs: Job[] = [];
  for (const { component, world } of able) {
    const wish = await wishOf(workspace.config, workspace.folder, server, component);
    jobs.push({
      component,
      world,
      wish,
      locked: adapt(requireCurrent(lockedComponent(stored.lock, server, component), wish, server)),
    });
  }
  const only = flags.estimate || flags['dry-run'];
  const list = await taskList(
    jobs.map(({ component }) => ({ id: component, title: `${only ? 'Look for' : 'Build'} the image of ${component}` })),
    mode,
  );
  try {
    const images = await withEngine(async (engine) => {
      const results: ImageResult[] = [];
      for (const { component, world, wish, locked } of jobs) {
        list.events.started(component);
        try {
          const workshop = await workshopOf(engine, request, (line) => list.events.progress(component, line));
          const started = Date.now();
          const estimate = world.estimate(locked);
          const tag = await world.tag(locked, wish, workshop);
          const there = (await engine.image(tag)) !== undefined;
          const built = only || there ? undefined : await world.build(locked, wish, workshop);
          const took = Math.round((Date.now() - started) / 1000);
          results.push({ component, tag, estimate, there, ...(built === undefined ? {} : { built, took }) });
          list.events.done(component, built === undefined ? (there ? 'it is there' : 'it is not there yet') : tag);
        } catch (error) {
          list.events.failed(component, error instanceof Error ? error.message.split('\n')[0]! : String(error));
          throw error;
        }
      }
      return results;
    });
    return { outcome: { server, built: !only, images }, stored, locks: jobs };
  } finally {
    await list.end();
  }
}

type Job = {
  readonly component: PinComponent;
  readonly world: Ecosystem;
  readonly wish: ComponentWish;
  readonly locked: LockedComponent;
};
