import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { localCopy } from '../../src/deployment/local-copy.ts';
import { box, contextOn, deployOn } from './fixture.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-copy-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('keeps the files of a revision below .openimis, for the operator only', async () => {
  await deployOn(contextOn(box(), { localCopy: localCopy(folder) }));
  const file = join(folder, '.openimis/test/r1/outcome.json');
  expect(await readFile(file, 'utf8')).toContain('"serving"');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

it('never leaves its folder, whatever an engine says', async () => {
  const copy = localCopy(folder);
  for (const path of ['../../evil', '/etc/evil', 'r1/../../../evil'])
    await expect(copy.write('test', [{ path, content: '' }])).rejects.toThrow(/not a path of a revision/);
});

it('that cannot be written does not stop a deploy, which says so', async () => {
  await writeFile(join(folder, '.openimis'), 'a file where the folder should be');
  const outcome = await deployOn(contextOn(box(), { localCopy: localCopy(folder) }));
  expect(outcome).toMatchObject({ revision: 1, changed: true });
  expect(outcome.notes.join()).toContain('there is no copy of r1 in the workspace');
});
