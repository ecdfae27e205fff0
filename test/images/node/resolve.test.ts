import { describe, expect, it } from 'vitest';

import { node } from '../../../src/images/node/node.ts';
import { allowedScripts, requireSameFiles, scriptsOf } from '../../../src/images/node/resolve.ts';
import type { LockedComponent, LockedPackage } from '../../../src/modules/lock/lock.ts';
import { lockedBackend } from '../../modules/lock/fixture.ts';

const one = (name: string, hash: string, npm: LockedPackage['npm'] = {}): LockedPackage => ({
  ...{ name, version: '1.0.0', path: `node_modules/${name}`, hashes: [`sha512-${hash}`], npm },
  ...{ source: { index: 'https://registry.npmjs.org/' }, file: `https://registry.npmjs.org/${name}/-/x.tgz` },
});
const frontend = (packages: readonly LockedPackage[]): LockedComponent => ({ ...lockedBackend(), packages });

describe('a lock of npm packages', () => {
  it('refuses another file for a version, unless that package was asked for by name', () => {
    const before = frontend([one('a', 'AA=='), one('b', 'BB==')]);
    const now = [one('a', 'AA=='), one('b', 'CC==')];
    expect(() => requireSameFiles(now, before, [])).toThrow(/b 1\.0\.0 is another file[^]*sha512-BB==[^]*sha512-CC==/);
    expect(() => requireSameFiles(now, before, 'all')).toThrow(/--upgrade b|another file/);
    expect(() => requireSameFiles(now, before, ['b'])).not.toThrow();
    expect(() => requireSameFiles(now, undefined, [])).not.toThrow();
  });

  it('knows whose scripts would run', () => {
    const script = { hasInstallScript: true };
    expect(scriptsOf([one('b', 'AA==', script), one('a', 'AA==', script), one('b', 'BB==', script), one('c', 'AA==')])).toEqual(['a', 'b']); // prettier-ignore
  });

  it('keeps what was allowed, takes what is allowed now, and refuses a name that has no script', () => {
    const packages = [one('a', 'AA==', { hasInstallScript: true }), one('b', 'BB==', { hasInstallScript: true }), one('c', 'CC==')]; // prettier-ignore
    expect(allowedScripts(packages, ['b', 'gone'], [])).toEqual(['b']);
    expect(allowedScripts(packages, ['b'], ['a'])).toEqual(['a', 'b']);
    expect(() => allowedScripts(packages, [], ['c'])).toThrow(/no package "c" with an install script/);
  });

  it('estimates from what the registry says, and with the average where it says nothing', () => {
    const known = node.estimate(frontend([one('a', 'AA==', { unpackedSize: 1_000_000 })]));
    expect(known).toEqual({ packages: 1, download: 118_943, disk: 1_118_943, unknown: 0 });
    const both = node.estimate(frontend([one('a', 'AA==', { unpackedSize: 1_000_000 }), one('b', 'BB==')]));
    expect(both).toMatchObject({ packages: 2, unknown: 1 });
    expect(both.download).toBeGreaterThan(known.download);
  });
});

describe('what a container has', () => {
  const list = JSON.stringify([{ name: 'a', version: '1.0.0', other: 1 }]);
  it('is asked of our list, else of node_modules', async () => {
    const asked: string[] = [];
    const installed = await node.installed((argv) => {
      asked.push(argv[0]!);
      return Promise.resolve(argv[0] === 'node' ? { code: 0, stdout: list, stderr: '' } : { code: 1, stdout: '', stderr: '' }); // prettier-ignore
    });
    expect(installed).toEqual([{ name: 'a', version: '1.0.0' }]);
    expect(asked).toEqual(['cat', 'node']);
  });

  it.each(['', '{}', '[{"name":"\\u001b","version":"1"}]', '[{"name":"a"}]'])('is nothing that reads %j', async (stdout) => {
    expect(await node.installed(() => Promise.resolve({ code: 0, stdout, stderr: '' }))).toEqual([]);
  }); // prettier-ignore
});
