import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { assemblyFiles, filesHash, readAssembly, requireSame } from '../../src/images/assembly.ts';
import { inTemporaryFolder } from '../support/cli.ts';
import { failureOf, rejectionOf } from '../workspace/failure-of.ts';

describe('where an assembly comes from', () => {
  it.each([
    ['https://git.example.org/be.git@v1.1.0', { kind: 'git', url: 'https://git.example.org/be.git', ref: 'v1.1.0' }],
    ['https://git.example.org/be', { kind: 'git', url: 'https://git.example.org/be' }],
    ['git+ssh://git@host:22/be.git@a/b', { kind: 'git', url: 'ssh://git@host:22/be.git', ref: 'a/b' }],
    ['https://host/be-1.0.tar.gz', { kind: 'archive', archive: 'https://host/be-1.0.tar.gz' }],
  ])('%s', async (text, expected) => {
    expect(await readAssembly(text, '/')).toEqual(expected);
  });

  it('is a folder or an archive beside openimis.yaml', async () => {
    await inTemporaryFolder(async (folder) => {
      await mkdir(join(folder, 'be'));
      await writeFile(join(folder, 'be.zip'), 'x');
      await writeFile(join(folder, 'be.txt'), 'x');
      expect(await readAssembly('./be', folder)).toMatchObject({ kind: 'folder', written: './be' });
      expect(await readAssembly('be.zip', folder)).toMatchObject({ kind: 'archive', written: 'be.zip' });
      expect((await rejectionOf(readAssembly('be.txt', folder))).message).toContain('neither a folder nor an archive');
      expect((await rejectionOf(readAssembly('gone', folder))).message).toContain('is not there');
    });
  });
});

describe('a local assembly', () => {
  it('is its files without what may hold secrets, and its hash is over their content, names and modes', async () => {
    await inTemporaryFolder(async (folder) => {
      for (const path of ['.git', 'openIMIS/__pycache__']) await mkdir(join(folder, path), { recursive: true });
      for (const path of ['.git/config', '.env', 'openIMIS/__pycache__/a.pyc', 'openIMIS/manage.py', 'b'])
        await writeFile(join(folder, path), 'x');
      await symlink('b', join(folder, 'link'));
      const source = { kind: 'folder', folder, written: './be' } as const;
      const files = await assemblyFiles(source, 'in');
      expect(files.map(({ path }) => path)).toEqual(['in/b', 'in/link', 'in/openIMIS/manage.py']);
      const locked = { path: './be', hash: filesHash(files) };
      expect(() => requireSame(locked, files)).not.toThrow();
      await chmod(join(folder, 'b'), 0o755);
      const changed = await assemblyFiles(source, 'in');
      expect(failureOf(() => requireSame(locked, changed)).code).toBe('LOCK_STALE');
      await symlink('/etc/hostname', join(folder, 'out'));
      expect((await rejectionOf(assemblyFiles(source, 'in'))).message).toContain('leads out of it: out');
    });
  });
});
