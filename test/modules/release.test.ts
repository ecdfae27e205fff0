import { readdir } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { parseRelease } from '../../src/modules/release.ts';
import { isReleaseName, releaseGeneration, releaseNames } from '../../src/modules/release-names.ts';
import { packageRoot } from '../../src/package-root.ts';
import { loadRelease, loadReleases } from '../../src/workspace/store/release-store.ts';

const root = packageRoot();

describe('templates/releases', () => {
  it('has a file for each known release, and no other', async () => {
    const files = await readdir(`${root}/templates/releases`);
    expect(files.sort()).toEqual(releaseNames.map((name) => `${name}.yaml`).sort());
    expect([...(await loadReleases(root)).keys()]).toEqual(releaseNames);
    await expect(loadRelease(root, '../servers/test')).rejects.toThrow('not the name of a known release');
  });

  it('has all modules, at the commit they were read from', async () => {
    const found = [...(await loadReleases(root)).values()].map(({ name, backend, frontend }) => {
      const one = (assembly: typeof backend) =>
        assembly === undefined ? '-' : `${assembly.modules.length} ${assembly.ref} ${assembly.commit.slice(0, 7)}`;
      return `${name}: ${one(backend)} | ${one(frontend)}`;
    });
    expect(found).toEqual([
      '1.0.0: 12 v1.0.0 810ac86 | 13 v1.0.0 5ef9184',
      '1.1.0: 12 v1.1.0 c75a25b | 14 v1.1.0 d9ccaed',
      '1.2.0-rc2: - | 14 v1.2.0-rc2 7565ddd',
      '1.2.1: 14 v1.2.1 df85694 | -',
      '1.3.0: 18 v1.3.0 9a2e559 | 17 v1.3.0 ce7bf38',
      '1.4.0: 26 v1.4.0.0 db235ee | 22 v1.4.0 95aa090',
      '1.4.1: 27 v1.4.1 a96c7a1 | 22 v1.4.1 89a5f3a',
      '1.5.0: 27 v1.5.0 2bc3bb6 | 21 v1.5.0 0811c13',
      '23.04: 29 23.04 1750e3a | 22 23.04 efed17d',
      '23.04-fixes: 28 release/23.04_with_fixes 1968378 | 21 release/23.04_with_fixes fc8aa41',
      '23.10: 37 23.10 53488ac | 27 23.10 d60688d',
      '24.04: 38 24.04 3ae6658 | 29 24.04 c39eb73',
      '24.10: 43 release/24.10 d996a42 | -',
    ]);
  });

  it("keeps note, date, locales, upstream's own words and what is a branch", async () => {
    const fixes = await loadRelease(root, '23.04-fixes');
    expect(fixes.note).toBe('branch, not a tag; all pins are git branches of the same name');
    expect(fixes.backend).toMatchObject({ branch: true, date: '2024-04-19' });
    const first = await loadRelease(root, '1.0.0');
    expect(first.frontend?.locales).toEqual([{ languages: ['en', 'en-GB'], intl: 'en-GB', fileNames: 'en' }]);
    expect(first.gateway).toEqual({ ref: 'v1.0.0', commit: '3ce16f7171af2ee5388dbb43f8cbc03f8b0fd3d7' });
    expect(first.dist?.commit).toBe('4185ccb01a0c657708bb42075f39448cb48d8152');
    expect(first.backend?.modules.find(({ name }) => name === 'api_fhir')).toEqual({
      name: 'api_fhir',
      package: 'openimis-be-api-fhir',
      spec: '==1.0.3',
      raw: 'openimis-be-api_fhir==1.0.3',
    });
    expect(first.frontend?.modules.map((one) => one.package)).toContain('@openimis/fe-medical_pricelist');
  });
});

it.each([
  ['1.0.0', '1.0'],
  ['1.1.0', '1.1'],
  ['1.2.0-rc2', '1.2'],
  ['1.2.1', '1.2'],
  ['1.3.0', '1.3'],
  ['1.4.0', '1.4'],
  ['1.4.1', '1.4'],
  ['1.5.0', '1.5'],
  ['23.04', '23.04'],
  ['23.04-fixes', '23.04'],
  ['23.10', '23.10'],
  ['24.04', '24.04'],
  ['24.10', '24.10'],
])('release %s starts like %s', (name, generation) => expect(releaseGeneration(name)).toBe(generation));

it.each(['', '1.1', '1.1.0 ', 'v1.1.0', '24.1', 'constructor', '__proto__'])('%j is no release', (name) => {
  expect([isReleaseName(name), releaseGeneration(name)]).toEqual([false, undefined]);
});

describe('parseRelease', () => {
  const commit = 'a'.repeat(40);
  const text = (module: string) =>
    `name: "1.0.0"\nbackend:\n  ref: v1\n  commit: ${commit}\n  modules:\n    - ${module}\n`;
  it('reads a module', () => {
    expect(parseRelease(text('{ name: a, package: a, spec: "==1" }'), 'f').backend?.modules).toEqual([
      { name: 'a', package: 'a', spec: '==1' },
    ]);
  });
  it.each([
    ['spec and git', '{ name: a, package: a, spec: "==1", git: "https://x/a.git", ref: b }'],
    ['git without ref', '{ name: a, package: a, git: "https://x/a.git" }'],
    ['neither', '{ name: a, package: a }'],
    ['a name that is not normalised', '{ name: a, package: a_b, spec: "==1" }'],
    ['a number', '{ name: a, package: a, spec: 1.0 }'],
    ['an unknown key', '{ name: a, package: a, spec: "==1", x: y }'],
    ['a package twice', '{ name: a, package: a, spec: "==1" }\n    - { name: b, package: a, spec: "==1" }'],
  ])('refuses %s and names the file', (_what, module) => {
    expect(() => parseRelease(text(module), 'releases/x.yaml')).toThrow(/^releases\/x\.yaml: /);
  });
});
