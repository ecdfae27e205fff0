import type { CommandResult, Engine, Progress } from '../engines/engine.ts';
import type { LockedComponent, LockedPackage } from '../modules/lock/lock.ts';
import type { PinComponent } from '../modules/package-name.ts';
import type { PinnedModule } from '../modules/pin-set.ts';
import type { Generation } from '../modules/generation.ts';
import type { Templates } from '../rendering/templates/load.ts';

/** Where openimis-be_py or openimis-fe_js is to come from, before it is locked. */
export type AssemblySource =
  | { readonly kind: 'git'; readonly url: string; readonly ref?: string; readonly commit?: string }
  /** Absolute. `written`: as openimis.yaml says it; that goes into the lock file. */
  | { readonly kind: 'folder'; readonly folder: string; readonly written: string }
  /** An address, or a file of this machine (then `written` is as in openimis.yaml). */
  | { readonly kind: 'archive'; readonly archive: string; readonly written?: string };

/** A pin with the name that openimis.json gives it: a Django app, or the export of a frontend module. */
export type WishedModule = PinnedModule & { readonly name: string };

/** `microsoft`: its licence was accepted, and openimis.yaml says when. `none`: no SQL Server. */
export type OdbcDriver = 'microsoft' | 'freetds' | 'none';

/** What an ecosystem works with. */
export type Workshop = {
  readonly engine: Engine;
  readonly templates: Templates;
  /** Variables of the operator's shell: registry settings, proxies, certificates. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly today: Date;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
};

export type ResolveWish = {
  readonly component: PinComponent;
  readonly generation: Generation;
  readonly modules: readonly WishedModule[];
  readonly extra: readonly WishedModule[];
  readonly assembly: AssemblySource;
  /** Hash of all this (`inputHash`); goes into the result. */
  readonly input: string;
  /** Base image of the operator's choice. */
  readonly base?: string;
  readonly odbc?: OdbcDriver;
  /** What is locked now: its versions are kept where they still fit. */
  readonly before?: LockedComponent;
  /** Packages that may move, `'all'`, or nothing that need not. */
  readonly upgrade: 'all' | readonly string[];
  /** Registries as of this day (YYYY-MM-DD). */
  readonly asOf?: string;
  /** npm: packages whose install scripts may run, besides those that the lock has already. */
  readonly scripts?: readonly string[];
  /** Days that a version must have been on its registry. */
  readonly minAge?: number;
};

/** What building an image would cost. Bytes; `unknown`: packages whose size the index does not say. */
export type Estimate = {
  readonly packages: number;
  readonly download: number;
  readonly disk: number;
  readonly unknown: number;
};

export type BuiltImage = {
  /** `openimis-backend:<16 hex>`; same tag, same content. */
  readonly tag: string;
  /** It was there already. */
  readonly cached: boolean;
  /** Bytes that came over the network for packages. */
  readonly fetched: number;
};

export type InstalledPackage = Pick<LockedPackage, 'name' | 'version'> & { readonly commit?: string };

/** One thing that was tried with an image, and what it said (last lines). */
export type TrialStep = { readonly what: string; readonly ok: boolean; readonly says: readonly string[] };

/** One world of packages: Python for the backends, npm for the frontend. */
export interface Ecosystem {
  /** Chooses every version, inside the build image. Throws LOCK_IMPOSSIBLE, LOCK_HASH_CHANGED. */
  resolve(wish: ResolveWish, workshop: Workshop): Promise<LockedComponent>;
  /** The tag that `build` would give, without building. */
  tag(locked: LockedComponent, wish: BuildWish, workshop: Workshop): Promise<string>;
  /** Fetches (network), installs (no network, no secrets), and leaves an image with nothing of either. */
  build(locked: LockedComponent, wish: BuildWish, workshop: Workshop): Promise<BuiltImage>;
  estimate(locked: LockedComponent): Estimate;
  /** What a person should know of a new lock: one sentence each. */
  remarks?(locked: LockedComponent, before: LockedComponent | undefined): readonly string[];
  /** What a container really contains; `run` executes in it. */
  installed(run: (argv: readonly string[]) => Promise<CommandResult>): Promise<readonly InstalledPackage[]>;
  /** Starts what `build` made, in containers that are thrown away. Absent: that it could be built is all there is to try. */
  try?(image: string, generation: Generation, engine: Engine): Promise<readonly TrialStep[]>;
}

export type BuildWish = {
  readonly component: PinComponent;
  readonly generation: Generation;
  readonly assembly: AssemblySource;
  readonly base?: string;
  readonly odbc?: OdbcDriver;
};
