import { checkCompatibility, type Compatibility } from '../compatibility/check-compatibility.ts';
import type { PinComponent } from '../package-name.ts';
import { pinComponents, type PinSet } from '../pin-set.ts';
import type { PinSource } from '../pin-source.ts';
import { findRef } from '../registries/git/refs.ts';
import type { Registries } from '../registries/open-registries.ts';
import type { Requirements } from '../registries/registry.ts';
import { findingOf, type Judgement, type PinFinding, type PinInSet } from './finding.ts';
import { judgeRegistryPin } from './judge-registry-pin.ts';

export type VerifiedComponent = {
  readonly component: PinComponent;
  /** Modules in their order, then extra packages. */
  readonly pins: readonly PinFinding[];
  readonly compatibility: Compatibility;
};

export type Verification = {
  readonly name: string;
  readonly components: readonly VerifiedComponent[];
};

export type VerifyOptions = {
  readonly registries: Registries;
  /** A version that its registry does not have may come from a git tag. */
  readonly allowGit: boolean;
  /** Called after each pin. */
  readonly progress: (done: number, all: number) => void;
  /** Python of the images, where known. */
  readonly python?: string;
};

/** Asks for every pin of a set, all at once, whether it still exists, and whether the modules of a component fit together. */
export async function verifyPins(set: PinSet, options: VerifyOptions): Promise<Verification> {
  const all = pinComponents.flatMap((component) => [
    ...(set.components[component] ?? []).map((pin): PinInSet => ({ component, pin, extra: false })),
    ...(set.extra[component] ?? []).map((pin): PinInSet => ({ component, pin, extra: true })),
  ]);
  let done = 0;
  const asked = all.map(async (one) => {
    const [judgement, requirements] = await Promise.all([judge(one, options), requirementsOf(one, options.registries)]);
    options.progress(++done, all.length);
    return { finding: findingOf(one, judgement), requirements };
  });
  const answers = await Promise.all(asked);
  const components = pinComponents
    .filter((component) => set.components[component] !== undefined || set.extra[component] !== undefined)
    .map((component): VerifiedComponent => {
      const own = answers.filter(({ finding }) => finding.component === component);
      const declaring = own.flatMap(({ finding, requirements }) =>
        finding.taken?.kind === 'registry' && finding.kind !== 'range'
          ? [{ package: finding.package, version: finding.taken.version, requirements }]
          : [],
      );
      const compatibility = checkCompatibility(
        component,
        declaring,
        component === 'frontend' ? undefined : options.python,
      );
      return { component, pins: own.map(({ finding }) => finding), compatibility };
    });
  return { name: set.name, components };
}

/** What an exact version declares. Asked together with the version itself, so that nothing waits for it. */
async function requirementsOf({ component, pin }: PinInSet, registries: Registries): Promise<Requirements | undefined> {
  if (pin.source.kind !== 'version') return undefined;
  return registries.of(component).requirements(pin.package, pin.source.version);
}

async function judge(one: PinInSet, { registries, allowGit }: VerifyOptions): Promise<Judgement> {
  const { source } = one.pin;
  switch (source.kind) {
    case 'version':
    case 'range':
    case 'tag':
      return judgeRegistryPin(one, source, registries, allowGit);
    case 'git':
      return judgeGitPin(source, registries);
    case 'archive':
      return { state: 'warning', kind: 'not-asked', says: ['an archive somewhere: nobody is asked, lock fetches it'] };
    case 'path':
      return { state: 'warning', kind: 'not-asked', says: ['a folder: whoever builds has to have it'] };
  }
}

async function judgeGitPin(source: Extract<PinSource, { kind: 'git' }>, registries: Registries): Promise<Judgement> {
  const { url, ref } = source;
  const commit = ref !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(ref);
  const answer = await registries.git.refs(url);
  if (answer.state === 'unknown') {
    const branch = commit || looksLikeVersion(ref) ? '' : 'by its name a branch, so not a pin; ';
    return { state: 'unknown', kind: 'unknown', says: [`${branch}${answer.why.message}`] };
  }
  const found = findRef(answer.refs, ref);
  if (found === undefined) {
    const near = [...answer.refs.tags.keys()].slice(-4).join(', ');
    const says = [
      `its repository has no branch and no tag ${ref ?? ''}${near === '' ? '' : ` (newest tags: ${near})`}`,
    ];
    return { state: 'problem', kind: 'no-reference', says };
  }
  const taken = { kind: 'git', url, ...(ref === undefined ? {} : { ref }), commit: found.commit } as const;
  const short = found.commit.slice(0, 12);
  switch (found.kind) {
    case 'commit':
      return { state: 'ok', kind: 'commit', says: ['a commit; its repository answers'], taken };
    case 'tag':
      return { state: 'ok', kind: 'tag', says: [`a tag, commit ${short}`], taken };
    case 'branch':
      return { state: 'warning', kind: 'moving', says: [`not a pin: a branch that moves, today ${short}`], taken };
  }
}

const looksLikeVersion = (ref: string | undefined): boolean => /^v?\d+\.\d/.test(ref ?? '');

/** Whether all is well: problems go before what could not be asked. */
export function outcomeOf({ components }: Verification): 'ok' | 'problems' | 'unknown' {
  const pins = components.flatMap((one) => one.pins);
  const conflicts = components.some(({ compatibility }) => compatibility.conflicts.length > 0);
  if (conflicts || pins.some(({ state }) => state === 'problem')) return 'problems';
  return pins.some(({ state }) => state === 'unknown') ? 'unknown' : 'ok';
}
