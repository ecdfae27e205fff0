import { compare as comparePython, explain, satisfies as satisfiesPython } from '@renovatebot/pep440';
import semver from 'semver';

import type { PinComponent } from './package-name.ts';

/** Order of two versions of one package: npm by semver, PyPI by PEP 440. */
export function compareVersions(component: PinComponent, a: string, b: string): number {
  return component === 'frontend' ? semver.compareBuild(a, b) : comparePython(a, b);
}

/** `1.4.0-rc3` (npm), `1.2.1rc6`, `1.0.dev1` (PyPI). */
export function isPreRelease(component: PinComponent, version: string): boolean {
  return component === 'frontend' ? semver.prerelease(version) !== null : explain(version)?.is_prerelease === true;
}

/** Does a version lie in a range (`*`: any)? A range that cannot be read holds none. Pre-releases count like others. */
export function inRange(component: PinComponent, version: string, range: string): boolean {
  if (range === '*' || range === '') return true;
  if (component === 'frontend') return semver.satisfies(version, range, { includePrerelease: true });
  try {
    return satisfiesPython(version, range, { prereleases: true });
  } catch {
    return false;
  }
}

/** The newest one; a pre-release only where there is nothing else, or when they are wanted. */
export function newest(component: PinComponent, versions: readonly string[], preReleases = false): string | undefined {
  const sorted = [...versions].sort((a, b) => compareVersions(component, b, a));
  return (preReleases ? undefined : sorted.find((version) => !isPreRelease(component, version))) ?? sorted[0];
}

/** At most four versions that somebody may have meant: right below and above the wanted one, and the newest. */
export function nearestVersions(
  component: PinComponent,
  versions: readonly string[],
  wanted: string,
): readonly string[] {
  const sorted = [...versions].sort((a, b) => compareVersions(component, a, b));
  const above = sorted.findIndex((version) => compareVersions(component, version, wanted) > 0);
  const at = above === -1 ? sorted.length : above;
  const last = newest(component, sorted);
  const near = [
    ...sorted.slice(Math.max(0, at - 2), at),
    ...sorted.slice(at, at + 1),
    ...(last === undefined ? [] : [last]),
  ];
  return [...new Set(near)].sort((a, b) => compareVersions(component, a, b));
}
