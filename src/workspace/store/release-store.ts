import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { parseRelease, type Release } from '../../modules/release.ts';
import { isReleaseName, releaseNames } from '../../modules/release-names.ts';

/**
 * One upstream release, from `<root>/templates/releases/`; `root` is the package's folder. The name is one of
 * `releaseNames`, as the schema guarantees: another one is a bug and throws a plain error.
 */
export async function loadRelease(root: string, name: string): Promise<Release> {
  // It becomes part of a path.
  if (!isReleaseName(name)) throw new Error('not the name of a known release');
  const file = `templates/releases/${name}.yaml`;
  const release = parseRelease(await readFile(join(root, file), 'utf8'), file);
  if (release.name !== name) throw new Error(`${file} says it is release ${release.name}`);
  return release;
}

/** All known releases by name, oldest first. */
export async function loadReleases(root: string): Promise<ReadonlyMap<string, Release>> {
  return new Map(await Promise.all(releaseNames.map(async (name) => [name, await loadRelease(root, name)] as const)));
}
