import type { PinComponent } from '../package-name.ts';
import type { Requirement, Requirements } from '../registries/registry.ts';
import { inRange } from '../version-order.ts';
import { linuxEnvironment, markerHolds } from './markers.ts';
import { areDisjoint } from './ranges.ts';

/** One module of a component in an exact version, with what it declares to need (undefined: nobody knows). */
export type DeclaringModule = {
  readonly package: string;
  readonly version: string;
  readonly requirements: Requirements | undefined;
};

/** Who asks for what. */
export type Side = { readonly package: string; readonly version: string; readonly spec: string };

export type Conflict =
  /** A module wants another version of one that is in the set. */
  | { readonly kind: 'module'; readonly needs: Side; readonly package: string; readonly has: string }
  /** Two modules want versions of a third package that no version satisfies. */
  | { readonly kind: 'package'; readonly package: string; readonly sides: readonly [Side, Side] }
  /** A module does not run on the component's Python. */
  | { readonly kind: 'python'; readonly needs: Side; readonly python: string }
  /** No Python satisfies both. */
  | { readonly kind: 'pythons'; readonly sides: readonly [Side, Side] };

export type Compatibility = {
  readonly conflicts: readonly Conflict[];
  /** openIMIS modules that a module wants and the set does not have: the resolver would bring some version of them. */
  readonly absent: readonly { readonly needs: Side; readonly package: string }[];
  /** Modules whose requirements nobody knows. */
  readonly unknown: readonly string[];
};

/** Pythons that images are made with, now and for old releases. */
const pythons = ['3.7', '3.8', '3.9', '3.10', '3.11', '3.12', '3.13', '3.14'];

/**
 * Do the modules of one component fit together, by what they declare? `python`: what the component runs on, where that is known
 * (`3.11`). Nothing is resolved: whether a whole set can be installed only a resolver says.
 */
export function checkCompatibility(
  component: PinComponent,
  modules: readonly DeclaringModule[],
  python?: string,
): Compatibility {
  const versions = new Map(modules.map((one) => [one.package, one.version]));
  const wants = modules.flatMap((module) => wantsOf(component, module, python));
  const inside = wants.filter((want) => versions.has(want.package));
  const conflicts = inside
    .filter(({ package: name, needs }) => !inRange(component, versions.get(name)!, needs.spec))
    .map(({ package: name, needs }): Conflict => ({ kind: 'module', needs, package: name, has: versions.get(name)! }));
  const outside = wants.filter((want) => !versions.has(want.package));
  return {
    conflicts: [...conflicts, ...packageConflicts(component, outside), ...pythonConflicts(component, modules, python)],
    absent: outside
      .filter((want) => isModule(want.package) && !want.optional)
      .map(({ needs, package: name }) => ({ needs, package: name })),
    unknown: modules.filter(({ requirements }) => requirements === undefined).map((one) => one.package),
  };
}

const isModule = (name: string): boolean => /^(?:openimis-be-|@openimis\/fe-)/.test(name);

type Want = { readonly package: string; readonly needs: Side; readonly optional: boolean };

/** npm installs a module's own dependencies for it alone: only what is a peer, or a module itself, must agree with others. */
function wantsOf(
  component: PinComponent,
  { package: name, version, requirements }: DeclaringModule,
  python?: string,
): readonly Want[] {
  return (requirements?.requires ?? [])
    .filter((one) => (component === 'frontend' ? one.peer === true || isModule(one.package) : counts(one, python)))
    .map((one) => ({
      package: one.package,
      needs: { package: name, version, spec: one.spec },
      optional: one.optional === true,
    }));
}

/** A marker that cannot be judged is taken for false. Without a known Python it must hold on all of them. */
function counts({ marker }: Requirement, python: string | undefined): boolean {
  if (marker === undefined) return true;
  return (python === undefined ? pythons : [python]).every(
    (one) => markerHolds(marker, linuxEnvironment(one)) === true,
  );
}

/** For each package the first two that cannot agree. */
function packageConflicts(component: PinComponent, wants: readonly Want[]): readonly Conflict[] {
  const byPackage = Map.groupBy(wants, (want) => want.package);
  return [...byPackage].flatMap(([name, all]): readonly Conflict[] => {
    const sides = firstPair(
      all.map(({ needs }) => needs),
      (a, b) => areDisjoint(component, a.spec, b.spec),
    );
    return sides === undefined ? [] : [{ kind: 'package', package: name, sides }];
  });
}

function pythonConflicts(
  component: PinComponent,
  modules: readonly DeclaringModule[],
  python: string | undefined,
): readonly Conflict[] {
  if (component === 'frontend') return [];
  const sides = modules.flatMap(({ package: name, version, requirements }): Side[] =>
    requirements?.requiresPython === undefined ? [] : [{ package: name, version, spec: requirements.requiresPython }],
  );
  if (python !== undefined)
    return sides.filter(({ spec }) => !runsOn(spec, python)).map((needs) => ({ kind: 'python', needs, python }));
  const pair = firstPair(sides, (a, b) => !pythons.some((one) => runsOn(a.spec, one) && runsOn(b.spec, one)));
  return pair === undefined ? [] : [{ kind: 'pythons', sides: pair }];
}

/** `>=3.8,<3.12` on `3.11`: some 3.11.x is enough. */
function runsOn(spec: string, python: string): boolean {
  const patches = python.split('.').length > 2 ? [python] : [0, 5, 10, 15, 20].map((patch) => `${python}.${patch}`);
  return patches.some((version) => inRange('backend', version, spec.replace(/\s+/g, '')));
}

function firstPair(sides: readonly Side[], clash: (a: Side, b: Side) => boolean): readonly [Side, Side] | undefined {
  const distinct = [...new Map(sides.map((side) => [side.spec, side])).values()];
  for (const [index, a] of distinct.entries())
    for (const b of distinct.slice(index + 1)) if (clash(a, b)) return [a, b];
  return undefined;
}
