import { moduleRepositories, tagsOfVersion } from '../module-repository.ts';
import type { PinSource } from '../pin-source.ts';
import type { Registries } from '../registries/open-registries.ts';
import type { Answer, PublishedVersion } from '../registries/registry.ts';
import { compareVersions, inRange, isPreRelease, nearestVersions, newest } from '../version-order.ts';
import type { Judgement, PinInSet, Taken } from './finding.ts';

type FromRegistry = Extract<PinSource, { kind: 'version' | 'range' | 'tag' }>;
type Found = Extract<Answer, { state: 'found' }>;

/** A version, a range or a dist-tag, by what the registry says; for a missing version also by what git says. */
export async function judgeRegistryPin(
  { component, pin }: PinInSet,
  source: FromRegistry,
  registries: Registries,
  allowGit: boolean,
): Promise<Judgement> {
  const answer = await registries.of(component).ask(pin.package);
  if (answer.state === 'unknown') return { state: 'unknown', kind: 'unknown', says: [answer.why.message] };
  const { asOf } = answer;
  if (answer.state === 'absent') {
    const says = [`${place(answer.registry)} has no package ${pin.package}`];
    if (source.kind !== 'version') return { state: 'problem', kind: 'missing', says, asOf };
    return { ...(await missing(component, pin.package, source.version, says, registries, allowGit)), asOf };
  }
  const also = alsoOn(answer);
  switch (source.kind) {
    case 'version': {
      const exact = answer.package.versions.find(
        (one) => compareVersions(component, one.version, source.version) === 0,
      );
      if (exact !== undefined) return { ...existing(exact, answer, also), asOf };
      const versions = answer.package.versions.map(({ version }) => version);
      const nearest = nearestVersions(component, versions, source.version);
      const says = [
        `not on ${place(answer.package.registry)}${nearest.length === 0 ? '' : `, which has ${nearest.join(', ')}`}`,
        ...also,
      ];
      return { ...(await missing(component, pin.package, source.version, says, registries, allowGit)), nearest, asOf };
    }
    case 'range':
      return { ...ranged(component, source.range, answer, also), asOf };
    case 'tag':
      return { ...tagged(source.tag, answer), asOf };
  }
}

/** The registry as people know it. */
function place(registry: string): string {
  const { host, pathname } = new URL(registry);
  if (host === 'registry.npmjs.org') return 'npm';
  return host === 'pypi.org' ? 'PyPI' : `${host}${pathname.replace(/\/$/, '')}`;
}

function alsoOn({ alsoOn: others = [], package: { registry } }: Found): readonly string[] {
  if (others.length === 0) return [];
  return [`${others.map(place).join(', ')} has a package of this name too; only that of ${place(registry)} is taken`];
}

const because = (reason: string): string => (reason === '' ? '' : `: ${reason}`);

function existing(one: PublishedVersion, { package: { registry } }: Found, also: readonly string[]): Judgement {
  const taken = { kind: 'registry', registry, version: one.version } as const;
  const on = `on ${place(registry)}`;
  if (one.yanked !== undefined)
    return {
      state: 'warning',
      kind: 'yanked',
      says: [`${on}, withdrawn by its makers${because(one.yanked)}`, ...also],
      taken,
    };
  if (one.deprecated !== undefined)
    return {
      state: 'warning',
      kind: 'deprecated',
      says: [`${on}, its makers advise against it${because(one.deprecated)}`, ...also],
      taken,
    };
  return { state: also.length > 0 ? 'warning' : 'ok', kind: 'exists', says: [on, ...also], taken };
}

function ranged(component: PinInSet['component'], range: string, answer: Found, also: readonly string[]): Judgement {
  const { versions, registry } = answer.package;
  const fitting = versions
    .filter((one) => inRange(component, one.version, range) && one.yanked === undefined)
    .map(({ version }) => version);
  const version = newest(component, fitting, range !== '*' && fitting.every((one) => isPreRelease(component, one)));
  if (version === undefined) {
    const all = versions.map((one) => one.version);
    return {
      state: 'problem',
      kind: 'missing',
      says: [`no version on ${place(registry)} is in this range, it has ${lastOf(all)}`, ...also],
    };
  }
  const says = [`not a pin: whoever builds takes what is newest then, today ${version}`, ...also];
  return { state: 'warning', kind: 'range', says, taken: { kind: 'registry', registry, version } };
}

const lastOf = (versions: readonly string[]): string =>
  versions.length === 0 ? 'none' : versions.slice(0, 4).join(', ');

function tagged(tag: string, { package: { tags, registry } }: Found): Judgement {
  const version = Object.hasOwn(tags, tag) ? tags[tag] : undefined;
  if (version === undefined) {
    const known = Object.keys(tags).join(', ') || 'none';
    return { state: 'problem', kind: 'missing', says: [`${place(registry)} has no tag ${tag} of it (tags: ${known})`] };
  }
  const says = [`not a pin: a tag that moves, today ${version}`];
  return { state: 'warning', kind: 'range', says, taken: { kind: 'registry', registry, version } };
}

/** The registry does not have it: does a tag of the module's repository? */
async function missing(
  component: PinInSet['component'],
  name: string,
  version: string,
  says: readonly string[],
  registries: Registries,
  allowGit: boolean,
): Promise<Pick<Judgement, 'state' | 'kind' | 'says' | 'taken'>> {
  const problem = { state: 'problem', kind: 'missing' } as const;
  const repositories = moduleRepositories(component, name);
  if (repositories.length === 0) return { ...problem, says };
  let unanswered: string | undefined;
  for (const url of repositories) {
    const answer = await registries.git.refs(url);
    if (answer.state === 'unknown') {
      unanswered ??= answer.why.message;
      continue;
    }
    const [tag, ...others] = tagsOfVersion(component, [...answer.refs.tags.keys()], version);
    if (tag === undefined) continue;
    const taken: Taken = { kind: 'git', url, ref: tag, commit: answer.refs.tags.get(tag)! };
    const twice = others.filter((other) => answer.refs.tags.get(other) !== taken.commit);
    const words = `lock takes tag ${tag} of ${repositoryName(url)}${allowGit ? '' : ' with --allow-git'}`;
    const odd =
      twice.length === 0 ? [] : [`${repositoryName(url)} has tag ${twice.join(', ')} too, and that is another commit`];
    return { state: allowGit ? 'warning' : 'problem', kind: 'missing', says: [...says, words, ...odd], taken };
  }
  const where = repositories.map(repositoryName).join(', ');
  if (unanswered === undefined) return { ...problem, says: [...says, `no tag of ${where} is this version either`] };
  const asked = `the tags of ${where} could not be asked: ${unanswered}`;
  return { state: allowGit ? 'unknown' : 'problem', kind: allowGit ? 'unknown' : 'missing', says: [...says, asked] };
}

const repositoryName = (url: string): string => url.replace(/^https:\/\/github\.com\//, '').replace(/\.git$/, '');
