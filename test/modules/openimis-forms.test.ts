import { compare as comparePython } from '@renovatebot/pep440';
import fc from 'fast-check';
import semver from 'semver';
import { describe, expect, it } from 'vitest';

import { compareSources } from '../../src/modules/compare-sources.ts';
import { parseOpenimisJson } from '../../src/modules/openimis-json.ts';
import { normalisePythonName, packageKey } from '../../src/modules/package-name.ts';
import { type PinSource, readNpmPackage, readPinValue, readRequirement } from '../../src/modules/pin-source.ts';
import { lostInPin, moduleText, pinValue } from '../../src/modules/pin-text.ts';

const commit = '4f9c2d1e8b7a6f5049382716a5b4c3d2e1f00918';
const git = (url: string, ref?: string): PinSource => ({ kind: 'git', url, ...(ref === undefined ? {} : { ref }) });
const core = 'https://git.example.org/a/openimis-be-core_py.git';

describe('forms found in real files', () => {
  it.each<[string, string | undefined, PinSource]>([
    ['openimis-be-core==1.5.0', 'openimis-be-core', { kind: 'version', version: '1.5.0' }],
    ['openimis-be-core==v1.8.0', 'openimis-be-core', { kind: 'version', version: '1.8.0' }],
    [
      'openimis-be-medical_pricelist==1.2.1.1',
      'openimis-be-medical-pricelist',
      { kind: 'version', version: '1.2.1.1' },
    ],
    ['openimis-be-core==1.4.0rc1', 'openimis-be-core', { kind: 'version', version: '1.4.0rc1' }],
    ['openimis-be-core==1.4.*', 'openimis-be-core', { kind: 'range', range: '==1.4.*' }],
    ['openimis-be-core~=1.4', 'openimis-be-core', { kind: 'range', range: '~=1.4' }],
    ['openimis-be-core>=v1.5', 'openimis-be-core', { kind: 'range', range: '>=1.5' }],
    ['openimis-be-core', 'openimis-be-core', { kind: 'range', range: '*' }],
    ['-e ../openimis-be-core_py', undefined, { kind: 'path', path: '../openimis-be-core_py' }],
    ['-e openimis-be-core_py/', undefined, { kind: 'path', path: './openimis-be-core_py/' }],
    [`git+${core}@develop#egg=openimis-be-core`, 'openimis-be-core', git(core, 'develop')],
    [`-e git+${core}@release/24.10#egg=openimis-be-core`, 'openimis-be-core', git(core, 'release/24.10')],
    [`git+${core}@develop`, undefined, git(core, 'develop')],
    [`git+${core}`, undefined, git(core)],
    [`openimis-be-core @ git+${core}@${commit}`, 'openimis-be-core', git(core, commit)],
    ['git+ssh://git@git.example.org:a/b.git@x#egg=y', 'y', git('ssh://git@git.example.org:a/b.git', 'x')],
    ['git+https://git.example.org/a/fork.git@m#egg=openimis-be-core', 'openimis-be-core', git('https://git.example.org/a/fork.git', 'm')], // prettier-ignore
  ])('pip: %s', (text, name, source) => expect(readRequirement(text)).toEqual({ package: name, source }));

  it.each<[string, string, PinSource]>([
    ['@openimis/fe-core@1.9.0', '@openimis/fe-core', { kind: 'version', version: '1.9.0' }],
    ['@openimis/fe-core@=1.5.0', '@openimis/fe-core', { kind: 'version', version: '1.5.0' }],
    ['@openimis/fe-core@v1.8.0', '@openimis/fe-core', { kind: 'version', version: '1.8.0' }],
    ['@openimis/fe-core@1.4.0-rc3', '@openimis/fe-core', { kind: 'version', version: '1.4.0-rc3' }],
    ['@openimis/fe-core@>=1.4.0', '@openimis/fe-core', { kind: 'range', range: '>=1.4.0' }],
    ['@openimis/fe-core@>=v1.4.0', '@openimis/fe-core', { kind: 'range', range: '>=1.4.0' }],
    ['@openimis/fe-core', '@openimis/fe-core', { kind: 'range', range: '*' }],
    ['@openimis/fe-core@latest', '@openimis/fe-core', { kind: 'tag', tag: 'latest' }],
    ['@openimis/fe-core@git+https://github.com/a/b.git#develop', '@openimis/fe-core', git('https://github.com/a/b.git', 'develop')], // prettier-ignore
    ['@openimis/fe-core@https://github.com/a/b#develop', '@openimis/fe-core', git('https://github.com/a/b', 'develop')],
    ['@openimis/fe-core@https://github.com/a/b.git', '@openimis/fe-core', git('https://github.com/a/b.git')],
    ['@openimis/fe-core@git://github.com/a/b.git#x', '@openimis/fe-core', git('git://github.com/a/b.git', 'x')],
    ['@openimis/fe-core@git+ssh://git@github.com:a/b.git#c', '@openimis/fe-core', git('ssh://git@github.com:a/b.git', 'c')], // prettier-ignore
    ['@openimis/fe-core@git@github.com:a/b.git#c', '@openimis/fe-core', git('ssh://git@github.com:a/b.git', 'c')],
    ['@openimis/fe-core@github:a/b#c', '@openimis/fe-core', git('https://github.com/a/b.git', 'c')],
    ['@openimis/fe-core@a/b#c', '@openimis/fe-core', git('https://github.com/a/b.git', 'c')],
    ['@openimis/fe-core@link:../openimis-fe-core_js', '@openimis/fe-core', { kind: 'path', path: '../openimis-fe-core_js' }], // prettier-ignore
    ['@openimis/fe-core@file:../x', '@openimis/fe-core', { kind: 'path', path: '../x' }],
    ['openimis/fe-core@0.0.15', '@openimis/fe-core', { kind: 'version', version: '0.0.15' }],
    ['@healthpay/fe-x@1.0.0', '@healthpay/fe-x', { kind: 'version', version: '1.0.0' }],
  ])('npm: %s', (text, name, source) => expect(readNpmPackage(text)).toEqual({ package: name, source }));

  it('package and version apart, an operator in the version, frontend modules in a backend file, a name unlike the package', () => {
    const { modules } = parseOpenimisJson(
      JSON.stringify({
        modules: [
          { name: 'old', package: 'openimis-be-old', version: '1.0.0' },
          { name: 'older', package: 'openimis-be-older', version: '>=1.0' },
          { name: 'LanguageKm', npm: '@openimis/fe-language_fr_km@1.0.0' },
          { name: 'here', pip: '-e ../openimis-be-there_py' },
        ],
      }),
      'x.json',
    );
    expect(modules.map(({ kind, name, key, pin }) => [kind, name, key, pin.package, pin.source])).toEqual([
      ['backend', 'old', 'version', 'openimis-be-old', { kind: 'version', version: '1.0.0' }],
      ['backend', 'older', 'version', 'openimis-be-older', { kind: 'range', range: '>=1.0' }],
      ['frontend', 'LanguageKm', 'npm', '@openimis/fe-language_fr_km', { kind: 'version', version: '1.0.0' }],
      ['backend', 'here', 'pip', 'openimis-be-there', { kind: 'path', path: '../openimis-be-there_py' }],
    ]);
  });

  it('a file that is nothing but brackets is refused', () => {
    expect(() => parseOpenimisJson(`{"modules":${'['.repeat(1_000_000)}`, 'x.json')).toThrow(/^x\.json/);
  });

  it.each([
    ['git+https://me:secret@example.org/a.git@m#egg=a', "git's own credential helper"],
    ['git+https://token@example.org/a.git@m#egg=a', "git's own credential helper"],
    ['openimis-be-core[dev]==1.0', 'extras'],
    ['openimis-be-core==1.0; python_version < "3.9"', 'condition'],
    ['git+https://example.org/a.git@m#egg=a&subdirectory=b', 'subdirectory'],
  ])('%s says more than a pin can', (text, why) => expect(lostInPin(text)).toContain(why));

  it('an ssh user is no password', () => expect(lostInPin('git+ssh://git@example.org/a.git@m#egg=a')).toBeUndefined());
});

