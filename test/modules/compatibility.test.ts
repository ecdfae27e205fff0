import { describe, expect, it } from 'vitest';

import { checkCompatibility, type DeclaringModule } from '../../src/modules/compatibility/check-compatibility.ts';
import { linuxEnvironment, markerHolds } from '../../src/modules/compatibility/markers.ts';
import type { Requirement } from '../../src/modules/registries/registry.ts';

const declares = (
  name: string,
  version: string,
  requires: readonly (readonly [string, string, Partial<Requirement>?])[],
  requiresPython?: string,
): DeclaringModule => ({
  package: name,
  version,
  requirements: {
    requires: requires.map(([other, spec, more]) => ({ package: other, spec, ...more })),
    ...(requiresPython === undefined ? {} : { requiresPython }),
  },
});
const side = (name: string, version: string, spec: string) => ({ package: name, version, spec });

describe('modules of one component', () => {
  it('that want another version of each other, and of a third, are named with both sides', () => {
    const result = checkCompatibility('backend', [
      declares('openimis-be-core', '1.1.0', [['django', '==2.1.14']]),
      declares('openimis-be-claim', '1.2.0', [
        ['openimis-be-core', '>=1.2'],
        ['django', '>=3,<4'],
      ]),
      declares('openimis-be-policy', '1.0.0', [
        ['openimis-be-core', '*'],
        ['openimis-be-product', '>=1'],
      ]),
      { package: 'openimis-be-medical', version: '1.0.0', requirements: undefined },
    ]);
    expect(result).toEqual({
      conflicts: [
        {
          kind: 'module',
          needs: side('openimis-be-claim', '1.2.0', '>=1.2'),
          package: 'openimis-be-core',
          has: '1.1.0',
        },
        {
          kind: 'package',
          package: 'django',
          sides: [side('openimis-be-core', '1.1.0', '==2.1.14'), side('openimis-be-claim', '1.2.0', '>=3,<4')],
        },
      ],
      absent: [{ needs: side('openimis-be-policy', '1.0.0', '>=1'), package: 'openimis-be-product' }],
      unknown: ['openimis-be-medical'],
    });
  });

  it('a requirement counts only where its marker holds', () => {
    const with_ = (marker: string, python?: string) =>
      checkCompatibility(
        'backend',
        [declares('a', '1', [['x', '==1', { marker }]]), declares('b', '1', [['x', '==2']])],
        python,
      ).conflicts.length;
    expect(with_('python_version >= "3.8"', '3.11')).toBe(1);
    expect(with_('python_version < "3.8"', '3.11')).toBe(0);
    // On whatever Python there is: only what holds on all.
    expect([with_('python_version < "3.8"'), with_('sys_platform == "linux"'), with_('extra == "test"')]).toEqual([
      0, 1, 0,
    ]);
  });

  it('run on one Python', () => {
    const old = declares('a', '1', [], '>=3.6, <3.9');
    const young = declares('b', '1', [], '>=3.10');
    expect(checkCompatibility('backend', [old, young]).conflicts).toEqual([
      { kind: 'pythons', sides: [side('a', '1', '>=3.6, <3.9'), side('b', '1', '>=3.10')] },
    ]);
    expect(checkCompatibility('backend', [old], '3.11').conflicts).toEqual([
      { kind: 'python', needs: side('a', '1', '>=3.6, <3.9'), python: '3.11' },
    ]);
    expect(checkCompatibility('backend', [declares('c', '1', [], '>3.9.1')], '3.9').conflicts).toEqual([]);
  });

  it('npm: only peers and modules have to agree', () => {
    const { conflicts, absent } = checkCompatibility('frontend', [
      declares('@openimis/fe-core', '1.4.0', [
        ['react', '^16.8.0', { peer: true }],
        ['lodash', '^3'],
      ]),
      declares('@openimis/fe-claim', '1.9.0', [
        ['react', '^17', { peer: true }],
        ['lodash', '^4'],
        ['@openimis/fe-core', '^1.9.0'],
        ['@openimis/fe-x', '*', { peer: true, optional: true }],
      ]),
    ]);
    expect(conflicts.map((one) => ('package' in one ? one.package : one.kind))).toEqual(['@openimis/fe-core', 'react']);
    expect(absent).toEqual([]);
  });
});

describe('a marker', () => {
  const environment = linuxEnvironment('3.10');
  it.each([
    ['python_version >= "3.8"', true],
    ['python_version < "3.9"', false],
    ['"3.8" <= python_version', true],
    ["python_full_version != '3.10.0'", false],
    ['python_version ~= "3.8"', true],
    ['python_version == "3.*"', true],
    ['sys_platform == "win32" or (os_name == "posix" and python_version > "3")', true],
    ['sys_platform == "win32" and nonsense == "1"', undefined],
    ['"linux" in sys_platform', true],
    ['sys_platform not in "win32 darwin"', true],
    ['platform_python_implementation == "CPython"', true],
    ['python_implementation == "PyPy"', false],
    ['os.name == "nt"', false],
    ['extra == "docs"', false],
    ['(python_version', undefined],
    ['python_version >', undefined],
    ['$(id)', undefined],
    ['', undefined],
    ['python_version > "3" python_version', undefined],
  ])('%s: %s', (marker, holds) => {
    expect(markerHolds(marker, environment)).toBe(holds);
  });
});
