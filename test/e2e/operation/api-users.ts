import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { type CliRun, inTemporaryFolder } from '../../support/cli.ts';
import type { Answer } from './ask.ts';

type Box = {
  readonly name: string;
  readonly run: (...argv: readonly string[]) => Promise<CliRun>;
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
};

/** `openimis users` on a server that runs: each change counts at the next request. */
export function apiUserCases({ name, run, get }: Box): void {
  const status = async (user: string, password: string): Promise<number> => {
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    return (await get('/api/core/users/current_user/', { authorization, accept: 'application/json' })).status;
  };

  it('adds, changes and removes, effective at once', async () => {
    await inTemporaryFolder(async (folder) => {
      const file = join(folder, 'password');
      const added = await run('users', 'add', name, 'lab', '--as', 'Admin', '--generate-to', file, '--json');
      expect(added, added.stdout + added.stderr).toMatchObject({ code: 0 });
      expect(JSON.parse(added.stdout)).toMatchObject({ data: { done: true, effective: 'now' } });
      const password = (await readFile(file, 'utf8')).trim();
      expect(added.stdout + added.stderr).not.toContain(password);
      expect(await status('lab', password)).toBe(200);
      expect(await status('lab', 'wrong')).toBe(401);

      const verified = await run('users', 'verify', name, 'lab', '--password-file', file, '--yes', '--json');
      expect(JSON.parse(verified.stdout), verified.stdout).toMatchObject({ ok: true, data: { problems: [] } });

      const narrowed = await run('users', 'change', name, 'lab', '--paths', '/api/api_fhir/');
      expect(narrowed, narrowed.stderr).toMatchObject({ code: 0 });
      expect(await status('lab', password)).toBe(403);

      const removed = await run('users', 'remove', name, 'lab', '--yes');
      expect(removed, removed.stderr).toMatchObject({ code: 0 });
      expect(await status('lab', password)).toBe(401);
      expect((await run('users', 'list', name)).stdout).not.toContain('lab');
    });
  });

  it('refuses what cannot be, and needs a yes to remove', async () => {
    expect(await run('users', 'remove', name, 'lab')).toMatchObject({ code: 2 });
    expect(await run('users', 'add', name, 'lab')).toMatchObject({ code: 2 });
    expect(await run('users', 'add', name, '../lab', '--generate-to', '/nowhere/x')).toMatchObject({ code: 2 });
  });
}
