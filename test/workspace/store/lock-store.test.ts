import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { emptyLock, withComponent } from '../../../src/modules/lock/lock.ts';
import { readLock, saveLock } from '../../../src/workspace/store/lock-store.ts';
import { lockedBackend } from '../../modules/lock/fixture.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openimis-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('reads what it wrote, and a folder without a lock as an empty one', async () => {
  const stored = await readLock(folder);
  expect(stored).toMatchObject({ lock: emptyLock, text: undefined });
  const lock = withComponent(emptyLock, 'test', 'backend', lockedBackend());
  await saveLock(stored, lock);
  expect((await readLock(folder)).lock).toEqual(lock);
});

it('does not write over what somebody wrote meanwhile', async () => {
  const stored = await readLock(folder);
  await writeFile(join(folder, 'openimis.lock.json'), '{}');
  await expect(saveLock(stored, withComponent(emptyLock, 'a', 'backend', lockedBackend()))).rejects.toMatchObject({
    code: 'WORKSPACE_CHANGED',
  });
  expect(await readFile(join(folder, 'openimis.lock.json'), 'utf8')).toBe('{}');
});
