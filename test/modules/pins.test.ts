import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { normalisePythonName, packageKey } from '../../src/modules/package-name.ts';
import { baseModules, effectivePins, type Pin, pinsHash } from '../../src/modules/pins.ts';
import { packageRoot } from '../../src/package-root.ts';
import { loadRelease } from '../../src/workspace/store/release-store.ts';
import { failureOf } from '../workspace/failure-of.ts';

const root = packageRoot();
const release = await loadRelease(root, '1.1.0');
const specs = (pins: readonly Pin[]) =>
  Object.fromEntries(pins.map((pin) => [pin.package, `${pin.spec} (${pin.origin})`]));

describe('effectivePins', () => {
  it('are those of the release, in its order', () => {
    const base = baseModules(release, 'ibackend');
    const pins = effectivePins('ibackend', base);
    expect(pins).toHaveLength(12);
    expect(pins[0]).toEqual({
      component: 'ibackend',
      package: 'openimis-be-core',
      name: 'core',
      spec: '==1.1.0',
      origin: 'release 1.1.0',
    });
    expect(pins.map(({ name }) => name)).toEqual(release.backend?.modules.map(({ name }) => name));
  });

  it('own ones replace, add and remove, by the normalised name', () => {
    const own = { 'openimis-be-API_FHIR': '0.0.4', 'openimis-be-payer': 'v1.2.0', 'OpenIMIS-be.report': null };
    const pins = specs(effectivePins('backend', baseModules(release, 'backend'), own));
    expect(pins['openimis-be-api-fhir']).toBe('==0.0.4 (openimis.yaml)');
    expect(pins['openimis-be-payer']).toBe('==1.2.0 (openimis.yaml)');
    expect(pins['openimis-be-core']).toBe('==1.1.0 (release 1.1.0)');
    expect(pins).not.toHaveProperty('openimis-be-report');
    expect(Object.keys(pins)).toHaveLength(12);
  });

  it('npm names are exact', () => {
    const pins = specs(
      effectivePins('frontend', baseModules(release, 'frontend'), {
        '@openimis/fe-medical_pricelist': '9',
        '@openimis/fe-medical-pricelist': '8',
      }),
    );
    expect(pins['@openimis/fe-medical_pricelist']).toBe('9 (openimis.yaml)');
    expect(pins['@openimis/fe-medical-pricelist']).toBe('8 (openimis.yaml)');
  });

  it('without a release there are only the own ones', () => {
    expect(specs(effectivePins('backend', undefined, { 'openimis-be-core': '0.0.11' }))).toEqual({
      'openimis-be-core': '==0.0.11 (openimis.yaml)',
    });
    expect(baseModules(undefined, 'backend')).toBeUndefined();
  });

  it('a release without that part has none', async () => {
    expect(baseModules(await loadRelease(root, '24.10'), 'frontend')).toBeUndefined();
    expect(baseModules(await loadRelease(root, '1.2.0-rc2'), 'backend')).toBeUndefined();
  });

  it('of branches become git URLs as pip and npm take them', async () => {
    const fixes = await loadRelease(root, '23.04-fixes');
    const [backend] = effectivePins('backend', baseModules(fixes, 'backend'));
    const [frontend] = effectivePins('frontend', baseModules(fixes, 'frontend'));
    expect(backend?.spec).toMatch(
      /^git\+https:\/\/github\.com\/openimis\/openimis-be-\w+_py\.git@release\/23\.04_with_fixes$/,
    );
    expect(frontend?.spec).toMatch(
      /^git\+https:\/\/github\.com\/openimis\/openimis-fe-\w+_js(\.git)?#release\/23\.04_with_fixes$/,
    );
  });

  it.each([
    ['1.0', '==1.0'],
    ['v1.6.0', '==1.6.0'],
    ['==v1.6.0', '==1.6.0'],
    ['1.2.1rc6', '==1.2.1rc6'],
    ['>=1.0', '>=1.0'],
    ['==1.4.*', '==1.4.*'],
    ['~=1.4', '~=1.4'],
    ['git+https://example.org/a.git@b', 'git+https://example.org/a.git@b'],
    [`odd '" $x`, `odd '" $x`],
  ])('%s of a backend is %s', (value, spec) => {
    expect(effectivePins('backend', undefined, { a: value })[0]?.spec).toBe(spec);
    expect(effectivePins('frontend', undefined, { a: value })[0]?.spec).toBe(value);
  });

  it('removing what is not there is an error', () => {
    const { code, message } = failureOf(() =>
      effectivePins('backend', baseModules(release, 'backend'), { 'openimis-be-croe': null }),
    );
    expect([code, message]).toEqual([
      'WORKSPACE_INVALID',
      'pins.backend removes openimis-be-croe, but release 1.1.0 does not have it',
    ]);
  });
});

describe('pinsHash', () => {
  const pin = fc.record({
    component: fc.constantFrom('frontend' as const, 'backend' as const, 'ibackend' as const),
    package: fc.string({ minLength: 1, maxLength: 5 }),
    spec: fc.string({ maxLength: 5 }),
    origin: fc.constantFrom('release 1.1.0', 'openimis.yaml'),
  });
  const key = ({ component, package: name, spec }: Pin) => JSON.stringify([component, name, spec]);

  it('does not depend on order or origin, and on everything else', () => {
    fc.assert(
      fc.property(fc.uniqueArray(pin, { selector: key, minLength: 1 }), pin, (pins, other) => {
        const hash = pinsHash(pins);
        expect(hash).toMatch(/^[0-9a-f]{16}$/);
        expect(pinsHash([...pins].reverse())).toBe(hash);
        expect(pinsHash(pins.map((one) => ({ ...one, origin: 'x' })))).toBe(hash);
        expect(pinsHash(pins.slice(1))).not.toBe(hash);
        // An extra package is installed, and is no module.
        expect(pinsHash([...pins.slice(1), { ...pins[0]!, extra: true }])).not.toBe(hash);
        fc.pre(!pins.some((one) => key(one) === key(other)));
        expect(pinsHash([other, ...pins.slice(1)])).not.toBe(hash);
      }),
    );
  });
});

describe('names of packages', () => {
  it.each([
    ['openimis-be-api_fhir', 'openimis-be-api-fhir'],
    ['OpenIMIS--be__.x', 'openimis-be-x'],
    ['a', 'a'],
  ])('%s is %s', (name, normal) => expect(normalisePythonName(name)).toBe(normal));

  it('normalising twice changes nothing, and separators and case never matter', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[A-Za-z0-9]{1,5}$/), { minLength: 1, maxLength: 4 }),
        fc.array(fc.stringMatching(/^[-_.]{1,3}$/), { minLength: 4, maxLength: 4 }),
        (parts, gaps) => {
          const name = parts.map((part, n) => (n === 0 ? part : `${gaps[n]!}${part}`)).join('');
          const normal = normalisePythonName(name);
          expect(normal).toBe(parts.join('-').toLowerCase());
          expect(normalisePythonName(normal)).toBe(normal);
          expect(packageKey('ibackend', name.toUpperCase())).toBe(normal);
          expect(packageKey('frontend', name)).toBe(name);
        },
      ),
    );
  });
});
