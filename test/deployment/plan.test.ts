import { describe, expect, it } from 'vitest';

import type { DeploymentContext } from '../../src/deployment/context.ts';
import { planDeployment } from '../../src/deployment/plan-deployment.ts';
import { deploy } from '../../src/deployment/deploy.ts';
import { noEvents } from '../../src/deployment/events.ts';
import { requireMigrated } from '../../src/legacy/database.ts';
import { box, changed, contextOn, deployOn, secrets, server } from './fixture.ts';

type Changes = Partial<Omit<DeploymentContext, 'engine'>>;

describe('the plan', () => {
  it('says what changes before anything does, and holds no secret', async () => {
    const world = box();
    const context = contextOn(world);
    const plan = await planDeployment(context);
    expect(plan.steps.map(({ id }) => id)).toEqual([
      'images',
      'lock',
      'legacy',
      'base',
      'start',
      'once',
      'test',
      'switch',
      'worker',
      'verify',
      'finish',
    ]);
    expect(plan.notes.join('\n')).toMatch(/the networks of test take \d+\.\d+\.\d+\.0\/24/);
    expect(plan.notes.join('\n')).toContain('ports 80 and 443 of every interface');
    expect(plan.notes.join('\n')).toContain('only read by this deploy; no migration is run');
    expect(plan.notes.join('\n')).toContain('writes a row and deletes it again');
    expect(plan.steps.find(({ id }) => id === 'images')?.detail).toContain('backend be:1');
    expect(world.log).toEqual([]);
    expect([...world.containers, ...world.volumes, ...world.networks]).toEqual([]);
    for (const value of Object.values(secrets)) expect(JSON.stringify(plan)).not.toContain(value);
  });

  it('says that nobody here knows the name of the legacy, which its address makes unneeded', async () => {
    const context = contextOn(box());
    const known = (await planDeployment(context)).notes.join();
    const probes = { ...context.probes, resolves: (name: string) => Promise.resolve(name !== 'imis.example.org') };
    const unknown = (await planDeployment({ ...context, probes })).notes.join();
    expect(known).not.toContain('does not know the name');
    expect(unknown).toContain('this machine does not know the name imis.example.org (legacy.dns)');
  });

  it('has no health page before 1.1 and says nothing of one', async () => {
    const old: Changes = { server: { ...server, release: '1.0.0', generation: '1.0' } };
    const plan = await planDeployment(contextOn(box(), old));
    expect(plan.steps.map(({ id }) => id)).not.toContain('once');
    expect(JSON.stringify(plan)).not.toContain('/ht/');
  });

  it('says that 127.0.0.1 is this box', async () => {
    const here = { ip: '127.0.0.1', url: 'http://127.0.0.1:8081/' };
    const plan = await planDeployment(contextOn(box(), { server: { ...server, legacy: here } }));
    expect(plan.notes.join('\n')).toContain('127.0.0.1 means this very box');
  });

  it('warns of a box that is too small', async () => {
    const context = contextOn(box());
    const info = await context.engine.info();
    Object.assign(context.engine, { info: () => Promise.resolve({ ...info, memory: 2 * 1024 ** 3 }) });
    expect((await planDeployment(context)).warnings.join()).toMatch(/may use up to \d\.\d GB, the box has 2\.0 GB/);
  });

  it('is refused when the server changed after it was shown', async () => {
    const world = box();
    const context = contextOn(world);
    const plan = await planDeployment(context);
    await deployOn(contextOn(world, { server: changed }));
    await expect(deploy(context, plan, noEvents)).rejects.toMatchObject({
      code: 'RUN_LOCKED',
      message: expect.stringContaining('r1 serves now') as string,
    });
    expect(world.locks.size).toBe(0);
  });
});