const number = fc.nat(30);
const python = fc
  .tuple(number, number, number, fc.constantFrom('', 'rc1', 'a2', '.post1', '.dev3', '.1'))
  .map(([major, minor, patch, tail]) => `${major}.${minor}.${patch}${tail}`);
const npm = fc
  .tuple(number, number, number, fc.constantFrom('', '-rc1', '-rc2', '-alpha.1'))
  .map(([major, minor, patch, tail]) => `${major}.${minor}.${patch}${tail}`);
const ref = fc.stringMatching(/^[a-z][a-z0-9/._-]{0,12}[a-z0-9]$/).filter((text) => !/[/.]{2}|\.lock$/.test(text));
const repository = fc
  .tuple(
    fc.constantFrom('https://git.example.org/', 'ssh://git@git.example.org/', 'ssh://git@git.example.org:', 'git://git.example.org/', 'file:///srv/'), // prettier-ignore
    fc.constantFrom('a/openimis-be-core_py.git', 'a/b/openimis-fe-core_js.git'),
    fc.option(ref, { nil: undefined }),
  )
  .map(([host, path, tag]) => git(host + path, tag));
const sourceOf = (component: 'frontend' | 'backend'): fc.Arbitrary<PinSource> =>
  fc.oneof(
    (component === 'frontend' ? npm : python).map((version): PinSource => ({ kind: 'version', version })),
    fc.constantFrom<PinSource>({ kind: 'range', range: '*' }, { kind: 'range', range: '>=1.4.0' }),
    fc.constantFrom<PinSource>({ kind: 'path', path: '../x' }, { kind: 'path', path: '/srv/x' }),
    repository,
    fc.constant<PinSource>({ kind: 'archive', url: 'https://example.org/x-1.0.tar.gz' }),
    ...(component === 'frontend' ? [fc.constant<PinSource>({ kind: 'tag', tag: 'latest' })] : []),
  );

