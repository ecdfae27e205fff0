import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compareSources } from '../../src/modules/compare-sources.ts';
import { diffPins, matrixOf, type PinChange } from '../../src/modules/diff-pins.ts';
import type { PinComponent } from '../../src/modules/package-name.ts';
import { pinComponents, type PinnedModule, type PinSet } from '../../src/modules/pin-set.ts';
import { readPinValue } from '../../src/modules/pin-source.ts';

const source = (component: PinComponent, text: string) => readPinValue(component, text)!;
const step = (component: PinComponent, before: string, after: string) =>
  compareSources(component, source(component, before), source(component, after));
const repository = 'git+https://github.com/openimis/openimis-be-core_py.git';

describe('comparing', () => {
  it.each([
    ['backend', '1.0.4', '==v1.0.4', undefined],
    ['backend', '1.0', '1.0.0', undefined],
    ['backend', '1.9.0', '1.10.0', { direction: 'up', size: 'minor' }],
    ['backend', '1.2.1rc6', '1.2.1', { direction: 'up', size: 'pre-release' }],
    ['backend', '1.2.1', '1.2.1.1', { direction: 'up', size: 'patch' }],
    ['backend', '2.0.0', '1.4.0.0', { direction: 'down', size: 'major' }],
    ['frontend', '1.4.0-rc1', '1.4.0', { direction: 'up', size: 'pre-release' }],
    ['frontend', '0.0.15', '0.0.9', { direction: 'down', size: 'patch' }],
    ['frontend', '>=1.4.0', '>=1.5.0', { direction: 'other', size: 'range' }],
    ['backend', '1.0.4', `${repository}@v1.0.4`, { direction: 'other', size: 'source' }],
    ['backend', `${repository}@v1.3.2`, `${repository}@1.4.0`, { direction: 'up', size: 'minor' }],
    ['backend', `${repository}@develop`, `${repository}@release/24.10`, { direction: 'other', size: 'git' }],
    ['backend', `${repository}@develop`, 'git+ssh://git@github.com:openimis/openimis-be-core_py@develop', undefined],
    ['backend', `${repository}@v1`, 'git+https://example.org/fork.git@v1', { direction: 'other', size: 'git' }],
  ] as const)('%s %s → %s', (component, before, after, expected) => {
    expect(step(component, before, after)).toEqual(expected);
  });
});

const specs = ['1.0.0', '1.0.1', '1.1.0', '2.0.0', '>=1.0', `${repository}@v1.0.0`, `${repository}@develop`];
const modules = (component: PinComponent) =>
  fc.uniqueArray(fc.constantFrom('core', 'claim', 'policy', 'insuree', 'location'), { maxLength: 5 }).chain(
    (names) =>
      fc.tuple(...names.map((name) => fc.constantFrom(...specs).map((spec): PinnedModule => ({ package: name, module: name, source: source(component, spec), spec, origin: 'x' })))), // prettier-ignore
  );
const set: fc.Arbitrary<PinSet> = fc
  .record(
    { frontend: modules('frontend'), ibackend: modules('ibackend'), backend: modules('backend') },
    { requiredKeys: [] },
  ) // prettier-ignore
  .map((components) => ({ name: 'set', components }));

/** The modules after the changes: what a diff means. */
function apply(before: readonly PinnedModule[], changes: readonly PinChange[]): Map<string, PinnedModule> {
  const pins = new Map(before.map((pin) => [pin.package, pin]));
  for (const { package: name, after } of changes)
    if (after === undefined) pins.delete(name);
    else pins.set(name, after);
  return pins;
}

const opposite = { added: 'removed', removed: 'added', upgraded: 'downgraded', downgraded: 'upgraded', changed: 'changed' } as const; // prettier-ignore

describe('the algebra of differences', () => {
  it('nothing differs from itself', () => {
    fc.assert(fc.property(set, (one) => void expect(diffPins(one, one).identical).toBe(true)));
  });

  it('turned round, every change is its opposite', () => {
    fc.assert(
      fc.property(set, set, (one, other) => {
        const there = diffPins(one, other).components.flatMap(({ changes }) => changes);
        const back = diffPins(other, one).components.flatMap(({ changes }) => changes);
        expect(back.map(({ package: name, kind, size }) => [name, kind, size])).toEqual(
          there.map(({ package: name, kind, size }) => [name, opposite[kind], size]),
        );
      }),
    );
  });

  it('applied to the first it makes the second', () => {
    fc.assert(
      fc.property(set, set, (one, other) => {
        for (const { component, changes, state } of diffPins(one, other).components) {
          if (state === 'before' || state === 'after') continue;
          const made = apply(one.components[component]!, changes);
          const wanted = other.components[component]!;
          expect([...made.keys()].sort()).toEqual(wanted.map((pin) => pin.package).sort());
          for (const pin of wanted)
            expect(compareSources(component, made.get(pin.package)!.source, pin.source)).toBeUndefined();
        }
      }),
    );
  });

  it('a matrix says the same as the diff', () => {
    fc.assert(
      fc.property(set, set, (one, other) => {
        const rows = matrixOf([one, other]).filter(({ same }) => !same);
        const changes = diffPins(one, other).components.flatMap(({ component, changes: found }) =>
          found.map((change) => `${component} ${change.package}`),
        );
        expect(rows.map((row) => `${row.component} ${row.package}`)).toEqual(changes);
      }),
    );
  });
});

it('tells a component that is not there from one without modules', () => {
  const [first] = pinComponents;
  const diff = diffPins({ name: 'a', components: { [first]: [] } }, { name: 'b', components: {} });
  expect(diff).toMatchObject({ identical: false, components: [{ component: first, state: 'before', modules: 0 }] });
});
