import { compare as comparePython, explain } from '@renovatebot/pep440';
import semver from 'semver';

import { tagVersion } from './module-repository.ts';
import type { PinComponent } from './package-name.ts';
import { type PinSource, repositoryKey } from './pin-source.ts';

/** What changes from one source to another: a version step, or that it comes from somewhere else. */
export type Step = {
  /** `other`: neither is newer by what is known (another branch, a range, a folder). */
  readonly direction: 'up' | 'down' | 'other';
  /** How far: the first part of the version that differs, `git` for another reference, `source` for another kind. */
  readonly size: 'major' | 'minor' | 'patch' | 'pre-release' | 'git' | 'range' | 'source';
};

/** Undefined: the same. npm by semver, PyPI by PEP 440, git references by equality and, when both are tags, by version. */
export function compareSources(component: PinComponent, before: PinSource, after: PinSource): Step | undefined {
  if (before.kind === 'version' && after.kind === 'version')
    return versionStep(component, before.version, after.version);
  if (before.kind === 'git' && after.kind === 'git') return gitStep(component, before, after);
  if (before.kind !== after.kind) return { direction: 'other', size: 'source' };
  if (JSON.stringify(before) === JSON.stringify(after)) return undefined;
  return { direction: 'other', size: before.kind === 'range' || before.kind === 'tag' ? 'range' : 'source' };
}

type Git = Extract<PinSource, { kind: 'git' }>;

function gitStep(component: PinComponent, before: Git, after: Git): Step | undefined {
  if (repositoryKey(before.url) !== repositoryKey(after.url)) return { direction: 'other', size: 'git' };
  if (before.ref === after.ref) return undefined;
  const versions = [before, after].map(({ ref }) => tagVersion(component, ref ?? ''));
  const [from, to] = versions;
  if (from === undefined || to === undefined) return { direction: 'other', size: 'git' };
  return versionStep(component, from, to) ?? { direction: 'other', size: 'git' };
}

function versionStep(component: PinComponent, before: string, after: string): Step | undefined {
  const order = component === 'frontend' ? semver.compareBuild(before, after) : comparePython(before, after);
  if (order === 0) return undefined;
  return { direction: order < 0 ? 'up' : 'down', size: size(component, before, after) };
}

function size(component: PinComponent, before: string, after: string): Step['size'] {
  const [from, to] = [before, after].map((version) => numbers(component, version));
  // An epoch of PEP 440 comes before everything.
  const first = Array.from({ length: Math.max(from!.length, to!.length) }).findIndex(
    (_, index) => (from![index] ?? 0) !== (to![index] ?? 0),
  );
  if (first === -1) return 'pre-release';
  return first <= 1 ? 'major' : first === 2 ? 'minor' : 'patch';
}

/** Epoch, then the numbers of the release. */
function numbers(component: PinComponent, version: string): readonly number[] {
  if (component !== 'frontend') {
    const { epoch, release } = explain(version)!;
    return [epoch, ...release];
  }
  const { major, minor, patch } = semver.parse(version)!;
  return [0, major, minor, patch];
}
