import { describe, expect, it } from 'vitest';

import { driftOf } from '../../../src/modules/lock/drift.ts';
import type { LockedPackage } from '../../../src/modules/lock/lock.ts';

const commit = '8f4e309d32632d2a8924b35cef05a4dc1ab39b5c';
const index = { source: { index: 'https://registry.example.org/' }, hashes: ['sha512-AA=='] };
const npm = (path: string, version: string, fields: LockedPackage['npm'] = {}): LockedPackage => ({
  ...{ name: path.slice(path.lastIndexOf('node_modules/') + 13), version, path, npm: fields },
  ...index,
});

describe('drift from a lock', () => {
  it('is nothing when every version is there, whatever the order and the places', () => {
    const packages = [npm('node_modules/a', '1.0.0'), npm('node_modules/b/node_modules/a', '2.0.0')];
    const installed = [
      { name: 'a', version: '2.0.0' },
      { name: 'a', version: '1.0.0' },
      { name: 'a', version: '1.0.0' },
    ];
    expect(driftOf('frontend', { packages }, installed)).toEqual([]);
    expect(driftOf('frontend', { packages }, installed.slice(1))).toEqual([
      { package: 'a', locked: '1.0.0, 2.0.0', running: '1.0.0' },
    ]);
  });

  it('names what is other, missing or more; Python names are normalised', () => {
    const packages = [
      { name: 'openimis-be-core', version: '1.0.4', ...index },
      { name: 'Django', version: '2.1.14', ...index },
      { name: 'gone', version: '1', ...index },
    ];
    const installed = [
      { name: 'openimis_be.core', version: '1.0.5' },
      { name: 'django', version: '2.1.14' },
      { name: 'pandas', version: '2.2.3' },
    ];
    expect(driftOf('backend', { packages }, installed)).toEqual([
      { package: 'gone', locked: '1' },
      { package: 'openimis-be-core', locked: '1.0.4', running: '1.0.5' },
      { package: 'pandas', running: '2.2.3' },
    ]);
  });

  it('compares commits where the container knows them', () => {
    const packages = [{ name: 'm', version: '1', source: { git: 'https://x/m.git', commit }, hashes: [] }];
    expect(driftOf('backend', { packages }, [{ name: 'm', version: '1' }])).toEqual([]);
    expect(driftOf('backend', { packages }, [{ name: 'm', version: '1', commit: 'a'.repeat(40) }])).toEqual([
      { package: 'm', locked: '1 (8f4e309d3263)', running: '1 (aaaaaaaaaaaa)' },
    ]);
  });

  it('does not miss what is for another system, nor what only builds a module', () => {
    const packages = [
      npm('node_modules/fsevents', '2.3.3', { optional: true, os: ['darwin'] }),
      npm('build/node_modules/rollup', '2.79.1'),
    ];
    expect(driftOf('frontend', { packages }, [])).toEqual([]);
  });
});
