import { describe, expect, it } from 'vitest';

import { changeGateway, type GatewayScope, planGatewayChange } from '../../src/deployment/change-gateway.ts';
import type { DeploymentContext } from '../../src/deployment/context.ts';
import { noEvents } from '../../src/deployment/events.ts';
import { planDeployment } from '../../src/deployment/plan-deployment.ts';
import type { FakeWorld } from '../support/fake-world.ts';
import { box, changed, contextOn, deployOn, revisionsOn, runningOf, secrets, server, web } from './fixture.ts';

const legacy = { dns: 'imis.example.org', ip: '203.0.113.11', url: 'http://imis.example.org/', tls: 'none' as const };
const elsewhere = { ...server, legacy };
/** More than the gateway reads. */
const otherDatabase = { ...elsewhere, database: { ...server.database, name: 'OTHER' } };
const withUser = { ...secrets, API_USERS: 'ann:$2b$12$hash' };

const change = async (context: DeploymentContext, scope: GatewayScope) =>
  changeGateway(context, await planGatewayChange(context, scope), noEvents);

async function deployed(): Promise<FakeWorld> {
  const world = box();
  await deployOn(contextOn(world));
  return world;
}

const activeVersion = (world: FakeWorld): string =>
  world.volumes.get('openimis-test_gateway')?.files.get('active')?.trim() ?? '';
const htpasswd = (world: FakeWorld): string | undefined =>
  world.volumes.get('openimis-test_gateway-secrets')?.files.get('htpasswd');

describe('a deploy of what only the gateway reads', () => {
  it.each([
    ['another address of the legacy', { server: elsewhere }],
    ['another API user', { secrets: withUser }],
  ])('%s is a reload: no revision, no container made anew', async (_, what) => {
    const world = await deployed();
    const before = activeVersion(world);
    const from = world.log.length;
    const plan = await planDeployment(contextOn(world, what));
    expect(plan).toMatchObject({ kind: 'gateway', serving: 1 });
    expect(plan.steps.map(({ id }) => id)).toEqual(['lock', 'gateway', 'verify']);
    expect(await deployOn(contextOn(world, what))).toMatchObject({ changed: true, revision: 1 });
    expect(activeVersion(world)).not.toBe(before);
    expect(world.log.slice(from)).toEqual([`activate ${activeVersion(world)}`]);
    expect(runningOf(world, 1)).toEqual([...web, 'worker'].sort());
    expect((await planDeployment(contextOn(world, what))).kind).toBe('nothing');
    expect(world.locks.size).toBe(0);
  });

  it('puts the configuration before back when a route does not answer as it should', async () => {
    const world = await deployed();
    const before = activeVersion(world);
    const plan = await planDeployment(contextOn(world, { server: elsewhere }));
    world.statuses.set('/', 502);
    await expect(deployOn(contextOn(world, { server: elsewhere }))).rejects.toMatchObject({ code: 'ROLLED_BACK' });
    expect(plan.kind).toBe('gateway');
    expect(activeVersion(world)).toBe(before);
    expect(world.locks.size).toBe(0);
  });

  it('comes with the revision when there is one to make', async () => {
    const world = await deployed();
    const both = contextOn(world, { server: { ...changed, legacy } });
    expect(await deployOn(both)).toMatchObject({ revision: 2 });
    expect((await planDeployment(both)).kind).toBe('nothing');
  });
});

describe('a change of the gateway alone', () => {
  it('is told before the first deploy, and changes nothing', async () => {
    const world = box();
    expect(await change(contextOn(world, { secrets: withUser }), 'secrets')).toMatchObject({ state: 'not-deployed' });
    expect(world.log).toEqual([]);
  });

  it('of the secrets works with the files that are there, also when other things wait for a deploy', async () => {
    const world = await deployed();
    const files = activeVersion(world).split('-')[0];
    const context = contextOn(world, { server: otherDatabase, secrets: withUser });
    expect(await change(context, 'secrets')).toMatchObject({ state: 'changes' });
    expect(htpasswd(world)).toBe('ann:$2b$12$hash\n');
    expect(activeVersion(world).split('-')[0]).toBe(files);
    expect(world.volumes.get('openimis-test_gateway')?.files.has(`versions/${activeVersion(world)}/nginx.conf`)).toBe(true); // prettier-ignore
    expect(await change(context, 'secrets')).toMatchObject({ state: 'unchanged' });
    expect(world.locks.size).toBe(0);
  });

  it('of the API users leaves keys alone that no deploy has brought yet', async () => {
    const world = await deployed();
    const pending = { ...withUser, IDENTITY_HEADER: 'A'.repeat(64) };
    await change(contextOn(world, { secrets: pending }), 'secrets');
    expect(htpasswd(world)).toBe('ann:$2b$12$hash\n');
    const header = (): string | undefined =>
      world.volumes.get('openimis-test_gateway-secrets')?.files.get('identity-header')?.trim();
    expect(header()).toBe(secrets.IDENTITY_HEADER);
    expect(await deployOn(contextOn(world, { secrets: pending }))).toMatchObject({ revision: 2 });
    expect(header()).toBe('A'.repeat(64));
  });

  it('of the configuration leaves the revisions alone', async () => {
    const world = await deployed();
    expect(await change(contextOn(world, { server: elsewhere }), 'configuration')).toMatchObject({ state: 'changes' });
    expect(revisionsOn(world)).toEqual(['openimis-test-r1']);
    expect((await planDeployment(contextOn(world, { server: elsewhere }))).kind).toBe('nothing');
  });

  it('of the configuration works while an application is broken', async () => {
    const world = await deployed();
    world.remove(world.find('openimis-test-r1-backend-1'));
    expect(await change(contextOn(world, { server: elsewhere }), 'configuration')).toMatchObject({ state: 'changes' });
  });

  it('of the configuration is refused while more than that waits for a deploy', async () => {
    const world = await deployed();
    const before = activeVersion(world);
    const context = contextOn(world, { server: otherDatabase });
    await expect(change(context, 'configuration')).rejects.toMatchObject({ code: 'DEPLOY_PENDING' });
    expect(activeVersion(world)).toBe(before);
  });

  it('that nginx refuses leaves secrets and configuration as they were', async () => {
    const world = await deployed();
    const before = activeVersion(world);
    world.statuses.set('activate', 500);
    await expect(change(contextOn(world, { secrets: withUser }), 'secrets')).rejects.toMatchObject({
      code: 'GATEWAY_REJECTED_CONFIGURATION',
    });
    expect(htpasswd(world)).toBe('');
    expect(activeVersion(world)).toBe(before);
    expect(world.locks.size).toBe(0);
  });

  it('waits for no other run: it is told who holds the lock', async () => {
    const world = await deployed();
    const context = contextOn(world, { server: elsewhere });
    const planned = await planGatewayChange(context, 'configuration');
    world.locks.set('openimis-test-lock', {});
    await expect(changeGateway(context, planned, noEvents)).rejects.toMatchObject({ code: 'RUN_LOCKED' });
  });
});
