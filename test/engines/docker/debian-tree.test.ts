import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rm, symlink } from 'node:fs/promises';

import { afterAll, describe, expect, it } from 'vitest';

import { otherMaker, removeStale } from '../../../src/engines/docker/debian-tree.ts';

const nobody = 65_534;
const stale = '/var/tmp/openimis-base-4194999-1-';
const made: string[] = [];

/** Only root can give a folder away; the base is made by root alone. */
async function folder(path: string, uid: number): Promise<string> {
  made.push(path);
  await mkdir(path, { recursive: true });
  await chown(path, uid, uid);
  return path;
}

afterAll(async () => {
  for (const path of made) await rm(path, { recursive: true, force: true });
});

describe('work folders of killed runs in /var/tmp', () => {
  it('are removed when they are ours, and left alone when another user made them', async () => {
    const mine = await folder(`${stale}mine`, 0);
    const theirs = await folder(`${stale}theirs`, nobody);
    const link = `${stale}link`;
    made.push(link);
    await symlink('/etc', link);
    await removeStale();
    expect([existsSync(mine), existsSync(theirs), existsSync(link)]).toEqual([false, true, true]);
  });

  it('of another user make nobody wait, even with the name of a living process', async () => {
    const stat = await readFile('/proc/1/stat', 'utf8');
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const path = await folder(`/var/tmp/openimis-base-1-${start}-x`, nobody);
    const others = await otherMaker();
    await chown(path, 0, 0);
    expect([others, await otherMaker()]).toEqual([false, true]);
  });
});
