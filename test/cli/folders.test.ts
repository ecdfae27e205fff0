import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { makeFolders } from '../../src/workspace/store/files.ts';
import { inTemporaryFolder, openimis } from '../support/cli.ts';

const legacy = ['--legacy-ip', '127.0.0.1', '--database-name', 'IMIS', '--database-user', 'u'];

it('a folder that cannot be made ends a command at once: Node never returns from a recursive mkdir below /proc', () =>
  inTemporaryFolder(async (cwd) => {
    const flags = [...legacy, '--gateway-dns', 'new.example.org', '--release', '1.1.0'];
    expect((await openimis(['init', 'test', ...flags], { cwd })).code).toBe(0);
    for (const argv of [
      ['render', 'test', '--output', '/proc/no/such/folder'],
      ['init', 'test', ...flags, '--workspace', '/proc/no/such/folder'],
    ]) {
      const { code, stderr } = await openimis(argv, { cwd, timeout: 15_000 });
      expect([code, stderr]).toEqual([3, expect.stringContaining('WORKSPACE_READ_ONLY')]);
    }
  }));

it('folders are made one above the other, by several at once, and not over a file', () =>
  inTemporaryFolder(async (cwd) => {
    await mkdir(join(cwd, 'a'));
    await Promise.all(Array.from({ length: 8 }, () => makeFolders(join(cwd, 'a/b/c/d'))));
    expect((await stat(join(cwd, 'a/b/c/d'))).isDirectory()).toBe(true);
    await writeFile(join(cwd, 'file'), '');
    await expect(makeFolders(join(cwd, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeFolders(join(cwd, 'file/below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  }));
