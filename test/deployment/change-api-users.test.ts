import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { changeApiUsers, planApiUsers, type Reporter } from '../../src/deployment/change-api-users.ts';
import type { DeploymentContext } from '../../src/deployment/context.ts';
import { noEvents } from '../../src/deployment/events.ts';
import type { ApiUsers } from '../../src/workspace/api-users.ts';
import type { Secrets } from '../../src/workspace/server.ts';
import { readSecrets, writeSecrets } from '../../src/workspace/store/secrets-store.ts';
import type { FakeWorld } from '../support/fake-world.ts';
import { box, contextOn, deployOn, secrets } from './fixture.ts';

const hash = `$2b$12$${'a'.repeat(53)}`;
const add =
  (name: string) =>
  (now: ApiUsers): ApiUsers => ({ ...now, users: [...now.users, { name, hash, as: name }] });
const report: Reporter = (_, work) => work(noEvents);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openimis-api-users-'));
  await writeSecrets(folder, 'test', secrets);
});
afterEach(() => rm(folder, { recursive: true }));

const context = (world: FakeWorld, with_: Secrets = secrets): DeploymentContext =>
  contextOn(world, { secrets: with_, workspace: { id: 'workspace-1', folder } });
const htpasswd = (world: FakeWorld): string | undefined =>
  world.volumes.get('openimis-test_gateway-secrets')?.files.get('htpasswd');

async function deployed(): Promise<FakeWorld> {
  const world = box();
  await deployOn(context(world));
  return world;
}

describe('a change of API users', () => {
  it('reaches the file and the running gateway', async () => {
    const world = await deployed();
    expect(await changeApiUsers(context(world), add('ann'), report)).toMatchObject({ state: 'changes' });
    expect((await readSecrets(folder, 'test')).API_USERS).toBe(`ann:${hash}`);
    expect(htpasswd(world)).toBe(`ann:${hash}\n`);
  });

  it('before the first deploy waits for it, and makes the secrets up that the deploy needs', async () => {
    await rm(join(folder, 'secrets/test.env'));
    expect(await changeApiUsers(context(box(), {}), add('ann'), report)).toMatchObject({ state: 'not-deployed' });
    const made = await readSecrets(folder, 'test');
    expect(made.API_USERS).toBe(`ann:${hash}`);
    expect(made.IDENTITY_HEADER).toMatch(/^[0-9A-F]{64}$/);
  });

  it('starts from what the file says at that moment, not from what was read before', async () => {
    const world = await deployed();
    const mine = context(world);
    await changeApiUsers(context(world), add('bob'), report);
    await changeApiUsers(mine, add('ann'), report);
    expect(htpasswd(world)).toBe(`bob:${hash}\nann:${hash}\n`);
  });

  it('that the gateway refuses leaves the file as it was', async () => {
    const world = await deployed();
    await changeApiUsers(context(world), add('bob'), report);
    const before = await readFile(join(folder, 'secrets/test.env'), 'utf8');
    world.statuses.set('activate', 500);
    await expect(changeApiUsers(context(world), add('ann'), report)).rejects.toMatchObject({
      code: 'GATEWAY_REJECTED_CONFIGURATION',
    });
    expect(await readFile(join(folder, 'secrets/test.env'), 'utf8')).toBe(before);
    expect(htpasswd(world)).toBe(`bob:${hash}\n`);
  });

  it('while another run changes the server leaves the file as it was', async () => {
    const world = await deployed();
    world.locks.set('openimis-test-lock', {});
    await expect(changeApiUsers(context(world), add('ann'), report)).rejects.toMatchObject({ code: 'RUN_LOCKED' });
    expect((await readSecrets(folder, 'test')).API_USERS ?? '').toBe('');
  });

  it('by somebody who has not got the secrets of a running server is refused before anything is made up', async () => {
    const world = await deployed();
    await rm(join(folder, 'secrets'), { recursive: true });
    const error: unknown = await changeApiUsers(context(world, {}), add('ann'), report).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'SECRET_MISSING', hints: [expect.stringContaining('colleague')] });
    expect(await readSecrets(folder, 'test')).toEqual({});
  });

  it('only planned changes nothing', async () => {
    const world = await deployed();
    expect(await planApiUsers(context(world), add('ann'))).toMatchObject({ state: 'changes' });
    expect((await readSecrets(folder, 'test')).API_USERS).toBeUndefined();
    expect(htpasswd(world)).toBe('');
  });
});
