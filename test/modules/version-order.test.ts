import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { moduleRepositories, tagsOfVersion } from '../../src/modules/module-repository.ts';
import { areDisjoint } from '../../src/modules/compatibility/ranges.ts';
import { inRange, nearestVersions, newest } from '../../src/modules/version-order.ts';

describe('the nearest versions', () => {
  it.each([
    ['frontend', ['1.1.3', '1.4.1', '1.9.0', '1.11.0'], '0.0.15', ['1.1.3', '1.11.0']],
    ['frontend', ['1.1.3', '1.4.1', '1.9.0', '1.11.0'], '1.5.0', ['1.1.3', '1.4.1', '1.9.0', '1.11.0']],
    ['backend', ['0.0.1', '1.2.0', '1.2.1rc6', '1.2.1.1'], '1.2.1', ['1.2.0', '1.2.1rc6', '1.2.1.1']],
    ['backend', ['1.0', '2.0rc1'], '9', ['1.0', '2.0rc1']],
    ['backend', [], '9', []],
  ] as const)('%s %j: %s is near to %j', (component, versions, wanted, near) => {
    expect(nearestVersions(component, versions, wanted)).toEqual(near);
  });

  it('the newest is no pre-release, unless there is nothing else or it is wanted', () => {
    expect(newest('backend', ['1.0', '2.0rc1'])).toBe('1.0');
    expect(newest('backend', ['1.0', '2.0rc1'], true)).toBe('2.0rc1');
    expect(newest('frontend', ['1.4.0-rc1', '1.4.0-rc10'])).toBe('1.4.0-rc10');
    expect(newest('frontend', [])).toBeUndefined();
  });

  it('a range that nobody can read holds nothing', () => {
    expect([inRange('backend', '1.0', '>=nonsense'), inRange('frontend', '1.0.0', 'nonsense')]).toEqual([false, false]);
  });
});

describe("a module's repository", () => {
  it.each([
    ['backend', 'openimis-be-claim-batch', ['openimis-be-claim_batch_py']],
    ['ibackend', 'openimis-be-core', ['openimis-be-core_py']],
    [
      'backend',
      'openimis-be-calcrule-third-party-payment',
      ['openimis-be-calcrule-third_party_payment_py', 'openimis-be-calcrule_third_party_payment_py'],
    ],
    ['frontend', '@openimis/fe-medical_pricelist', ['openimis-fe-medical_pricelist_js']],
    ['frontend', '@healthpay/fe-core', []],
    ['backend', 'requests', []],
  ] as const)('%s %s', (component, name, repositories) => {
    expect(moduleRepositories(component, name)).toEqual(
      repositories.map((one) => `https://github.com/openimis/${one}.git`),
    );
  });

  it('has tags of a version in several spellings', () => {
    const tags = ['1.3.2', 'v1.3.2', 'v1.4.0-rc1', 'v1.4.0rc1', 'develop', 'v1.4.0'];
    expect(tagsOfVersion('backend', tags, '1.3.2')).toEqual(['v1.3.2', '1.3.2']);
    expect(tagsOfVersion('backend', tags, '1.4.0rc1')).toEqual(['v1.4.0-rc1', 'v1.4.0rc1']);
    expect(tagsOfVersion('frontend', tags, '1.4.0-rc1')).toEqual(['v1.4.0-rc1', 'v1.4.0rc1']);
    expect(tagsOfVersion('frontend', tags, '1.4.0-rc.1')).toEqual(['v1.4.0-rc1', 'v1.4.0rc1']);
    expect(tagsOfVersion('frontend', tags, '9.0.0')).toEqual([]);
  });
});

const number = fc.nat(4);
const version = fc.array(number, { minLength: 1, maxLength: 3 }).map((numbers) => numbers.join('.'));
const part = fc
  .tuple(fc.constantFrom('==', '!=', '<', '<=', '>', '>='), version)
  .map(([operator, text]) => `${operator}${text}`);
const wild = version.map((text) => `==${text}.*`);
const about = fc.tuple(number, number).map(([a, b]) => `~=${a}.${b}`);
const range = fc.array(fc.oneof(part, wild, about), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(','));

describe('two ranges', () => {
  it.each([
    ['backend', '==2.1.14', '>=3', true],
    ['backend', '>=2,<3', '~=2.1', false],
    ['backend', '==1.4.*', '<1.4', true],
    ['backend', '>1.0,<2', '!=1.5,<1.0.1', false],
    ['backend', '*', '==1', false],
    ['backend', '==nonsense', '==1', false],
    ['frontend', '^16.8.0', '^17.0.2', true],
    ['frontend', '>=16', '^17.0.2', false],
    ['frontend', 'git+https://x', '^17', false],
  ] as const)('%s: %s and %s', (component, a, b, disjoint) => {
    expect([areDisjoint(component, a, b), areDisjoint(component, b, a)]).toEqual([disjoint, disjoint]);
  });

  it('are never called disjoint when a version is in both', () => {
    fc.assert(
      fc.property(range, range, fc.array(version, { minLength: 60, maxLength: 60 }), (a, b, versions) => {
        const common = versions.find((one) => inRange('backend', one, a) && inRange('backend', one, b));
        if (common !== undefined) expect(areDisjoint('backend', a, b)).toBe(false);
      }),
    );
  });
});
