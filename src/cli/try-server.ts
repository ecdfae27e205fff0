import type { Engine } from '../engines/engine.ts';
import { exitCodes, Failure } from '../failure.ts';
import type { Ecosystem, TrialStep, Workshop } from '../images/ecosystem.ts';
import { wishOf } from '../images/locked-images.ts';
import type { ComponentWish } from '../images/server-wish.ts';
import { lockState } from '../modules/lock/hashes.ts';
import { type LockedComponent, lockedComponent } from '../modules/lock/lock.ts';
import type { PinComponent } from '../modules/package-name.ts';
import { readLock } from '../workspace/store/lock-store.ts';
import { openWorkspace } from '../workspace/store/workspace-store.ts';
import type { CommandRequest } from './base-command.ts';
import { pinnedOf, withEcosystems, workshopOf } from './image-wishes.ts';
import { resolveOrFallBack } from './lock-fallback.ts';
import { chooseServer } from './session.ts';
import { taskList } from './task-list.ts';
import { withEngine } from './with-engine.ts';

export type Trial = { readonly component: PinComponent; readonly steps: readonly TrialStep[] };

type TrialFlags = { readonly component?: PinComponent | undefined; readonly 'allow-git': boolean };

/**
 * Builds what the pins of a server come to and tries it: a resolver's yes proves little. Nothing is written into the lock
 * file; an image that only the trial needed is taken away again. Sets the exit code when something does not work.
 */
export async function tryServer(request: CommandRequest<TrialFlags>): Promise<readonly Trial[]> {
  const workspace = await openWorkspace(request.folder);
  const server = chooseServer(workspace.config, request.name);
  const worlds = await withEcosystems(pinnedOf(workspace, server, request.flags.component));
  const { lock } = await readLock(workspace.folder);
  const list = await taskList(
    worlds.map(({ component }) => ({ id: component, title: `Try the modules of ${component}` })),
    request.mode,
  );
  try {
    return await withEngine(async (engine) => {
      const trials: Trial[] = [];
      for (const { component, world } of worlds) {
        list.events.started(component);
        const workshop = await workshopOf(engine, request, (line) => list.events.progress(component, line));
        const wish = await wishOf(workspace.config, workspace.folder, server, component);
        const steps = await tryComponent(wish, world, lockedComponent(lock, server, component), workshop, request);
        trials.push({ component, steps });
        const failed = steps.find(({ ok }) => !ok);
        if (failed === undefined) list.events.done(component);
        else list.events.failed(component, failed.what);
      }
      if (trials.some(({ steps }) => steps.some(({ ok }) => !ok))) process.exitCode = exitCodes.findings;
      return trials;
    });
  } finally {
    await list.end();
  }
}

async function tryComponent(
  wish: ComponentWish,
  world: Ecosystem,
  before: LockedComponent | undefined,
  workshop: Workshop,
  { flags, signal }: CommandRequest<TrialFlags>,
): Promise<readonly TrialStep[]> {
  const known = before !== undefined && lockState(before, wish.input) === 'current';
  const { engine } = workshop;
  const done: TrialStep[] = [];
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      // What the pins are to blame for is a finding; an engine that does not answer is not.
      if (!(error instanceof Failure) || !/^(LOCK_|IMAGE_BUILD_FAILED)/.test(error.code)) throw error;
      done.push({ what, ok: false, says: [...error.message.split('\n'), ...error.hints] });
      return undefined;
    }
  };
  const resolve = (): Promise<LockedComponent> =>
    resolveOrFallBack(world, { ...wish, upgrade: [], ...(before && { before }) }, workshop, {
      allowGit: flags['allow-git'],
      signal,
      note: workshop.progress,
    });
  const locked = known ? before : await attempt('versions', resolve);
  if (locked === undefined) return done;
  const built = await attempt('image', () => world.build(locked, wish, workshop));
  if (built === undefined) return done;
  done.push({ what: 'image', ok: true, says: [`${locked.packages.length} packages install`] });
  try {
    return [...done, ...((await world.try?.(built.tag, wish.generation, engine)) ?? [])];
  } finally {
    if (!known && !built.cached) await remove(engine, built.tag);
  }
}

/** Another run may have begun to use it. */
async function remove(engine: Engine, tag: string): Promise<void> {
  const [image] = (await engine.images({ 'org.openimis.image': '' })).filter(({ tags }) => tags.includes(tag));
  if (image?.containers.length === 0) await engine.removeImage(tag);
}
