import { compareSources, type Step } from './compare-sources.ts';
import type { PinComponent } from './package-name.ts';
import { pinComponents, type PinnedModule, type PinSet } from './pin-set.ts';

/** One module that is not the same on both sides. */
export type PinChange = {
  readonly package: string;
  readonly module: string;
  readonly kind: 'added' | 'removed' | 'upgraded' | 'downgraded' | 'changed';
  readonly before?: PinnedModule;
  readonly after?: PinnedModule;
  readonly size?: Step['size'];
};

export type ComponentDiff = {
  readonly component: PinComponent;
  /** `before` and `after`: only one side has the component at all. */
  readonly state: 'identical' | 'different' | 'before' | 'after';
  /** Modules of the side that has it, or of the second. */
  readonly modules: number;
  /** By package name; empty unless `different`. */
  readonly changes: readonly PinChange[];
};

export type PinDiff = {
  readonly before: string;
  readonly after: string;
  readonly identical: boolean;
  readonly components: readonly ComponentDiff[];
};

const kinds = { up: 'upgraded', down: 'downgraded', other: 'changed' } as const;

/** What changes from one set of pins to another, component by component. */
export function diffPins(before: PinSet, after: PinSet, only?: PinComponent): PinDiff {
  const components = pinComponents
    .filter((component) => only === undefined || component === only)
    .flatMap((component) => {
      const [from, to] = [before.components[component], after.components[component]];
      return from === undefined && to === undefined ? [] : [diffComponent(component, from, to)];
    });
  return {
    before: before.name,
    after: after.name,
    identical: components.every(({ state }) => state === 'identical'),
    components,
  };
}

type Modules = readonly PinnedModule[] | undefined;

function diffComponent(component: PinComponent, before: Modules, after: Modules): ComponentDiff {
  if (before === undefined || after === undefined) {
    const there = before ?? after ?? [];
    return { component, state: before === undefined ? 'after' : 'before', modules: there.length, changes: [] };
  }
  const changes = diffModules(component, before, after);
  return { component, state: changes.length === 0 ? 'identical' : 'different', modules: after.length, changes };
}

function diffModules(
  component: PinComponent,
  before: readonly PinnedModule[],
  after: readonly PinnedModule[],
): readonly PinChange[] {
  const from = new Map(before.map((pin) => [pin.package, pin]));
  const to = new Map(after.map((pin) => [pin.package, pin]));
  return [...new Set([...from.keys(), ...to.keys()])].sort().flatMap((name): readonly PinChange[] => {
    const [old, now] = [from.get(name), to.get(name)];
    if (now === undefined) return [{ package: name, module: old!.module, kind: 'removed', before: old! }];
    if (old === undefined) return [{ package: name, module: now.module, kind: 'added', after: now }];
    const step = compareSources(component, old.source, now.source);
    if (step === undefined) return [];
    const { direction, size } = step;
    return [{ package: name, module: now.module, kind: kinds[direction], before: old, after: now, size }];
  });
}

/** One row of a matrix: a module of a component, and what each set has of it. */
export type MatrixRow = {
  readonly component: PinComponent;
  readonly package: string;
  readonly module: string;
  /** `null`: the set has no such component. Undefined: it has, without this module. */
  readonly cells: readonly (PinnedModule | null | undefined)[];
  readonly same: boolean;
};

/** Modules down, sets across. A set without the component has no cell in its rows and does not make them differ. */
export function matrixOf(sets: readonly PinSet[], only?: PinComponent): readonly MatrixRow[] {
  return pinComponents
    .filter((component) => only === undefined || component === only)
    .flatMap((component) => {
      const columns = sets.map(({ components }) => {
        const modules = components[component];
        return modules === undefined ? undefined : new Map(modules.map((pin) => [pin.package, pin]));
      });
      const names = new Set(columns.flatMap((column) => [...(column?.keys() ?? [])]));
      return [...names].sort().map((name): MatrixRow => {
        const cells = columns.map((column) => (column === undefined ? null : column.get(name)));
        const there = cells.filter((cell) => cell !== null);
        const [first] = there;
        const same = there.every(
          (cell) =>
            (cell === undefined && first === undefined) ||
            (cell !== undefined &&
              first !== undefined &&
              compareSources(component, first.source, cell.source) === undefined),
        );
        const module = cells.find((cell) => cell !== undefined && cell !== null)?.module ?? name;
        return { component, package: name, module, cells, same };
      });
    });
}
