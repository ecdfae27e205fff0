import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';

import { deleteValue, setValue } from '../../src/workspace/edit.ts';

const parse = (some: string) => parseYaml(some) as Record<string, Record<string, unknown>>;

/** Documents as people write them: comments, blank lines, odd indents, every kind of quotes. */
const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/).filter((some) => !/^(null|true|false|y|n|no|on)$/.test(some));
const comment = fc.constantFrom('', '', '  # note', ' # a: b {c} "d"');
const hostile = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom(
    'a: b',
    '# x',
    '- y',
    '"',
    "'",
    '1.10',
    'null',
    '',
    ' x ',
    '{a}',
    'a\nb',
    '\\',
    '%',
    '@',
    '*a',
    '&b',
    '!t',
    '| ',
    '1e3',
    'a\u2000',
    '\u00a0',
    '0x1f',
    'é',
    '🐘',
  ),
);
const written = fc
  .tuple(hostile, fc.constantFrom('double', 'single'))
  .map(([some, how]) =>
    how === 'single' && !/[\p{C}\n]/u.test(some) ? `'${some.replaceAll("'", "''")}'` : JSON.stringify(some),
  );
const line = fc.tuple(word, written, comment).map(([key, value, note]) => ({ key, text: `${key}: ${value}${note}` }));
const documentOf = fc
  .record({
    step: fc.constantFrom(1, 2, 3, 4),
    groups: fc.uniqueArray(
      fc.tuple(word, comment, fc.uniqueArray(line, { selector: ({ key }) => key, minLength: 1, maxLength: 4 })),
      { selector: ([key]) => key, minLength: 1, maxLength: 4 },
    ),
    gap: fc.constantFrom('', '\n', '# between\n', '\n\n'),
    eol: fc.constantFrom('\n', '\r\n'),
  })
  .map(({ step, groups, gap, eol }) => ({
    keys: groups.map(([group, , lines]) => ({ group, keys: lines.map(({ key }) => key) })),
    eol,
    text: groups
      .map(
        ([group, note, lines]) =>
          `${group}:${note}\n${lines.map((one) => ' '.repeat(step) + one.text + '\n').join('')}`,
      )
      .join(gap)
      .replaceAll('\n', eol),
  }));

describe('for any document', () => {
  it('a changed value leaves every other line as it was', () => {
    fc.assert(
      fc.property(documentOf, fc.nat(), fc.nat(), hostile, (document, some, other, value) => {
        const { group, keys } = document.keys[some % document.keys.length]!;
        const key = keys[other % keys.length]!;
        const result = setValue(document.text, [group, key], value);
        expect(parse(result)).toEqual({
          ...parse(document.text),
          [group]: { ...parse(document.text)[group], [key]: value },
        });
        const before = document.text.split(document.eol);
        const after = result.split(document.eol);
        expect(after).toHaveLength(before.length);
        expect(after.filter((one, n) => one !== before[n]).length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });

  it('a new value adds lines and changes none', () => {
    fc.assert(
      fc.property(documentOf, fc.nat(), word, hostile, (document, some, key, value) => {
        const { group, keys } = document.keys[some % document.keys.length]!;
        fc.pre(!keys.includes(key));
        const result = setValue(document.text, [group, key], value);
        expect(parse(result)[group]).toEqual({ ...parse(document.text)[group], [key]: value });
        const added = result.split(document.eol);
        // What was there is there, in its order.
        let from = 0;
        for (const one of document.text.split(document.eol)) {
          from = added.indexOf(one, from) + 1;
          expect(from, one).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('setting and deleting a new key is nothing', () => {
    fc.assert(
      fc.property(documentOf, fc.nat(), word, hostile, (document, some, key, value) => {
        const { group, keys } = document.keys[some % document.keys.length]!;
        fc.pre(!keys.includes(key));
        expect(deleteValue(setValue(document.text, [group, key], value), [group, key])).toBe(document.text);
      }),
      { numRuns: 500 },
    );
  });
});
