import { Failure } from '../failure.ts';
import type { Ecosystem, Workshop } from '../images/ecosystem.ts';
import { wishOf } from '../images/locked-images.ts';
import type { ComponentWish } from '../images/server-wish.ts';
import { diffLocks, type LockDiff } from '../modules/lock/diff-locks.ts';
import { type LockState, lockState } from '../modules/lock/hashes.ts';
import { type LockedComponent, lockedComponent, withComponent } from '../modules/lock/lock.ts';
import { packageKey, type PinComponent } from '../modules/package-name.ts';
import { packageOf } from '../modules/pin-set.ts';
import { openWorkspace } from '../workspace/store/workspace-store.ts';
import { readLock, saveLock } from '../workspace/store/lock-store.ts';
import type { CommandRequest } from './base-command.ts';
import { pinnedOf, withEcosystems, workshopOf } from './image-wishes.ts';
import { resolveOrFallBack } from './lock-fallback.ts';
import { chooseServer } from './session.ts';
import { taskList } from './task-list.ts';
import { withEngine } from './with-engine.ts';

export type LockFlags = {
  readonly component?: PinComponent | undefined;
  readonly check: boolean;
  readonly 'as-of'?: string | undefined;
  readonly 'min-age'?: number | undefined;
  readonly 'allow-git': boolean;
  readonly upgrade?: readonly string[] | undefined;
  readonly 'allow-script'?: readonly string[] | undefined;
  readonly 'dry-run': boolean;
};

export type LockedResult = {
  readonly component: PinComponent;
  /** What the lock file was before. */
  readonly state: LockState;
  readonly changed: boolean;
  readonly modules: number;
  readonly packages: number;
  readonly diff: LockDiff;
};

export type LockOutcome = {
  readonly server: string;
  readonly file: string;
  readonly check: boolean;
  readonly dryRun: boolean;
  readonly components: readonly LockedResult[];
  readonly notes: readonly string[];
};

/** Days that a new version must have been on its registry when a lock is updated. */
const updateAge = 7;

/** `openimis versions lock`: chooses every version once, writes them down; `--check` only compares. */
export async function lockServer(request: CommandRequest<LockFlags>): Promise<LockOutcome> {
  const { flags, folder, name: asked } = request;
  const workspace = await openWorkspace(folder);
  const server = chooseServer(workspace.config, asked);
  const able = await withEcosystems(pinnedOf(workspace, server, flags.component));
  const stored = await readLock(workspace.folder);
  const jobs: Job[] = [];
  for (const { component, world } of able) {
    const wish = await wishOf(workspace.config, workspace.folder, server, component);
    const before = lockedComponent(stored.lock, server, component);
    jobs.push({ component, world, wish, before, state: lockState(before, wish.input) });
  }
  const notes: string[] = [];
  const results = flags.check ? jobs.map((job) => unchanged(job)) : await lockAll(jobs, request, notes);
  const changes = results.filter(({ locked }) => locked !== undefined);
  if (changes.length > 0 && !flags['dry-run'])
    await saveLock(
      stored,
      changes.reduce((lock, { result, locked }) => withComponent(lock, server, result.component, locked!), stored.lock),
    );
  return {
    server,
    file: stored.file,
    check: flags.check,
    dryRun: flags['dry-run'],
    components: results.map(({ result }) => result),
    notes,
  };
}

type Job = {
  readonly component: PinComponent;
  readonly world: Ecosystem;
  readonly wish: ComponentWish;
  readonly before: LockedComponent | undefined;
  readonly state: LockState;
};
type Done = { readonly result: LockedResult; readonly locked?: LockedComponent };

function unchanged({ component, before, state }: Job): Done {
  const { modules = [], packages = [] } = before ?? {};
  const diff = diffLocks(component, before, before);
  return { result: { component, state, changed: false, modules: modules.length, packages: packages.length, diff } };
}

async function lockAll(
  jobs: readonly Job[],
  request: CommandRequest<LockFlags>,
  notes: string[],
): Promise<readonly Done[]> {
  const { flags } = request;
  // A wish that only looks elsewhere (another day, newer versions) is one, too.
  const scripts = flags['allow-script'] ?? [];
  const forced = flags.upgrade !== undefined || flags['as-of'] !== undefined || scripts.length > 0;
  if (!forced && jobs.every(({ state }) => state === 'current')) return jobs.map(unchanged);
  const list = await taskList(
    jobs.map(({ component }) => ({ id: component, title: `Choose the versions of ${component}` })),
    request.mode,
  );
  try {
    return await withEngine(async (engine) => {
      const done: Done[] = [];
      const resolved = new Map<string, LockedComponent>();
      for (const job of jobs) {
        const { component, before, state, wish } = job;
        list.events.started(component);
        const progress = (line: string): void => list.events.progress(component, line);
        try {
          const known = resolved.get(wish.input);
          const locked =
            state === 'current' && !forced
              ? before!
              : (known ?? (await resolve(job, request, await workshopOf(engine, request, progress), notes)));
          resolved.set(wish.input, locked);
          done.push(lockedResult(job, locked));
          notes.push(...(job.world.remarks?.(locked, before) ?? []));
          list.events.done(component, `${locked.packages.length} packages`);
        } catch (error) {
          list.events.failed(component, error instanceof Error ? error.message.split('\n')[0]! : String(error));
          throw error;
        }
      }
      return done;
    });
  } finally {
    await list.end();
  }
}

function resolve(
  { component, world, wish, before, state }: Job,
  { flags, signal }: CommandRequest<LockFlags>,
  workshop: Workshop,
  notes: string[],
): Promise<LockedComponent> {
  if (flags['as-of'] !== undefined && flags['as-of'] > workshop.today.toISOString().slice(0, 10))
    throw new Failure('USAGE', `--as-of ${flags['as-of']} is in the future`);
  const minAge = flags['min-age'] ?? (state === 'missing' ? 0 : updateAge);
  const upgrade =
    flags.upgrade === undefined
      ? []
      : flags.upgrade.length === 0
        ? ('all' as const)
        : flags.upgrade.map((word) => upgradeName(component, word, wish));
  return resolveOrFallBack(
    world,
    {
      ...wish,
      upgrade,
      minAge,
      ...(before === undefined ? {} : { before }),
      scripts: flags['allow-script'] ?? [],
      ...(flags['as-of'] === undefined ? {} : { asOf: flags['as-of'] }),
    },
    workshop,
    { allowGit: flags['allow-git'], signal, note: (text) => notes.push(text) },
  );
}

/** `core` is a module; anything else is the name of a package. */
function upgradeName(component: PinComponent, word: string, { modules }: ComponentWish): string {
  const key = packageKey(component, packageOf(component, word));
  return modules.some((one) => one.package === key) ? key : packageKey(component, word);
}

function lockedResult({ component, before, state }: Job, locked: LockedComponent): Done {
  const diff = diffLocks(component, before, locked);
  const changed = before === undefined || before.content !== locked.content || before.input !== locked.input;
  const { modules, packages } = locked;
  const result = { component, state, changed, modules: modules.length, packages: packages.length, diff };
  return changed ? { result, locked } : { result };
}
