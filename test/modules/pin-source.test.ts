import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readNpmPackage, readPinValue, readRequirement, repositoryKey } from '../../src/modules/pin-source.ts';

const version = (text: string) => ({ kind: 'version', version: text });
const git = (url: string, ref?: string) => ({ kind: 'git', url, ...(ref === undefined ? {} : { ref }) });
const core = 'https://github.com/openimis/openimis-be-core_py.git';

describe('a requirement as pip takes it', () => {
  it.each([
    ['openimis-be-core==1.0.4', 'openimis-be-core', version('1.0.4')],
    ['openimis-be-core==v1.6.0', 'openimis-be-core', version('1.6.0')],
    ['openimis-be-api_fhir==1.2.1rc6', 'openimis-be-api-fhir', version('1.2.1rc6')],
    ['openimis-be-core==1.2.1.1', 'openimis-be-core', version('1.2.1.1')],
    ['openimis-be-core', 'openimis-be-core', { kind: 'range', range: '*' }],
    ['openimis-be-core ==1.4.*', 'openimis-be-core', { kind: 'range', range: '==1.4.*' }],
    ['openimis-be-core~=1.4', 'openimis-be-core', { kind: 'range', range: '~=1.4' }],
    ['openimis-be-core>=v1.5.0,<2', 'openimis-be-core', { kind: 'range', range: '>=1.5.0,<2' }],
    ['openimis-be-core[x]==1.0 ; python_version < "4"', 'openimis-be-core', version('1.0')],
    [`git+${core}@release/24.10#egg=openimis-be-core`, 'openimis-be-core', git(core, 'release/24.10')],
    [`git+${core}@develop`, undefined, git(core, 'develop')],
    [`git+${core}#egg=openimis_be_core`, 'openimis-be-core', git(core)],
    [`git+${core}`, undefined, git(core)],
    [`-e git+${core}@v1#egg=openimis-be-core&subdirectory=x`, 'openimis-be-core', git(core, 'v1')],
    [`openimis-be-core @ git+${core}@${'a'.repeat(40)}`, 'openimis-be-core', git(core, 'a'.repeat(40))],
    ['git+ssh://git@github.com:openimis/x.git@dev', undefined, git('ssh://git@github.com:openimis/x.git', 'dev')],
    ['git+ssh://git@github.com/openimis/x.git', undefined, git('ssh://git@github.com/openimis/x.git')],
    ['-e ../openimis-be-core_py', undefined, { kind: 'path', path: '../openimis-be-core_py' }],
    ['https://example.org/x-1.0.tar.gz', undefined, { kind: 'archive', url: 'https://example.org/x-1.0.tar.gz' }],
  ])('%s', (text, name, source) => {
    expect(readRequirement(text)).toEqual({ package: name, source });
  });

  it.each([
    '',
    '==1.0',
    'a b',
    'core==',
    'core==latest',
    'core>=',
    'core\n==1',
    '@ git+x',
    'git+https://',
    'x'.repeat(501),
  ])('refuses %j', (text) => {
    expect(readRequirement(text)).toBeUndefined();
  });
});

describe('a package as npm takes it', () => {
  const fe = 'https://github.com/openimis/openimis-fe-core_js.git';
  it.each([
    ['@openimis/fe-core@0.0.15', version('0.0.15')],
    ['openimis/fe-core@0.0.15', version('0.0.15')],
    ['@openimis/fe-core@=1.5.0', version('1.5.0')],
    ['@openimis/fe-core@v1.8.0', version('1.8.0')],
    ['@openimis/fe-core@1.4.0-rc3', version('1.4.0-rc3')],
    ['@openimis/fe-core@>=1.5.0', { kind: 'range', range: '>=1.5.0' }],
    ['@openimis/fe-core@>=v1.7.1', { kind: 'range', range: '>=1.7.1' }],
    ['@openimis/fe-core', { kind: 'range', range: '*' }],
    ['@openimis/fe-core@latest', { kind: 'tag', tag: 'latest' }],
    [`@openimis/fe-core@git+${fe}#develop`, git(fe, 'develop')],
    [`@openimis/fe-core@${fe}#develop`, git(fe, 'develop')],
    ['@openimis/fe-core@https://github.com/openimis/openimis-fe-core_js#develop', git('https://github.com/openimis/openimis-fe-core_js', 'develop')], // prettier-ignore
    ['@openimis/fe-core@git://github.com/openimis/x.git', git('git://github.com/openimis/x.git')],
    ['@openimis/fe-core@github:openimis/openimis-fe-core_js#v1.0.0', git(fe, 'v1.0.0')],
    [
      '@openimis/fe-core@git+ssh://git@github.com:openimis/x.git#dev',
      git('ssh://git@github.com:openimis/x.git', 'dev'),
    ],
    ['@openimis/fe-core@link:../fe-core', { kind: 'path', path: '../fe-core' }],
    ['@openimis/fe-core@file:fe-core.tgz', { kind: 'path', path: 'fe-core.tgz' }],
    ['@openimis/fe-core@https://example.org/x.tgz', { kind: 'archive', url: 'https://example.org/x.tgz' }],
  ])('%s', (text, source) => {
    expect(readNpmPackage(text)).toEqual({ package: '@openimis/fe-core', source });
  });

  it.each(['', '@', '@openimis/', 'a b@1', '@openimis/fe-core@^^', '@openimis/fe-core@http://a b'])(
    'refuses %j',
    (text) => {
      expect(readNpmPackage(text)).toBeUndefined();
    },
  );
});

describe('any text', () => {
  it('is read or refused, never an exception, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (text) => {
        for (const read of [readRequirement(text), readNpmPackage(text)])
          if (read !== undefined) expect(read.source.kind).toMatch(/^(version|range|tag|git|archive|path)$/);
        readPinValue('backend', text);
        readPinValue('frontend', text);
      }),
    );
  });
});

it('knows one repository by many addresses', () => {
  const spellings = [
    'https://github.com/openimis/openimis-be-core_py.git',
    'https://github.com/openimis/openimis-be-core_py',
    'https://someone@github.com/OpenIMIS/openimis-be-core_py.git/',
    'ssh://git@github.com:openimis/openimis-be-core_py.git',
    'ssh://git@github.com/openimis/openimis-be-core_py.git',
  ];
  expect(new Set(spellings.map(repositoryKey)).size).toBe(1);
  expect(repositoryKey('ssh://git@host.example:2222/a/b.git')).toBe('host.example:2222/a/b');
});
