import { valid } from '@renovatebot/pep440';

import type { PinComponent } from '../modules/package-name.ts';
import { findRef } from '../modules/registries/git/refs.ts';
import type { Registries } from '../modules/registries/open-registries.ts';
import type { WishedModule } from './ecosystem.ts';

/** A pinned version that its registry does not have. */
export type MissingVersion = {
  readonly package: string;
  readonly version: string;
  /** What there is, nearest first; at most three. */
  readonly nearest: readonly string[];
  /** A tag of upstream's repository that has it. */
  readonly tag?: { readonly url: string; readonly ref: string };
};

/** Asks the registry of every exact pin whether it has the version, and upstream's repositories for those it has not. */
export async function missingVersions(
  component: PinComponent,
  modules: readonly WishedModule[],
  registries: Registries,
): Promise<readonly MissingVersion[]> {
  const found = await Promise.all(
    modules.map(async ({ package: name, source }): Promise<MissingVersion | undefined> => {
      if (source.kind !== 'version') return undefined;
      const answer = await registries.of(component).ask(name);
      if (answer.state === 'unknown') return undefined;
      const there = answer.state === 'found' ? answer.package.versions.map(({ version }) => version) : [];
      const wanted = normal(component, source.version);
      if (there.some((version) => normal(component, version) === wanted)) return undefined;
      const tag = await upstreamTag(component, name, source.version, registries);
      return { package: name, version: source.version, nearest: near(there, source.version), ...(tag && { tag }) };
    }),
  );
  return found.flatMap((one) => one ?? []);
}

const normal = (component: PinComponent, version: string): string =>
  component === 'frontend' ? version : (valid(version) ?? version);

/** Those that share the most of the beginning, the newest of them first. */
function near(versions: readonly string[], wanted: string): readonly string[] {
  const shared = (version: string): number => {
    let length = 0;
    while (length < version.length && version[length] === wanted[length]) length++;
    return length;
  };
  return versions.toSorted((a, b) => shared(b) - shared(a)).slice(0, 3);
}

/** vX.Y.Z, sometimes without v (domain.md section 8). */
async function upstreamTag(
  component: PinComponent,
  name: string,
  version: string,
  registries: Registries,
): Promise<MissingVersion['tag']> {
  for (const url of upstreamRepositories(component, name)) {
    const answer = await registries.git.refs(url);
    if (answer.state !== 'found') continue;
    const { refs } = answer;
    const ref = [`v${version}`, version].find((one) => findRef(refs, one)?.kind === 'tag');
    if (ref !== undefined) return { url, ref };
  }
  return undefined;
}

export function upstreamRepositories(component: PinComponent, name: string): readonly string[] {
  const of = (repository: string): string => `https://github.com/openimis/${repository}.git`;
  if (component === 'frontend') {
    const module = /^@openimis\/fe-(.+)$/.exec(name)?.[1];
    return module === undefined ? [] : [of(`openimis-fe-${module}_js`)];
  }
  const module = /^openimis-be-(.+)$/.exec(name)?.[1];
  if (module === undefined) return [];
  const words = module.split('-');
  // Repositories keep the underscore of a module's own name; `calcrule-` and the like have a hyphen first.
  const [first = '', ...rest] = words;
  const spellings = [words.join('_'), module, [first, rest.join('_')].filter((one) => one !== '').join('-')];
  return [...new Set(spellings)].map((one) => of(`openimis-be-${one}_py`));
}
