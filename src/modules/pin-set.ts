import type { Hotfix } from './hotfix.ts';
import { type PinComponent, packageKey } from './package-name.ts';
import { type PinSource, readPinValue } from './pin-source.ts';
import type { Pin } from './pins.ts';
import { Failure } from '../failure.ts';

export const pinComponents = ['frontend', 'ibackend', 'backend'] as const satisfies readonly PinComponent[];

/** One module of one component, read. */
export type PinnedModule = {
  readonly package: string;
  /** Short name as people say it: `core`, `claim_batch`. */
  readonly module: string;
  readonly source: PinSource;
  /** As written. */
  readonly spec: string;
  /** `release 1.1.0`, `openimis.yaml:14`, a file. */
  readonly origin: string;
  /** Only for a while. */
  readonly hotfix?: Hotfix;
};

/** Per component its modules in their order. A component that is not there is absent. */
export type Pinned = Readonly<Partial<Record<PinComponent, readonly PinnedModule[]>>>;

/** What a server, a release or a file pins. */
export type PinSet = {
  readonly name: string;
  readonly components: Pinned;
  /** Packages that modules import without declaring them; they are no modules. */
  readonly extra: Pinned;
};

/** Short name of a package: `openimis-be-claim-batch` and `@openimis/fe-claim_batch` are both `claim_batch`. */
export function moduleName(component: PinComponent, name: string): string {
  const bare = component === 'frontend' ? name.replace(/^@openimis\/fe-/, '') : name.replace(/^openimis-be-/i, '');
  return bare === name ? name : bare.replaceAll('-', '_');
}

/** The package that a person means by a short name; a name that already is a package's stays. */
export function packageOf(component: PinComponent, word: string): string {
  if (component === 'frontend') return /[@/]/.test(word) ? word.replace(/^(?!@)/, '@') : `@openimis/fe-${word}`;
  return /^openimis-be-/i.test(word) ? word : `openimis-be-${word}`;
}

/** Reads a pin. Throws WORKSPACE_INVALID naming where it stands when nobody can read it. */
export function readPin({ component, package: name, spec, origin, hotfix }: Pin): PinnedModule {
  const source = readPinValue(component, spec);
  if (source === undefined)
    throw new Failure(
      'WORKSPACE_INVALID',
      `${origin}: ${JSON.stringify(spec.slice(0, 120))} is no version of ${name}`,
      [
        component === 'frontend'
          ? 'as npm takes it: 1.4.0, >=1.4.0, git+https://host/repository.git#tag'
          : 'as pip takes it: 1.4.0, ==1.4.0, >=1.4,<2, git+https://host/repository.git@tag',
      ],
    );
  return {
    package: packageKey(component, name),
    module: moduleName(component, name),
    source,
    spec,
    origin,
    ...(hotfix === undefined ? {} : { hotfix }),
  };
}
