import { compareSources, type Step } from '../compare-sources.ts';
import type { PinComponent } from '../package-name.ts';
import type { PinSource } from '../pin-source.ts';
import {
  builderIdentity,
  type LockedComponent,
  type LockedModule,
  type LockedPackage,
  packageIdentity,
} from './lock.ts';
import { sorted } from './hashes.ts';

export type LockChange<T> = {
  /** Package name, or its place where a closure has one name several times. */
  readonly package: string;
  /** `rehashed`: the same version is another file than it was. */
  readonly kind: 'added' | 'removed' | 'upgraded' | 'downgraded' | 'changed' | 'rehashed';
  readonly before?: T;
  readonly after?: T;
  readonly size?: Step['size'];
};

export type LockDiff = {
  readonly identical: boolean;
  readonly modules: readonly LockChange<LockedModule>[];
  readonly extra: readonly LockChange<LockedModule>[];
  readonly packages: readonly LockChange<LockedPackage>[];
  readonly build: readonly LockChange<LockedPackage>[];
};

type Part = Pick<LockedComponent, 'modules' | 'extra' | 'packages' | 'build'>;

/** What changes from one lock of a component to another: its modules, and the packages that nobody asked for by name. */
export function diffLocks(component: PinComponent, before: Part | undefined, after: Part | undefined): LockDiff {
  const modules = (list: readonly LockedModule[] = []) => new Map(list.map((one) => [one.package, one]));
  const packages = (list: readonly LockedPackage[] = []) => new Map(list.map((one) => [packageIdentity(one), one]));
  const builders = (list: readonly LockedPackage[] = []) => new Map(list.map((one) => [builderIdentity(one), one]));
  const parts = {
    modules: diffLists(component, modules(before?.modules), modules(after?.modules)),
    extra: diffLists(component, modules(before?.extra), modules(after?.extra)),
    packages: diffLists(component, packages(before?.packages), packages(after?.packages)),
    build: diffLists(component, builders(before?.build), builders(after?.build)),
  };
  return { identical: Object.values(parts).every((changes) => changes.length === 0), ...parts };
}

type Versioned = LockedModule | LockedPackage;

function diffLists<T extends Versioned>(
  component: PinComponent,
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
): readonly LockChange<T>[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((name): readonly LockChange<T>[] => {
    const [old, now] = [before.get(name), after.get(name)];
    if (now === undefined) return [{ package: name, kind: 'removed', before: old! }];
    if (old === undefined) return [{ package: name, kind: 'added', after: now }];
    const step = compareSources(component, pinSource(old), pinSource(now));
    if (step !== undefined) {
      const kind = ({ up: 'upgraded', down: 'downgraded', other: 'changed' } as const)[step.direction];
      return [{ package: name, kind, before: old, after: now, size: step.size }];
    }
    if (JSON.stringify(sorted(old)) === JSON.stringify(sorted(now))) return [];
    const kind = isRehashed(old, now) ? 'rehashed' : 'changed';
    return [{ package: name, kind, before: old, after: now }];
  });
}

function isRehashed(old: Versioned, now: Versioned): boolean {
  if (!('hashes' in old) || !('hashes' in now)) return false;
  return old.version === now.version && !old.hashes.some((hash) => now.hashes.includes(hash)) && old.hashes.length > 0;
}

/** A package of a lock in the words that pins are compared in. */
export function pinSource(one: Versioned): PinSource {
  if ('commit' in one && one.commit !== undefined) return { kind: 'git', url: one.package, ref: one.commit };
  if ('source' in one && 'git' in one.source) return { kind: 'git', url: one.source.git, ref: one.source.commit };
  if ('source' in one && 'archive' in one.source) return { kind: 'archive', url: one.source.archive };
  return { kind: 'version', version: one.version };
}

/** `before` with a diff applied: what the diff was made to. */
export function applyDiff(before: Part, diff: Omit<LockDiff, 'identical'>): Part {
  const build = applied(before.build ?? [], diff.build, builderIdentity);
  return {
    modules: applied(before.modules, diff.modules, (one) => one.package),
    extra: applied(before.extra, diff.extra, (one) => one.package),
    packages: applied(before.packages, diff.packages, packageIdentity),
    ...(build.length === 0 && before.build === undefined ? {} : { build }),
  };
}

function applied<T>(list: readonly T[], changes: readonly LockChange<T>[], identity: (one: T) => string): readonly T[] {
  const all = new Map(list.map((one) => [identity(one), one]));
  for (const { package: name, after } of changes) {
    if (after === undefined) all.delete(name);
    else all.set(name, after);
  }
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}
