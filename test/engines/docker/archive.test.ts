import { Readable } from 'node:stream';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { checkedPath, foldersOf, packFiles, unpackFiles } from '../../../src/engines/docker/archive.ts';

describe('archives', () => {
  it('gives back every file byte for byte, long and strange names included', async () => {
    const segment = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
      .filter((part) => !/[/\0]/.test(part) && !['.', '..'].includes(part) && part.isWellFormed());
    const files = fc.uniqueArray(
      fc.record({
        path: fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => ['top', ...parts].join('/')),
        content: fc.string({ unit: 'grapheme', maxLength: 2000 }).filter((text) => text.isWellFormed()),
        mode: fc.constantFrom(0o600, 0o644, 0o755),
      }),
      { selector: ({ path }) => path, maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(files, async (sent) => {
        const got = await unpackFiles(Readable.from([await packFiles([], sent)]));
        const wanted = sent.map((file) => ({ ...file, path: file.path.slice('top/'.length) }));
        const sorted = (list: readonly { readonly path: string }[]) =>
          list.toSorted((a, b) => (a.path < b.path ? -1 : 1));
        expect(sorted(got)).toEqual(sorted(wanted));
      }),
      { numRuns: 50 },
    );
  });

  it.each(['', '/etc/passwd', '../x', 'a/../b', 'a//b', './a', 'a\0b', 'a/'])('refuses the path %j', (path) =>
    expect(() => checkedPath(path)).toThrow('not a relative path'),
  );

  it('makes parents first', () => {
    expect(foldersOf(['a/b/c', 'a/d', 'e'])).toEqual(['a', 'a/b']);
  });
});