describe('writing and reading', () => {
  it.each(['frontend', 'backend'] as const)('of a %s say the same', (component) => {
    const name = component === 'frontend' ? '@openimis/fe-core' : 'openimis-be-core';
    fc.assert(
      fc.property(sourceOf(component), (source) => {
        expect(readPinValue(component, pinValue(component, source))).toEqual(source);
        const text = moduleText(component, name, source);
        const read = component === 'frontend' ? readNpmPackage(text) : readRequirement(text);
        expect(read?.source).toEqual(source);
        if (source.kind !== 'path') expect(read?.package).toBe(name);
      }),
    );
  });

  it('a normal form is its own normal form', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,10}$/);
    fc.assert(
      fc.property(name, (text) => {
        expect(normalisePythonName(normalisePythonName(text))).toBe(normalisePythonName(text));
        expect(packageKey('frontend', packageKey('frontend', text))).toBe(text);
      }),
    );
    const anything = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.tuple(fc.constantFrom('==', '>=v', '~= ', '= ', 'v', '>= 1,<'), python).map((parts) => parts.join('')),
    );
    for (const component of ['frontend', 'backend'] as const)
      fc.assert(
        fc.property(anything, (text) => {
          const source = readPinValue(component, text);
          if (source === undefined) return;
          expect(readPinValue(component, pinValue(component, source))).toEqual(source);
        }),
      );
  });
});

describe('the order of versions', () => {
  const direction = (component: 'frontend' | 'backend', before: string, after: string): number => {
    const version = (text: string) => readPinValue(component, text)!;
    const step = compareSources(component, version(before), version(after));
    return step === undefined ? 0 : step.direction === 'up' ? -1 : 1;
  };

  it.each([
    ['backend', python, comparePython],
    ['frontend', npm, semver.compareBuild],
  ] as const)('of a %s is total, and what the ecosystem says', (component, versions, compare) => {
    fc.assert(
      fc.property(versions, versions, versions, (a, b, c) => {
        expect(direction(component, a, b)).toBe(Math.sign(compare(a, b)));
        expect(direction(component, a, b) + direction(component, b, a)).toBe(0);
        expect(direction(component, a, a)).toBe(0);
        if (direction(component, a, b) <= 0 && direction(component, b, c) <= 0)
          expect(direction(component, a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });
});
