import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { emptyLock, withComponent } from '../../src/modules/lock/lock.ts';
import { writeLock } from '../../src/modules/lock/write-lock.ts';
import { lockedBackend } from '../modules/lock/fixture.ts';
import { inTemporaryFolder, openimis } from '../support/cli.ts';

const commit = '8f4e309d32632d2a8924b35cef05a4dc1ab39b5c';
const yaml = `version: 1
servers:
  test:
    legacy: { ip: 127.0.0.1 }
    database: { name: IMIS, user: u }
    gateway: { dns: new.example.org }
    generation: "1.0"
    components: { backend: {} }
    pins:
      backend: { openimis-be-core: "1.0.3", openimis-be-claim: "git+https://git.example.org/openimis-be-claim_py.git@${commit}" }
`;
const one = withComponent(emptyLock, 'test', 'backend', lockedBackend());
const two = withComponent(one, 'qa', 'backend', lockedBackend());

function workspace(use: (versions: Versions, folder: string) => Promise<void>): Promise<void> {
  return inTemporaryFolder(async (folder) => {
    await writeFile(join(folder, 'openimis.yaml'), yaml);
    await use((argv, env = {}) => openimis(['versions', ...argv], { cwd: folder, env }), folder);
  });
}
type Versions = (argv: readonly string[], env?: Readonly<Record<string, string>>) => ReturnType<typeof openimis>;

describe('a lock file', () => {
  it('is compared with a server: exact versions, commits, extra packages apart', () =>
    workspace(async (versions, folder) => {
      await writeFile(join(folder, 'openimis.lock.json'), writeLock(one));
      for (const word of ['openimis.lock.json', './openimis.lock.json@test', '.']) {
        const { code, stdout, stderr } = await versions(['diff', 'test', word, '--exit-code']);
        expect([code, stderr, stdout.split('\n').slice(1)]).toEqual([
          4,
          '',
          [
            'backend   1 upgraded',
            '  ↑ core  1.0.3 → 1.0.4  upgraded (patch)',
            '  extra packages: 1 added',
            '  + pandas  2.2.3  added',
          ],
        ]);
      }
      const { stdout } = await versions(['list', './openimis.lock.json', '--origin']);
      expect(stdout).toMatch(/core +1\.0\.4 +\.\/openimis\.lock\.json: release 1\.1\.0/);
      expect((await versions(['diff', 'openimis.lock.json', 'openimis.lock.json', '--exit-code'])).code).toBe(0);
    }));

  it.each([
    ['./two.json', 2, 'two.json has several servers: say which', './two.json@qa'],
    ['./two.json@tset', 2, 'has no server "tset" (did you mean test?)', './two.json@test'],
    ['./upstream.json@test', 2, 'is no lock file', ''],
    ['./edited.json', 3, 'edited.json:1:17', ''],
    ['./pipe.json', 3, './pipe.json is not a file', 'ls -l ./pipe.json'],
    ['./nothing.json', 3, 'there is no file ./nothing.json', 'name an openimis.json, a lock file'],
    ['./empty/', 3, 'there is no openimis.json and no openimis.lock.json in ./empty/', ''],
    ['test@running2', 2, '"test@running2" is no revision of test', 'test@r7'],
    ['tset@r1', 2, 'there is no server and no release "tset@r1" (did you mean test?)', 'servers: test'],
  ])('%s is refused with what there is', (word, code, words, hint) =>
    workspace(async (versions, folder) => {
      await writeFile(join(folder, 'two.json'), writeLock(two));
      await writeFile(join(folder, 'upstream.json'), '{"modules":[{"name":"core","pip":"openimis-be-core==1"}]}');
      await writeFile(join(folder, 'edited.json'), '{"lockVersion": "x", "servers": {}}');
      await symlink('/dev/null', join(folder, 'pipe.json'));
      await mkdir(join(folder, 'empty'));
      const refused = await versions(['matrix', 'test', word]);
      expect([refused.code, refused.stderr]).toEqual([code, expect.stringContaining(words)]);
      expect(refused.stderr).toContain(hint);
    }),
  );
});

describe('a revision', () => {
  it('is read from the copy on this machine while the engine cannot be reached, and says so', () =>
    workspace(async (versions, folder) => {
      const kept = join(folder, '.openimis/test/r7');
      const pin = (name: string, spec: string) => ({
        component: 'backend',
        package: name,
        spec,
        origin: 'openimis.yaml',
      });
      await mkdir(kept, { recursive: true });
      const pins = [pin('openimis-be-core', '==1.0.4'), { ...pin('requests', '==2.0'), extra: true }];
      await writeFile(join(kept, 'pins.json'), JSON.stringify({ schema: 1, pins }));
      const nowhere = { DOCKER_HOST: 'tcp://127.0.0.1:1' };
      const { code, stdout, stderr } = await versions(['diff', 'test@r7', 'test'], nowhere);
      expect([code, stderr, stdout.split('\n').slice(0, 2)]).toEqual([
        0,
        '',
        ['test@r7 (copy on this machine) → test', 'backend   1 downgraded, 1 added'],
      ]);
      expect(stdout).toContain('  extra packages: 1 removed\n  - requests  2.0  removed');
      const unknown = await versions(['diff', 'test@r8', 'test'], nowhere);
      expect([unknown.code, unknown.stderr]).toEqual([5, expect.stringContaining('ENGINE_')]);
    }));
});
