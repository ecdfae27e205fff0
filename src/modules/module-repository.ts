import { explain } from '@renovatebot/pep440';
import semver from 'semver';

import type { PinComponent } from './package-name.ts';
import { compareVersions } from './version-order.ts';

/** Two of upstream's repositories have a dash where all others have an underscore (domain.md section 8). */
const dashed = ['calcrule-capitation_payment', 'calcrule-third_party_payment'];

/** Where upstream keeps a module; the first that is there counts. Empty for packages that are not upstream's. */
export function moduleRepositories(component: PinComponent, name: string): readonly string[] {
  const module =
    component === 'frontend' ? /^@openimis\/fe-(.+)$/.exec(name)?.[1] : /^openimis-be-(.+)$/.exec(name)?.[1];
  if (module === undefined) return [];
  const [side, language] = component === 'frontend' ? ['fe', 'js'] : ['be', 'py'];
  // A Python package's name no longer says where its underscores were.
  const usual = component === 'frontend' ? module : module.replaceAll('-', '_');
  const odd = dashed.filter((one) => component !== 'frontend' && one.replaceAll('-', '_') === usual);
  return [...odd, usual].map((one) => `https://github.com/openimis/openimis-${side}-${one}_${language}.git`);
}

/** `v1.3.2`, `1.3.2`, `v1.4.0-rc1`, `v1.4.0rc1` are versions; `develop` and `release/24.10` are not. */
export function tagVersion(component: PinComponent, ref: string): string | undefined {
  if (!/^v?\d+\.\d/.test(ref)) return undefined;
  const bare = ref.replace(/^v/, '');
  if (component !== 'frontend') return explain(bare) === null ? undefined : bare;
  return semver.valid(bare) ?? semver.valid(bare.replace(/(\d)(rc\.?\d+)$/i, '$1-$2')) ?? undefined;
}

/** Tags of a version, the one with `v` first: that is how upstream mostly writes them. */
export function tagsOfVersion(component: PinComponent, tags: readonly string[], version: string): readonly string[] {
  return tags
    .filter((tag) => {
      const one = tagVersion(component, tag);
      return one !== undefined && sameRelease(component, one, version);
    })
    .sort((a, b) => Number(b.startsWith('v')) - Number(a.startsWith('v')));
}

/** npm: `1.4.0-rc1` and `1.4.0-rc.1` are two versions to semver and one to people. */
function sameRelease(component: PinComponent, a: string, b: string): boolean {
  if (compareVersions(component, a, b) === 0) return true;
  const plain = (text: string): string => text.replace(/-rc\.?(\d+)$/i, '-rc$1');
  return component === 'frontend' && plain(a) === plain(b);
}
