import { type PinComponent, packageKey } from '../package-name.ts';
import { packageOf, pinComponents, type PinSet } from '../pin-set.ts';
import { type PinSource, sourceWords } from '../pin-source.ts';
import type { Registries } from '../registries/open-registries.ts';
import type { Requirement } from '../registries/registry.ts';

export type Use = {
  /** `test`, `release 1.1.0`. */
  readonly set: string;
  readonly component: PinComponent;
  readonly pin: string;
  readonly origin: string;
};

export type RequiredBy = { readonly set: string; readonly component: PinComponent; readonly package: string; readonly version: string; readonly spec: string }; // prettier-ignore

export type WhyPackage = {
  readonly package: string;
  readonly kind: 'npm' | 'pypi';
  readonly uses: readonly Use[];
  /** Of each exact version that a set uses; `undefined` where nobody tells. */
  readonly requires: readonly { readonly version: string; readonly requires: readonly Requirement[] | undefined }[];
  readonly requiredBy: readonly RequiredBy[];
};

/** Packages that a word may mean, npm's and Python's, of those that are in a set. */
export function packagesOf(
  word: string,
  sets: readonly PinSet[],
): readonly { component: PinComponent; name: string }[] {
  return (['frontend', 'backend'] as const).flatMap((component) => {
    const name = packageKey(component, packageOf(component, word));
    const plain = packageKey(component, word);
    const known = sets.some((set) =>
      pinsOf(set, component).some(({ pin }) => pin.package === name || pin.package === plain),
    );
    if (!known) return [];
    const exact = sets.some((set) => pinsOf(set, component).some(({ pin }) => pin.package === plain));
    return [{ component, name: exact ? plain : name }];
  });
}

/** Who uses a package and why. Requirements of others are asked for in `asked` only: a server has few, all releases have hundreds. */
export async function whyPackage(
  { component, name }: { readonly component: PinComponent; readonly name: string },
  sets: readonly PinSet[],
  asked: readonly PinSet[],
  registries: Registries,
): Promise<WhyPackage> {
  const registry = registries.of(component);
  const found = sets.flatMap((set) => pinsOf(set, component).filter(({ pin }) => pin.package === name).map((one) => ({ ...one, set: set.name }))); // prettier-ignore
  const exact = asked.flatMap((set) => pinsOf(set, component).filter(({ pin }) => pin.package === name).flatMap(({ pin }) => versionOf(pin.source) ?? [])); // prettier-ignore
  const requires = [...new Set(exact)].map(async (version) => ({
    version,
    requires: (await registry.requirements(name, version))?.requires,
  }));
  const others = asked.flatMap((set) =>
    pinsOf(set, component)
      .filter(({ pin }) => pin.package !== name)
      .map(async ({ component: part, pin }): Promise<readonly RequiredBy[]> => {
        const version = versionOf(pin.source);
        const needs = version === undefined ? undefined : await registry.requirements(pin.package, version);
        const want = needs?.requires.find((one) => one.package === name);
        return want === undefined
          ? []
          : [{ set: set.name, component: part, package: pin.package, version: version!, spec: want.spec }];
      }),
  );
  return {
    package: name,
    kind: registry.kind,
    uses: found.map(({ set, component: part, pin }) => ({
      set,
      component: part,
      pin: sourceWords(pin.source),
      origin: pin.origin,
    })),
    requires: await Promise.all(requires),
    requiredBy: (await Promise.all(others)).flat(),
  };
}

const versionOf = (source: PinSource): string | undefined => (source.kind === 'version' ? source.version : undefined);

/** Pins of the components that take packages of the same kind. */
function pinsOf(set: PinSet, kind: PinComponent) {
  return pinComponents
    .filter((component) => (component === 'frontend') === (kind === 'frontend'))
    .flatMap((component) => [...(set.components[component] ?? []), ...(set.extra[component] ?? [])].map((pin) => ({ component, pin }))); // prettier-ignore
}
