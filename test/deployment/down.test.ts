import { describe, expect, it } from 'vitest';

import { down, planDown } from '../../src/deployment/down.ts';
import { noEvents } from '../../src/deployment/events.ts';
import { selectLogs } from '../../src/deployment/logs.ts';
import { statusView } from '../../src/cli/views/status-view.ts';
import { serverStatus } from '../../src/deployment/status.ts';
import type { FakeWorld } from '../support/fake-world.ts';
import { box, changed, contextOn, deployOn, server } from './fixture.ts';

async function deployed(): Promise<FakeWorld> {
  const world = box();
  await deployOn(contextOn(world));
  return world;
}

async function takeDown(world: FakeWorld, volumes = false): Promise<void> {
  const context = contextOn(world, { secrets: {} });
  await down(context, await planDown(context, { volumes }), noEvents);
}

describe('down', () => {
  it('removes containers and networks, keeps the volumes, and a later deploy goes on with r2', async () => {
    const world = await deployed();
    await takeDown(world);
    expect([...world.containers.keys(), ...world.networks.keys()]).toEqual([]);
    expect(world.volumes.size).toBe(6);
    expect(world.locks.size).toBe(0);
    expect(await deployOn(contextOn(world))).toMatchObject({ revision: 2 });
  });

  it('removes the volumes when asked', async () => {
    const world = await deployed();
    await takeDown(world, true);
    expect(world.volumes.size).toBe(0);
  });

  it('touches nothing of another server, even one whose name begins the same', async () => {
    const world = await deployed();
    const other = {
      ...server,
      name: 'test-two',
      gateway: { ...server.gateway, dns: 'two.example.org', http: 81, https: 444 },
    };
    await deployOn(contextOn(world, { server: other }));
    await takeDown(world, true);
    expect([...world.containers.values()].every(({ project = '' }) => project.startsWith('openimis-test-two'))).toBe(
      true,
    );
    expect(world.containers.size).toBe(6);
    expect(world.volumes.size).toBe(6);
  });

  it('works when half is missing', async () => {
    const world = await deployed();
    for (const name of ['openimis-test-gateway-1', 'openimis-test-r1-backend-1']) world.remove(world.find(name));
    world.networks.delete('openimis-test_web');
    await takeDown(world);
    expect(world.containers.size + world.networks.size).toBe(0);
  });

  it('has nothing to do twice', async () => {
    const world = await deployed();
    await takeDown(world);
    const context = contextOn(world);
    const plan = await planDown(context, { volumes: false });
    expect(plan).toMatchObject({ nothingToDo: true, projects: [], steps: [] });
  });

  it('refuses what belongs to another workspace', async () => {
    const world = await deployed();
    const stranger = contextOn(world, { workspace: { id: 'workspace-2', folder: '/x' } });
    await expect(planDown(stranger, { volumes: true })).rejects.toMatchObject({ code: 'FOREIGN_WORKSPACE' });
  });
});

