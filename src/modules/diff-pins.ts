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
  /** By package name. */
  readonly changes: readonly PinChange[];
  /** Packages that are no modules, counted and compared in the same way. */
  readonly extra: { readonly packages: number; readonly changes: readonly PinChange[] };
};

export type PinDiff = {
  readonly before: string;
  readonly after: string;
  readonly identical: boolean;
  readonly components: readonly ComponentDiff[];
};

const kinds = { up: 'upgraded', down: 'downgraded', other: 'changed' } as const;

/** What changes from one set of pins to another, component by component. The order of modules does not count. */
export function diffPins(before: PinSet, after: PinSet, only?: PinComponent): PinDiff {
  const components = pinComponents
    .filter((component) => only === undefined || component === only)
    .flatMap((component) => {
      const isThere = [before, after].some(({ components }) => components[component] !== undefined);
      return isThere ? [diffComponent(component, before, after)] : [];
    });
  return {
    before: before.name,
    after: after.name,
    identical: components.every(({ state }) => state === 'identical'),
    components,
  };
}

function diffComponent(component: PinComponent, before: PinSet, after: PinSet): ComponentDiff {
  const [from, to] = [before.components[component], after.components[component]];
  const [extraFrom = [], extraTo = []] = [before.extra[component], after.extra[component]];
  const changes = diffModules(component, from ?? [], to ?? []);
  const extra = diffModules(component, extraFrom, extraTo);
  const state =
    to === undefined
      ? 'before'
      : from === undefined
        ? 'after'
        : changes.length + extra.length === 0
          ? 'identical'
          : 'different';
  return {
    component,
    state,
    modules: (to ?? from ?? []).length,
    changes,
    extra: { packages: (to === undefined ? extraFrom : extraTo).length, changes: extra },
  };
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

/**
 * What `before` becomes by a diff from it: every module that the diff names is as the diff says, the others stay.
 * `applyDiff(a, diffPins(a, b))` pins what `b` pins; new modules come last.
 */
export function applyDiff(before: PinSet, diff: PinDiff): PinSet {
  const components = { ...before.components };
  const extra = { ...before.extra };
  for (const one of diff.components) {
    const { component } = one;
    if (one.state === 'before') {
      delete components[component];
      delete extra[component];
      continue;
    }
    components[component] = applyChanges(components[component] ?? [], one.changes);
    const packages = applyChanges(extra[component] ?? [], one.extra.changes);
    if (packages.length > 0) extra[component] = packages;
    else delete extra[component];
  }
  return { name: diff.after, components, extra };
}

function applyChanges(before: readonly PinnedModule[], changes: readonly PinChange[]): readonly PinnedModule[] {
  const pins = new Map(before.map((pin) => [pin.package, pin]));
  for (const { package: name, after } of changes)
    if (after === undefined) pins.delete(name);
    else pins.set(name, after);
  return [...pins.values()];
}
