import { compareSources } from './compare-sources.ts';
import type { PinComponent } from './package-name.ts';
import { type Pinned, pinComponents, type PinnedModule, type PinSet } from './pin-set.ts';

/** One row of a matrix: a module of a component, and what each set has of it. */
export type MatrixRow = {
  readonly component: PinComponent;
  readonly package: string;
  readonly module: string;
  /** A package that is no module. */
  readonly extra: boolean;
  /** `null`: the set has no such component. Undefined: it has, without this module. */
  readonly cells: readonly (PinnedModule | null | undefined)[];
  readonly same: boolean;
};

/** Modules down, sets across. A set without the component has no cell in its rows and does not make them differ. */
export function matrixOf(sets: readonly PinSet[], only?: PinComponent): readonly MatrixRow[] {
  return pinComponents
    .filter((component) => only === undefined || component === only)
    .flatMap((component) => {
      const columns = (of: (set: PinSet) => Pinned) =>
        sets.map((set) => {
          if (set.components[component] === undefined) return undefined;
          return new Map((of(set)[component] ?? []).map((pin) => [pin.package, pin]));
        });
      return [
        ...rowsOf(
          component,
          false,
          columns(({ components }) => components),
        ),
        ...rowsOf(
          component,
          true,
          columns(({ extra }) => extra),
        ),
      ];
    });
}

function rowsOf(
  component: PinComponent,
  extra: boolean,
  columns: readonly (ReadonlyMap<string, PinnedModule> | undefined)[],
): readonly MatrixRow[] {
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
    return { component, package: name, module, extra, cells, same };
  });
}
