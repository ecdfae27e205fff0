import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { execa } from 'execa';
import { describe, expect, it } from 'vitest';

import { inTemporaryFolder, openimis, packageFolder } from '../support/cli.ts';

const yaml = `version: 1
servers:
  test: { generation: "1.0", components: { backend: {} }, pins: { backend: { openimis-be-core: "1.0" } } } # mine
`;

function workspace(use: (folder: string, read: () => Promise<string>) => Promise<void>): Promise<void> {
  return inTemporaryFolder(async (folder) => {
    const file = join(folder, 'openimis.yaml');
    await writeFile(file, yaml);
    await use(folder, () => readFile(file, 'utf8'));
  });
}

describe('nothing is half written', () => {
  it('by an import that Ctrl-C ends while git waits for a server that says nothing', () =>
    workspace(async (folder, read) => {
      await mkdir(join(folder, 'tmp'));
      const silent = createServer().listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const { port } = silent.address() as { port: number };
      const asked = once(silent, 'connection');
      const argv = ['versions', 'import', 'test', `git://127.0.0.1:${port}/a.git@v1`];
      const running = execa(process.execPath, [join(packageFolder, 'bin/run.js'), ...argv], {
        cwd: folder,
        env: { TMPDIR: join(folder, 'tmp'), NO_COLOR: '1' },
        reject: false,
        stdin: 'ignore',
      });
      const [socket] = (await asked) as [{ destroy: () => void }];
      running.kill('SIGINT');
      const { exitCode, stderr } = await running;
      socket.destroy();
      silent.close();
      expect([exitCode, stderr]).toEqual([130, expect.stringContaining('Error interrupted')]);
      expect(await read()).toBe(yaml);
      expect(await readdir(folder)).toEqual(['openimis.yaml', 'tmp']);
      expect((await readdir(join(folder, 'tmp'))).filter((name) => name.startsWith('openimis'))).toEqual([]);
    }));

  it('when the folder for what pins do not say cannot be made', () =>
    workspace(async (folder, read) => {
      await writeFile(join(folder, 'imported'), 'a file of theirs');
      await writeFile(
        join(folder, 'openimis.json'),
        '{"x": 1, "modules": [{"name": "core", "pip": "openimis-be-core==2.0"}]}',
      );
      const { code, stderr } = await openimis(['versions', 'import', 'test', './openimis.json'], { cwd: folder });
      expect([code, stderr]).toEqual([3, expect.stringContaining('imported/test is not a folder')]);
      expect(await read()).toBe(yaml);
      expect(await readFile(join(folder, 'imported'), 'utf8')).toBe('a file of theirs');
    }));

  it.each([
    ['pin', 'test', 'core=1.1', 'nothing_such=2'],
    ['pin', 'test', 'backend:core=1.1', 'backend:claim=no version'],
    ['unpin', 'test', 'core', 'claim'],
  ])('when one of several words is wrong: %s %s %s %s', (...argv) =>
    workspace(async (folder, read) => {
      const { code, stdout } = await openimis(['versions', ...argv], { cwd: folder });
      expect([code, stdout]).toEqual([2, '']);
      expect(await read()).toBe(yaml);
    }),
  );

  it('by a name that is too long for a file', () =>
    workspace(async (folder) => {
      const argv = ['versions', 'diff', 'test', `./${'x'.repeat(5000)}.json`];
      const { code, stderr } = await openimis(argv, { cwd: folder });
      expect([code, stderr]).toEqual([3, expect.stringContaining('is longer than a name of a file can be')]);
    }));

  it('and what comes through a pipe is named, not waited for', () =>
    workspace(async (folder, read) => {
      const argv = ['versions', 'import', 'test', '/dev/stdin', '--json'];
      const { code, stdout } = await openimis(argv, { cwd: folder, input: '{"modules": []}', timeout: 10_000 });
      expect([code, JSON.parse(stdout)]).toMatchObject([3, { ok: false, error: { code: 'PINS_UNREADABLE' } }]);
      expect(await read()).toBe(yaml);
    }));
});
