import type { PinComponent } from '../package-name.ts';
import type { PinnedModule } from '../pin-set.ts';
import { sourceWords } from '../pin-source.ts';
import type { AsOf } from '../registries/registry.ts';

/** What `lock` would take for a pin. */
export type Taken =
  | { readonly kind: 'registry'; readonly registry: string; readonly version: string }
  | { readonly kind: 'git'; readonly url: string; readonly ref?: string; readonly commit: string };

export type FindingKind =
  | 'exists'
  | 'yanked'
  | 'deprecated'
  /** The registry does not have this version, or does not have the package at all. */
  | 'missing'
  /** A range or a dist-tag: not a pin. */
  | 'range'
  /** A branch: what it is changes. */
  | 'moving'
  | 'tag'
  | 'commit'
  /** The repository has no such reference. */
  | 'no-reference'
  /** A folder or an archive somewhere: nobody is asked. */
  | 'not-asked'
  /** Whoever knows did not answer. */
  | 'unknown';

/** What is known of one pin. All texts may hold words from outside. */
export type PinFinding = {
  readonly component: PinComponent;
  readonly package: string;
  readonly module: string;
  readonly extra: boolean;
  readonly pin: string;
  readonly origin: string;
  readonly state: 'ok' | 'warning' | 'problem' | 'unknown';
  readonly kind: FindingKind;
  /** Sentences for people, the most important one first. */
  readonly says: readonly string[];
  readonly taken?: Taken;
  readonly nearest?: readonly string[];
  readonly asOf?: AsOf;
};

export type PinInSet = { readonly component: PinComponent; readonly pin: PinnedModule; readonly extra: boolean };

export type Judgement = Omit<PinFinding, 'component' | 'package' | 'module' | 'extra' | 'pin' | 'origin'>;

export function findingOf({ component, pin, extra }: PinInSet, judgement: Judgement): PinFinding {
  const { package: name, module, origin } = pin;
  return { component, package: name, module, extra, pin: sourceWords(pin.source), origin, ...judgement };
}