describe('found before anything starts', () => {
  const fails = (changes: Changes, code: string, text: RegExp): [Changes, string, RegExp] => [changes, code, text];
  it.each([
    fails({ server: { ...server, components: { backend: {} } } }, 'IMAGE_MISSING', /no image for backend/),
    fails(
      { server: { ...server, components: { backend: { image: 'no:such' } } } },
      'IMAGE_MISSING',
      /backend: no:such/,
    ),
    fails({ server: { ...server, subnet: '192.168.1.0/24' } }, 'SUBNET_TAKEN', /a route of the box/),
    fails({ server: { ...server, subnet: '203.0.113.0/24' } }, 'SUBNET_TAKEN', /meets the legacy/),
    fails({ secrets: { ...secrets, DATABASE_PASSWORD: '' } }, 'SECRET_MISSING', /DATABASE_PASSWORD/),
  ])('%#', async (changes, code, text) => {
    const world = box();
    await expect(planDeployment(contextOn(world, changes))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(text) as string,
    });
    expect(world.log).toEqual([]);
  });

  it('a port that somebody else listens on, with its owner', async () => {
    const world = box();
    world.listeners.push({ port: 443, address: '0.0.0.0', owner: 'process apache2 (pid 812)' });
    await expect(planDeployment(contextOn(world))).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: 'port 443 is used by process apache2 (pid 812)',
    });
  });

  it('not a port of another address', async () => {
    const world = box();
    world.listeners.push({ port: 443, address: '127.0.0.1', owner: 'process apache2' });
    const elsewhere = { ...server, gateway: { ...server.gateway, address: '10.0.0.5' } };
    expect((await planDeployment(contextOn(world, { server: elsewhere }))).kind).toBe('deploy');
  });

  it('the ports of another server', async () => {
    const world = box();
    await deployOn(contextOn(world));
    const qa = { ...server, name: 'qa', gateway: { ...server.gateway, dns: 'qa.example.org' } };
    await expect(planDeployment(contextOn(world, { server: qa }))).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: expect.stringContaining('openimis-test-gateway-1') as string,
    });
  });

  it('a second server of the same name in the browser', async () => {
    const world = box();
    await deployOn(contextOn(world));
    const qa = { ...server, name: 'qa', gateway: { ...server.gateway, http: 81, https: 444 } };
    await expect(planDeployment(contextOn(world, { server: qa }))).rejects.toMatchObject({
      code: 'NAME_TAKEN',
      message: expect.stringContaining('new.example.org') as string,
    });
  });

  it('a server of another workspace', async () => {
    const world = box();
    await deployOn(contextOn(world));
    const other = { workspace: { id: 'workspace-2', folder: '/x' } };
    await expect(planDeployment(contextOn(world, other))).rejects.toMatchObject({ code: 'FOREIGN_WORKSPACE' });
  });

  it('something of our name that is not ours', async () => {
    const world = box();
    world.volumes.set('openimis-test_state', { labels: {}, files: new Map() });
    await expect(planDeployment(contextOn(world))).rejects.toMatchObject({
      code: 'NAME_TAKEN',
      message: expect.stringContaining('volume openimis-test_state') as string,
    });
  });

  it('a database without the tables', async () => {
    const probe = { legacy: true, modular: false, legacyVersion: '1.3.0', encrypted: true, serverVersion: '15' };
    const context = contextOn(box());
    const probes = { ...context.probes, database: () => Promise.resolve(probe) };
    await expect(planDeployment(contextOn(box(), { probes }))).rejects.toMatchObject({
      code: 'LEGACY_DATABASE_NOT_MIGRATED',
      message: expect.stringContaining('openIMIS 1.3.0') as string,
    });
    expect(() => requireMigrated({ ...probe, legacy: false }, { name: 'X' })).toThrow(/not an openIMIS database/);
  });

  it.each([
    [{ status: 200, loginForm: false, title: 'IIS Windows' }, /answers 200 "IIS Windows" without the login form/],
    [{ status: 301, loginForm: false, redirectsTo: 'https://imis.example.org/' }, /sends people on to https/],
    [{ status: 307, loginForm: false, redirectsTo: 'https://new.example.org/' }, /the gateway itself answers/],
    [{ status: 421, loginForm: false, title: 'Not an address of this server' }, /the gateway itself answers/],
    [{ status: 508, loginForm: false, title: 'The gateway leads to itself' }, /the gateway itself answers/],
  ])('a site that is not the legacy: %#', async (site, text) => {
    const context = contextOn(box());
    const probes = { ...context.probes, website: () => Promise.resolve(site) };
    await expect(planDeployment(contextOn(box(), { probes }))).rejects.toMatchObject({
      code: 'LEGACY_WEBSITE_UNREACHABLE',
      message: expect.stringMatching(text) as string,
    });
  });

  it('avoids subnets that are in use, and keeps the one it has', async () => {
    const world = box();
    const first = (await planDeployment(contextOn(world))).subnet;
    world.networks.set('other', { labels: {}, subnets: [first] });
    const second = (await planDeployment(contextOn(world))).subnet;
    expect(second).not.toBe(first);
    await deployOn(contextOn(world));
    expect((await planDeployment(contextOn(world, { server: changed }))).subnet).toBe(second);
    const moved = { ...server, subnet: '10.99.1.0/24' };
    await expect(planDeployment(contextOn(world, { server: moved }))).rejects.toMatchObject({
      code: 'SUBNET_TAKEN',
      hints: expect.arrayContaining(['openimis down test, then openimis deploy test']) as unknown,
    });
  });
});

describe('from inside a container', () => {
  it.each([
    ['legacy site', 7, 'LEGACY_WEBSITE_UNREACHABLE', /connection refused/],
    ['legacy site', 6, 'LEGACY_NAME_UNRESOLVED', /does not resolve inside a container/],
    ['legacy database', 1, 'LEGACY_DATABASE_UNREACHABLE', /connection refused/],
    ['legacy database', 124, 'LEGACY_DATABASE_UNREACHABLE', /no answer in 10 s/],
  ])('%s with exit code %i is %s', async (what, status, code, text) => {
    const world = box();
    world.statuses.set(what, status);
    await expect(deployOn(contextOn(world))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(text) as string,
    });
    expect(world.containers.size).toBe(0);
  });

  it('a service of this box that listens on 127.0.0.1 only is explained', async () => {
    const world = box();
    world.statuses.set('legacy database', 1);
    const here = { ...server, database: { ...server.database, host: '127.0.0.1' } };
    await expect(deployOn(contextOn(world, { server: here }))).rejects.toMatchObject({
      hints: expect.arrayContaining([
        expect.stringContaining('listens on 127.0.0.1 only cannot be reached'),
      ]) as unknown,
    });
  });
});

it('two deploys at once: the second is told who holds the lock, and nothing is lost', async () => {
  const world = box();
  world.locks.set('openimis-test-lock', {});
  await expect(deployOn(contextOn(world))).rejects.toMatchObject({ code: 'RUN_LOCKED', exitCode: 6 });
  expect(world.locks.size).toBe(1);
});
