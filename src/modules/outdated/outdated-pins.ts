import { compareSources, type Step } from '../compare-sources.ts';
import { tagVersion } from '../module-repository.ts';
import type { PinComponent } from '../package-name.ts';
import { pinComponents, type PinnedModule, type PinSet } from '../pin-set.ts';
import { sourceWords } from '../pin-source.ts';
import type { Registries } from '../registries/open-registries.ts';
import type { AsOf, PublishedVersion } from '../registries/registry.ts';
import { compareVersions, isPreRelease, newest } from '../version-order.ts';

/** A version and when it was published, where its registry tells. */
export type Dated = { readonly version: string; readonly published?: string };

export type PinAge = {
  readonly component: PinComponent;
  readonly package: string;
  readonly module: string;
  readonly extra: boolean;
  readonly pin: string;
  readonly published?: string;
  /**
   * `floating`: no exact version, so nothing is newer. `missing`: the registry does not have what is pinned. `unknown`: it could
   * not be asked.
   */
  readonly state: 'current' | 'behind' | 'floating' | 'missing' | 'unknown';
  /** Newest of all, and newest with the same first number, when newer than the pin. */
  readonly newest?: Dated;
  readonly size?: Step['size'];
  readonly sameMajor?: Dated;
  /** The pinned version is withdrawn or advised against, or why nothing is known. */
  readonly note?: string;
  readonly asOf?: AsOf;
};

export type OutdatedOptions = {
  readonly registries: Registries;
  readonly preReleases: boolean;
  readonly progress: (done: number, all: number) => void;
};

/** What is newer than the pins of a set; withdrawn versions (and those advised against) are nobody's successor. */
export async function outdatedPins(set: PinSet, options: OutdatedOptions): Promise<readonly PinAge[]> {
  const all = pinComponents.flatMap((component) => [
    ...(set.components[component] ?? []).map((pin) => ({ component, pin, extra: false })),
    ...(set.extra[component] ?? []).map((pin) => ({ component, pin, extra: true })),
  ]);
  let done = 0;
  return Promise.all(
    all.map(async ({ component, pin, extra }) => {
      const age = await ageOf(component, pin, options);
      options.progress(++done, all.length);
      return { component, package: pin.package, module: pin.module, extra, pin: sourceWords(pin.source), ...age };
    }),
  );
}

type Age = Omit<PinAge, 'component' | 'package' | 'module' | 'extra' | 'pin'>;

async function ageOf(component: PinComponent, pin: PinnedModule, options: OutdatedOptions): Promise<Age> {
  const { source } = pin;
  if (source.kind === 'git') return gitAge(component, source, options);
  if (source.kind !== 'version') return { state: 'floating', note: 'not an exact version' };
  const answer = await options.registries.of(component).ask(pin.package, { dates: true });
  if (answer.state === 'unknown') return { state: 'unknown', note: answer.why.message };
  const { asOf } = answer;
  const versions = answer.state === 'found' ? answer.package.versions : [];
  const own = versions.find((one) => compareVersions(component, one.version, source.version) === 0);
  const better = newer(component, source.version, versions, options.preReleases);
  const note = own === undefined ? 'its registry does not have it (versions verify)' : warningOf(own);
  return {
    state: own === undefined ? 'missing' : better.newest === undefined ? 'current' : 'behind',
    ...(own?.published === undefined ? {} : { published: own.published }),
    ...better,
    ...(note === undefined ? {} : { note }),
    asOf,
  };
}

function warningOf({ yanked, deprecated }: PublishedVersion): string | undefined {
  if (yanked !== undefined) return `withdrawn by its makers${yanked === '' ? '' : `: ${yanked}`}`;
  if (deprecated !== undefined) return `its makers advise against it${deprecated === '' ? '' : `: ${deprecated}`}`;
  return undefined;
}

function newer(
  component: PinComponent,
  version: string,
  versions: readonly PublishedVersion[],
  preReleases: boolean,
): Pick<PinAge, 'newest' | 'size' | 'sameMajor'> {
  const above = versions.filter(
    (one) =>
      compareVersions(component, one.version, version) > 0 &&
      one.yanked === undefined &&
      one.deprecated === undefined &&
      (preReleases || !isPreRelease(component, one.version)),
  );
  const dated = (name: string | undefined): Dated | undefined => {
    const one = above.find((candidate) => candidate.version === name);
    return one && { version: one.version, ...(one.published === undefined ? {} : { published: one.published }) };
  };
  const best = dated(newest(component, above.map((one) => one.version), preReleases)); // prettier-ignore
  if (best === undefined) return {};
  const size = stepSize(component, version, best.version);
  const near = above.filter((one) => stepSize(component, version, one.version) !== 'major').map((one) => one.version);
  const sameMajor = dated(newest(component, near, preReleases));
  return {
    newest: best,
    ...(size === undefined ? {} : { size }),
    ...(sameMajor === undefined || sameMajor.version === best.version ? {} : { sameMajor }),
  };
}

function stepSize(component: PinComponent, before: string, after: string): Step['size'] | undefined {
  return compareSources(component, { kind: 'version', version: before }, { kind: 'version', version: after })?.size;
}

/** A tag of a repository: are there newer ones? */
async function gitAge(
  component: PinComponent,
  { url, ref }: { readonly url: string; readonly ref?: string },
  { registries, preReleases }: OutdatedOptions,
): Promise<Age> {
  const version = ref === undefined ? undefined : tagVersion(component, ref);
  if (version === undefined) return { state: 'floating', note: 'a branch or a commit' };
  const answer = await registries.git.refs(url);
  if (answer.state === 'unknown') return { state: 'unknown', note: answer.why.message };
  const tags = [...answer.refs.tags.keys()].flatMap((tag) => tagVersion(component, tag) ?? []);
  const better = newer(component, version, tags.map((one) => ({ version: one, files: [] })), preReleases); // prettier-ignore
  const state = answer.refs.tags.has(ref!) ? (better.newest === undefined ? 'current' : 'behind') : 'missing';
  return { state, ...better };
}
