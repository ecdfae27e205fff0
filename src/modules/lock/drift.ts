import { packageKey, type PinComponent } from '../package-name.ts';
import type { LockedComponent, LockedPackage } from './lock.ts';

/** A package that is not as it was locked. `locked` and `running`: versions or commits; absent: not there at all. */
export type Drift = { readonly package: string; readonly locked?: string; readonly running?: string };

type Installed = { readonly name: string; readonly version: string; readonly commit?: string };

/** What a container contains against what the lock says; by package name. npm may have one name in several versions. */
export function driftOf(
  component: PinComponent,
  locked: Pick<LockedComponent, 'packages'>,
  installed: readonly Installed[],
): readonly Drift[] {
  const wanted = versionsOf(component, locked.packages.filter(isInstalled), ({ source }) =>
    'git' in source ? source.commit : undefined,
  );
  const optional = new Set(locked.packages.filter(isOptional).map(({ name }) => packageKey(component, name)));
  const found = versionsOf(component, installed, ({ commit }) => commit);
  return [...new Set([...wanted.keys(), ...found.keys()])].sort().flatMap((name): readonly Drift[] => {
    const [before, now] = [wanted.get(name), found.get(name)];
    if (now === undefined) return optional.has(name) ? [] : [{ package: name, locked: words(before!) }];
    if (before === undefined) return [{ package: name, running: words(now) }];
    const same = [...before].every(([version, commit]) => now.has(version) && isSame(commit, now.get(version)));
    return same && before.size === now.size ? [] : [{ package: name, locked: words(before), running: words(now) }];
  });
}

type Versions = ReadonlyMap<string, string | undefined>;

function versionsOf<T extends { readonly name: string; readonly version: string }>(
  component: PinComponent,
  list: readonly T[],
  commitOf: (one: T) => string | undefined,
): ReadonlyMap<string, Versions> {
  const all = new Map<string, Map<string, string | undefined>>();
  for (const one of list) {
    const key = packageKey(component, one.name);
    const versions = all.get(key) ?? new Map<string, string | undefined>();
    all.set(key, versions.set(one.version, commitOf(one)));
  }
  return all;
}

/** A container that does not say its commit may have the right one. */
const isSame = (locked: string | undefined, running: string | undefined): boolean =>
  locked === undefined || running === undefined || locked === running;

/** What only builds a git module is in no image. */
const isInstalled = ({ path }: LockedPackage): boolean => path?.startsWith('build/') !== true;

/** npm leaves out what is for another system. */
const isOptional = ({ npm }: LockedPackage): boolean => npm?.['optional'] === true || npm?.['devOptional'] === true;

function words(versions: Versions): string {
  return [...versions]
    .map(([version, commit]) => (commit === undefined ? version : `${version} (${commit.slice(0, 12)})`))
    .sort()
    .join(', ');
}
