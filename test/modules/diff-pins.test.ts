import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compareSources } from '../../src/modules/compare-sources.ts';
import { applyDiff, diffPins, type PinChange, type PinDiff } from '../../src/modules/diff-pins.ts';
import { matrixOf } from '../../src/modules/matrix-pins.ts';
import type { PinComponent } from '../../src/modules/package-name.ts';
import { type Pinned, pinComponents, type PinnedModule, type PinSet } from '../../src/modules/pin-set.ts';
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

const versions = ['1.0.0', '1.0.1', '1.1.0', '2.0.0', '1.0.0rc1', '>=1.0', '', `${repository}@v1.0.0`, `${repository}@develop`, repository]; // prettier-ignore
const npmVersions = ['1.0.0', '1.0.1', '1.4.0-rc3', '2.0.0', '>=1.0', 'latest', 'github:a/b#v1.0.0', 'github:a/b#main', 'file:../x']; // prettier-ignore
const modules = (component: PinComponent) => {
  const specs = (component === 'frontend' ? npmVersions : versions).filter((spec) => spec !== '');
  return fc.uniqueArray(fc.constantFrom('core', 'claim', 'policy', 'insuree', 'location'), { maxLength: 5 }).chain(
    (names) =>
      fc.tuple(...names.map((name) => fc.constantFrom(...specs).map((spec): PinnedModule => ({ package: name, module: name, source: source(component, spec), spec, origin: 'x' })))), // prettier-ignore
  );
};
const pinned: fc.Arbitrary<Pinned> = fc.record(
  { frontend: modules('frontend'), ibackend: modules('ibackend'), backend: modules('backend') },
  { requiredKeys: [] },
);
const set: fc.Arbitrary<PinSet> = fc.record({ components: pinned, extra: pinned }).map(({ components, extra }) => ({
  name: 'set',
  components,
  // As everywhere: no list where there is nothing, and none for a component that is not there.
  extra: Object.fromEntries(
    Object.entries(extra).filter(([key, pins]) => key in components && pins.length > 0),
  ), // prettier-ignore
}));

const opposite = { added: 'removed', removed: 'added', upgraded: 'downgraded', downgraded: 'upgraded', changed: 'changed' } as const; // prettier-ignore
const mirrored = { before: 'after', after: 'before', identical: 'identical', different: 'different' } as const;

/** A diff read backwards. */
function reversed({ before, after, components, ...rest }: PinDiff): PinDiff {
  const turn = (changes: readonly PinChange[]) =>
    changes.map(({ kind, before: from, after: to, module, ...change }) => ({
      ...change,
      kind: opposite[kind],
      // The name of what is there afterwards.
      module: from?.module ?? module,
      ...(to === undefined ? {} : { before: to }),
      ...(from === undefined ? {} : { after: from }),
    }));
  return {
    ...rest,
    before: after,
    after: before,
    components: components.map(({ changes, extra, state, ...one }) => ({
      ...one,
      state: mirrored[state],
      changes: turn(changes),
      extra: { ...extra, changes: turn(extra.changes) },
    })),
  };
}

/** Without the counts, which are those of the second side. */
const uncounted = ({ components, ...rest }: PinDiff) => ({
  ...rest,
  components: components.map(({ component, state, changes, extra }) => ({ component, state, changes, extra: extra.changes })), // prettier-ignore
});

/** What a set pins, whatever its order. */
const meaning = ({ components, extra }: PinSet) =>
  [components, extra].map((pins) =>
    Object.fromEntries(
      Object.entries(pins).map(([component, list]) => [
        component,
        list.map(({ package: name, source: from }) => `${name} ${JSON.stringify(from)}`).sort(),
      ]),
    ),
  );

describe('the algebra of differences', () => {
  it('nothing differs from itself', () => {
    fc.assert(
      fc.property(set, (one) => {
        const diff = diffPins(one, one);
        expect(diff.identical).toBe(true);
        expect(diff.components.flatMap(({ changes, extra }) => [...changes, ...extra.changes])).toEqual([]);
      }),
    );
  });

  it('read backwards it is the difference the other way round', () => {
    fc.assert(
      fc.property(set, set, (one, other) => {
        expect(uncounted(reversed(diffPins(one, other)))).toEqual(uncounted(diffPins(other, one)));
      }),
    );
  });

  it('applied to the first it makes the second', () => {
    fc.assert(
      fc.property(set, set, (one, other) => {
        const made = applyDiff(one, diffPins(one, other));
        expect(diffPins(made, other).identical).toBe(true);
        expect(meaning(made)).toEqual(meaning(other));
      }),
    );
  });

  it('identical says the same as no change at all', () => {
    fc.assert(
      fc.property(set, set, (one, other) => {
        const { identical, components } = diffPins(one, other);
        expect(identical).toBe(JSON.stringify(meaning(one)) === JSON.stringify(meaning(other)) || (components.length === 0)); // prettier-ignore
      }),
    );
  });

  it('a matrix says the same as the diff', () => {
    fc.assert(
      fc.property(set, set, (one, other) => {
        const rows = matrixOf([one, other]).filter(({ same }) => !same);
        const changes = diffPins(one, other).components.flatMap(({ component, state, changes: found, extra }) =>
          state === 'different'
            ? [
                ...found.map((change) => `${component} ${change.package}`),
                ...extra.changes.map((change) => `${component} extra ${change.package}`),
              ]
            : [],
        );
        expect(rows.map((row) => `${row.component} ${row.extra ? 'extra ' : ''}${row.package}`)).toEqual(changes);
      }),
    );
  });
});

it('tells a component that is not there from one without modules', () => {
  const [first] = pinComponents;
  const diff = diffPins(
    { name: 'a', components: { [first]: [] }, extra: {} },
    { name: 'b', components: {}, extra: {} },
  );
  expect(diff).toMatchObject({ identical: false, components: [{ component: first, state: 'before', modules: 0 }] });
});
