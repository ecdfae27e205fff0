import type { LockedComponent, LockedPackage } from '../../../src/modules/lock/lock.ts';
import { sealed } from '../../../src/modules/lock/write-lock.ts';

const index = 'https://pypi.org/simple/';

export function hash(digit: string): string {
  return `sha256:${digit.repeat(64)}`;
}

export function wheel(name: string, version: string, digit: string, size?: number): LockedPackage {
  const file = `https://files.example.org/${name}-${version}-py3-none-any.whl`;
  return { name, version, source: { index }, hashes: [hash(digit)], file, ...(size === undefined ? {} : { size }) };
}

/** A small locked backend: a module from PyPI, one from git, an extra package, something to build with. */
export function lockedBackend(change: Partial<LockedComponent> = {}): LockedComponent {
  const commit = '8f4e309d32632d2a8924b35cef05a4dc1ab39b5c';
  const git = 'https://git.example.org/openimis-be-claim_py.git';
  return sealed({
    input: hash('1'),
    lockedAt: '2026-11-25',
    assembly: { git: 'https://git.example.org/openimis-be_py.git', ref: 'v1.1.0', commit },
    runtime: { python: '3.11', platform: 'linux/amd64', base: 'debian:bookworm' },
    modules: [
      { name: 'core', package: 'openimis-be-core', version: '1.0.4', origin: 'release 1.1.0', asked: '==1.0.4' },
      { name: 'claim', package: 'openimis-be-claim', version: '0.0.16', commit, origin: 'openimis.yaml', asked: `git+${git}@develop` }, // prettier-ignore
    ],
    extra: [{ name: 'pandas', package: 'pandas', version: '2.2.3', origin: 'openimis.yaml', asked: '>=2' }],
    packages: [
      wheel('pandas', '2.2.3', 'a', 2000),
      wheel('openimis-be-core', '1.0.4', 'b', 1000),
      { name: 'openimis-be-claim', version: '0.0.16', source: { git, ref: 'develop', commit }, hashes: [] },
    ],
    build: [wheel('setuptools', '79.0.1', 'c')],
    ...change,
  });
}
