import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { releaseNames } from '../../src/modules/release-names.ts';
import { packageFolder } from '../support/cli.ts';
import { give, releases, take, thereAndBack, workspace, yaml } from './import-box.ts';

/** A release as upstream wrote it, from the words that the catalogue kept. */
function upstream(name: string, kind: 'backend' | 'frontend'): string | undefined {
  const assembly = releases.get(name)![kind];
  if (assembly === undefined) return undefined;
  const modules = assembly.modules.map(({ name: one, package: of, spec, git = '', ref = '', raw }) => {
    const usual = kind === 'backend' ? (spec === undefined ? `git+${git}@${ref}#egg=${of}` : of + spec) : `${of}@${spec ?? `git+${git}#${ref}`}`; // prettier-ignore
    return { name: one, [kind === 'backend' ? 'pip' : 'npm']: raw ?? usual };
  });
  return JSON.stringify(
    { ...(assembly.locales === undefined ? {} : { locales: assembly.locales }), modules },
    null,
    '\t',
  );
}

describe('import, then export', () => {
  it.each(releaseNames)('gives release %s back', (name) =>
    workspace(async (box) => {
      for (const kind of ['backend', 'frontend'] as const) {
        const text = upstream(name, kind);
        if (text === undefined) continue;
        await thereAndBack(box, 'test', text, kind);
        await thereAndBack(box, 'bare', text, kind);
      }
    }),
  );

  it('of the release that the server has needs no pin and keeps no file', () =>
    workspace(async (box) => {
      const { done } = await thereAndBack(box, 'backend-only', upstream('1.1.0', 'backend')!, 'backend');
      expect(done.components).toEqual([{ component: 'backend', modules: 12, edits: [] }]);
      expect(await box.read()).toBe(yaml);
      expect(existsSync(join(box.folder, 'imported'))).toBe(false);
      expect(await give(box.folder, '1.1.0', 'backend')).toBe(await give(box.folder, 'backend-only', 'backend'));
    }));

  // Files of real implementations, where they lie beside this checkout; they are not ours to copy.
  const corpus = resolve(packageFolder, '../shared/openimis-json');
  const files = existsSync(corpus) ? readdirSync(corpus).filter((file) => file.endsWith('.json')) : [];
  it('gives every file of the corpus back, or says where it is broken', async () => {
    for (const file of files)
      await workspace(async (box) => {
        const text = await readFile(join(corpus, file), 'utf8');
        const kind = text.includes('"npm"') ? 'frontend' : 'backend';
        if (file.startsWith('Lanlokun'))
          await expect(take(box.folder, 'test', join(corpus, file))).rejects.toMatchObject({
            code: 'PINS_UNREADABLE',
            message: `${join(corpus, file)}:142:1: this blank is a no-break space`,
          });
        else for (const server of ['test', 'bare']) await thereAndBack(box, server, text, kind);
      });
  }, 60_000);

  const npmSpec = fc.constantFrom('1.4.0', '=1.5.0', 'v1.8.0', '>=1.4.0', '>=v1.4', 'git+https://github.com/a/b.git#develop', 'https://github.com/a/b#x', 'git://github.com/a/b.git#x', 'github:a/b#c', 'link:../x', 'file:../x', 'git+ssh://git@github.com:a/b.git#c', 'latest', 'https://github.com/a/b.git'); // prettier-ignore
  const pipOf = (name: string) =>
    fc.constantFrom(`${name}==1.1.0`, `${name}==v1.6.0`, name, `${name}==1.4.*`, `${name}~=1.4`, `${name}>=v1.5`, `-e ../${name}_py`, `-e git+https://git.example.org/${name}_py.git@develop#egg=${name}`, `git+https://git.example.org/${name}_py.git@v1.2.0`, `${name} @ git+https://git.example.org/x.git@4f9c2d1e8b7a6f5049382716a5b4c3d2e1f00918`, `git+ssh://git@git.example.org:a/x.git@main#egg=${name}`, `${name.replaceAll('-', '_')}==1.2.1.1`); // prettier-ignore
  const more = fc.record({ logicalName: fc.constantFrom('a', 'é "x"'), note: fc.jsonValue({ maxDepth: 2 }) }, { requiredKeys: [] }); // prettier-ignore
  const apps = ['core', 'location', 'report', 'claim', 'medical_pricelist', 'own'];
  const entries = (kind: 'backend' | 'frontend') =>
    fc.shuffledSubarray(apps, { minLength: 1 }).chain((names) =>
      fc.tuple(
        ...names.map((name) =>
          fc
            .tuple(kind === 'frontend' ? npmSpec : pipOf(`openimis-be-${name}`), more, fc.constantFrom(name, 'Other'))
            .map(([spec, rest, called]) => ({
              name: called,
              ...rest,
              ...(kind === 'frontend' ? { npm: `@openimis/fe-${name}@${spec}` } : { pip: spec }),
            })),
        ),
      ),
    );
  const layout = fc.record({
    indent: fc.constantFrom('\t', '  ', '    ', ''),
    eol: fc.constantFrom('\n', '\r\n'),
    bom: fc.constantFrom('', '\uFEFF'),
  });
  const top = fc.record({ locales: fc.constant([{ languages: ['fr'] }]), localModules: fc.constant([{ name: 'x' }]), x: fc.jsonValue({ maxDepth: 1 }) }, { requiredKeys: [] }); // prettier-ignore

  it.each(['backend', 'frontend'] as const)('gives any %s file back in its own layout', (kind) =>
    workspace(async (box) => {
      await fc.assert(
        fc.asyncProperty(entries(kind), top, layout, async (modules, keys, { indent, eol, bom }) => {
          const text = bom + JSON.stringify({ ...keys, modules }, null, indent).replaceAll('\n', eol);
          for (const server of ['test', 'bare']) await thereAndBack(box, server, text, kind);
        }),
        { numRuns: 10 },
      );
    }),
  );
});