describe('status', () => {
  it('names open hotfixes, and says loudly which are past their day', async () => {
    const hotfix = (until: string) => ({ pin: 'git+https://example.org/x.git@1', reason: 'slow\u001b[2J', until });
    const context = contextOn(await deployed(), { secrets: {} });
    const [today] = context.clock.now().toISOString().split('T');
    const fixed = {
      ...context.server,
      pins: { backend: { 'openimis-be-claim': hotfix('2001-01-01'), 'openimis-be-core': hotfix(today!) } },
    };
    const shown = statusView(await serverStatus({ ...context, server: fixed }));
    expect(shown).toMatch(
      /HOTFIX OVERDUE by \d+ days \(until 2001-01-01\) {2}backend claim git\+https.*: slow\\x1b\[2J\n/,
    );
    expect(shown).toContain(`\nhotfix until ${today}  backend core git+https`);
    expect(shown).toContain('Next: openimis versions unpin test backend:claim, or pin it anew with a later --until');
    const absent = contextOn(box(), { secrets: {} });
    expect(statusView(await serverStatus({ ...absent, server: fixed }))).toContain('HOTFIX OVERDUE by');
  });

  it('of a server that serves', async () => {
    const world = await deployed();
    const status = await serverStatus(contextOn(world, { secrets: {} }));
    expect(status).toMatchObject({
      state: 'serving',
      serving: 1,
      bank: 1,
      address: 'https://new.example.org/',
      problems: [],
      guessing: { failures: 3, slowedAddresses: 1, refused: 4 },
    });
    expect(status).toMatchObject({ signOnMode: 'shown', keepOnLogin: false });
    expect(statusView(status)).toContain('the legacy login is carried over: the legacy shows who is logged in\n');
    const typed = statusView({ ...status, signOnMode: 'typed' });
    expect(typed).toContain('this legacy (1.2.0) shows no login name, the typed one counts\n');
    expect(statusView({ ...status, signOnMode: 'typed', keepOnLogin: true })).toContain('so nobody can be signed on\n');
    expect(statusView({ ...status, keepOnLogin: true })).toContain('who plants a session can become its user\n');
    expect(statusView(status)).toContain('logins    3 failed within 5 min, 1 address waits, 4 refused since the start');
    expect(status.components.map(({ component, health }) => `${component} ${health}`)).toEqual([
      'gateway healthy',
      'frontend healthy',
      'backend healthy',
      'ibackend healthy',
      'worker healthy',
      'rabbitmq healthy',
    ]);
    expect(status.revisions).toMatchObject([{ revision: 1, status: 'serving', by: 'ann@desk', containers: 4 }]);
  });

  it('names what is wrong, and failed revisions', async () => {
    const world = await deployed();
    world.behaviours.set('backend@2', 'ends');
    await deployOn(contextOn(world, { server: changed })).catch(() => {});
    world.stop(world.find('openimis-test-r1-worker-1'));
    const status = await serverStatus(contextOn(world));
    expect(status.state).toBe('degraded');
    expect(status.problems).toEqual(['worker: ended by itself (exit code 0)']);
    expect(status.revisions.map(({ revision, status }) => `r${revision} ${status}`)).toEqual([
      'r2 failed',
      'r1 serving',
    ]);
  });

  it('before a deploy and after down', async () => {
    const world = box();
    expect(await serverStatus(contextOn(world))).toMatchObject({ state: 'not-deployed', problems: [], revisions: [] });
    await deployOn(contextOn(world));
    await takeDown(world);
    expect((await serverStatus(contextOn(world))).state).toBe('not-deployed');
  });
});

describe('logs', () => {
  it('are those of the revision that serves, and of gateway and queue', async () => {
    const world = await deployed();
    const all = await selectLogs(contextOn(world));
    expect(all.containers.map(({ service }) => service).sort()).toEqual([
      'backend',
      'frontend',
      'gateway',
      'ibackend',
      'rabbitmq',
      'worker',
    ]);
    const one = await selectLogs(contextOn(world), 'backend');
    expect(one.containers.map(({ name }) => name)).toEqual(['openimis-test-r1-backend-1']);
    expect(one.kept).toBeUndefined();
  });

  it('of a revision that failed are still there', async () => {
    const world = await deployed();
    world.behaviours.set('backend@2', 'ends');
    await deployOn(contextOn(world, { server: changed })).catch(() => {});
    const { kept } = await selectLogs(contextOn(world), 'backend');
    expect(kept).toEqual({ revision: 2, logs: [{ service: 'backend', text: 'backend starts as ends\n' }] });
  });

  it('of an unknown component are refused, naming the known ones', async () => {
    const world = await deployed();
    await expect(selectLogs(contextOn(world), 'db')).rejects.toMatchObject({
      code: 'USAGE',
      hints: ['it has frontend, backend, ibackend, worker, rabbitmq, gateway'],
    });
    await expect(selectLogs(contextOn(box()), 'backend')).rejects.toMatchObject({ code: 'NOT_DEPLOYED' });
  });
});
