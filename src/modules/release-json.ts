import { type ModuleKind, parseOpenimisJson, type OpenimisJson } from './openimis-json.ts';
import type { Release, ReleaseModule } from './release.ts';
import { moduleText } from './pin-text.ts';

/** Upstream's openimis.json of a release, in upstream's own words. Undefined where the release has none. */
export function releaseJson(release: Release, kind: ModuleKind): OpenimisJson | undefined {
  const assembly = release[kind];
  if (assembly === undefined) return undefined;
  const { locales } = assembly;
  const modules = assembly.modules.map((one) => ({
    name: one.name,
    [kind === 'frontend' ? 'npm' : 'pip']: one.raw ?? usualText(kind, one),
  }));
  const text = JSON.stringify({ ...(locales === undefined ? {} : { locales }), modules }, undefined, 2);
  return parseOpenimisJson(`${text}\n`, `release ${release.name}`);
}

function usualText(kind: ModuleKind, { package: name, spec, git = '', ref }: ReleaseModule): string {
  if (spec === undefined)
    return moduleText(kind, name, { kind: 'git', url: git, ...(ref === undefined ? {} : { ref }) });
  return kind === 'frontend' ? `${name}@${spec}` : name + spec;
}

/** Names (Django apps, exports) that upstream gave to packages, of the newest release that has them. */
export function knownNames(releases: Iterable<Release>, kind: ModuleKind): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const release of releases) for (const one of release[kind]?.modules ?? []) names.set(one.package, one.name);
  return names;
}

/** The usual name of a module that upstream never had: `claim_batch` is ClaimBatchModule to a frontend. */
export function usualName(kind: ModuleKind, module: string): string {
  if (kind === 'backend') return module.replace(/-/g, '_');
  const words = module.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return `${words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')}Module`;
}
