import { describe, expect, it } from 'vitest';

import { deploy } from '../../src/deployment/deploy.ts';
import { noEvents } from '../../src/deployment/events.ts';
import { planDeployment } from '../../src/deployment/plan-deployment.ts';
import { revisionPins } from '../../src/deployment/revision-pins.ts';
import {
  bankOn,
  box,
  changed,
  contextOn,
  deployOn,
  revisionsOn,
  runningOf,
  secrets,
  server,
  stateFile,
  web,
} from './fixture.ts';

describe('the first deploy', () => {
  it('makes r1, switches the gateway to it and checks every route', async () => {
    const world = box();
    const context = contextOn(world);
    const outcome = await deployOn(context);
    expect(outcome).toMatchObject({ server: 'test', changed: true, revision: 1, address: 'https://new.example.org/' });
    expect(outcome.routes.map(({ path }) => path)).toContain('/iapi/');
    expect(runningOf(world, 1)).toEqual([...web, 'worker'].sort());
    expect(bankOn(world)).toBe('1');
    expect(world.locks.size).toBe(0);
  });

  it('starts one backend alone, and the worker last, after the switch', async () => {
    const world = box();
    await deployOn(contextOn(world));
    const starts = world.log.filter((line) => line.startsWith('start openimis-test-r1') || line.startsWith('bank'));
    expect(starts[0]).toBe('start openimis-test-r1-backend-1');
    expect(starts.slice(-2)).toEqual(['bank 1', 'start openimis-test-r1-worker-1']);
  });

  it('keeps what the revision is on the engine and copies it, without any secret', async () => {
    const world = box();
    const context = contextOn(world, {
      server: {
        ...server,
        pins: { ibackend: { 'openimis-be-core': '1.1.0' } },
        extra: { backend: { requests: '2.32.3' } },
      },
    });
    await deployOn(context);
    const plan = JSON.parse(stateFile(world, 'r1/plan.json') ?? '') as Record<string, unknown>;
    expect(plan).toMatchObject({
      revision: 1,
      by: { user: 'ann', host: 'desk' },
      images: { backend: { reference: 'be:1' } },
    });
    expect(JSON.parse(stateFile(world, 'r1/outcome.json') ?? '')).toMatchObject({ status: 'serving' });
    expect(stateFile(world, 'r1/journal.jsonl')).toContain('"step":"switch","event":"started"');
    expect(await revisionPins(context, 1)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ component: 'ibackend', package: 'openimis-be-core', spec: '==1.1.0', origin: 'openimis.yaml' }), // prettier-ignore
        expect.objectContaining({ component: 'backend', package: 'requests', spec: '==2.32.3', extra: true }),
      ]),
    );
    await expect(revisionPins(context, 7)).rejects.toMatchObject({ code: 'USAGE', hints: ['revisions: test@r1'] });
    await expect(revisionPins(contextOn(box()), 1)).rejects.toMatchObject({ code: 'NOT_DEPLOYED' });
    expect(context.copies.map(({ path }) => path)).toContain('r1/revision/compose.yaml');
    const kept = [...(world.volumes.get('openimis-test_state')?.files.values() ?? [])].join('\n');
    for (const value of Object.values(secrets)) expect(kept).not.toContain(value);
  });

  it('gives the gateway its secrets as files of its own user', async () => {
    const world = box();
    await deployOn(contextOn(world));
    const files = world.volumes.get('openimis-test_gateway-secrets')?.files;
    expect(files?.get('identity-header')?.trim()).toBe(secrets.IDENTITY_HEADER);
    expect(files?.get('htpasswd')).toBe('');
  });
});

describe('deploying the same again', () => {
  it('changes nothing and takes no lock', async () => {
    const world = box();
    await deployOn(contextOn(world));
    const before = [...world.log];
    const context = contextOn(world);
    const plan = await planDeployment(context);
    expect(plan).toMatchObject({ kind: 'nothing', serving: 1, steps: [], reasons: [] });
    expect(await deploy(context, plan, noEvents)).toMatchObject({ changed: false, revision: 1 });
    expect(context.engine.calls).not.toContain('lock');
    expect(world.log).toEqual(before);
  });

  it('does not even ask the legacy', async () => {
    const world = box();
    await deployOn(contextOn(world));
    const probes = {
      database: () => Promise.reject(new Error('asked')),
      website: () => Promise.reject(new Error('asked')),
      resolves: () => Promise.reject(new Error('asked')),
    };
    expect((await planDeployment(contextOn(world, { probes }))).kind).toBe('nothing');
  });

  it('repairs a server of which something is broken', async () => {
    const world = box();
    await deployOn(contextOn(world));
    world.remove(world.find('openimis-test-r1-frontend-1'));
    const plan = await planDeployment(contextOn(world));
    expect(plan.reasons).toEqual(['r1: frontend has no container']);
    expect(await deployOn(contextOn(world))).toMatchObject({ revision: 2 });
  });
});

describe('a change', () => {
  it.each([
    ['another image', { server: changed }, /another image for backend/],
    ['another secret', { secrets: { ...secrets, DATABASE_PASSWORD: 'other' } }, /other secrets than in r1/],
    ['another pin', { server: { ...server, pins: { backend: { 'openimis-be-core': '0.0.11' } } } }, /other pins/],
    ['another setting', { server: { ...server, database: { ...server.database, name: 'OTHER' } } }, /other settings/],
  ])('%s makes r2 and removes r1', async (_, change, reason) => {
    const world = box();
    await deployOn(contextOn(world));
    const context = contextOn(world, change);
    const plan = await planDeployment(context);
    expect(plan).toMatchObject({ kind: 'deploy', serving: 1, revision: 2 });
    expect(plan.reasons.join()).toMatch(reason);
    expect(await deploy(context, plan, noEvents)).toMatchObject({ revision: 2, before: 1 });
    expect(revisionsOn(world)).toEqual(['openimis-test-r2']);
    expect(bankOn(world)).toBe('2');
    expect((await planDeployment(contextOn(world, change))).kind).toBe('nothing');
  });

  it('of a tag that was moved is a change', async () => {
    const world = box();
    await deployOn(contextOn(world));
    world.addImage('be:1', 'sha256:moved');
    expect((await planDeployment(contextOn(world))).reasons).toContain('another image for backend than in r1');
  });

  it('never has two generations of workers, and old web services go last', async () => {
    const world = box();
    await deployOn(contextOn(world));
    const from = world.log.length;
    await deployOn(contextOn(world, { server: changed }));
    const log = world.log.slice(from);
    const order = [
      'bank 2',
      'stop openimis-test-r1-worker-1',
      'start openimis-test-r2-worker-1',
      'remove openimis-test-r1-backend-1',
    ].map((line) => log.indexOf(line));
    expect(order.every((place) => place >= 0)).toBe(true);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it('of a secret reaches the gateway and RabbitMQ with the switch, not before', async () => {
    const world = box();
    await deployOn(contextOn(world));
    const other = { ...secrets, IDENTITY_HEADER: 'A'.repeat(64), RABBITMQ_PASSWORD: 'b'.repeat(64) };
    const from = world.log.length;
    await deployOn(contextOn(world, { secrets: other }));
    const log = world.log.slice(from);
    expect(log.findIndex((line) => line.startsWith('activate'))).toBe(log.indexOf('bank 2') - 1);
    expect(log.indexOf('stop openimis-test-rabbitmq-1')).toBeGreaterThan(log.indexOf('stop openimis-test-r1-worker-1'));
    expect(world.volumes.get('openimis-test_gateway-secrets')?.files.get('identity-header')).toBe(
      `${'A'.repeat(64)}\n`,
    );
    expect(world.find('openimis-test-rabbitmq-1').files.get('/run/secrets/RABBITMQ_PASSWORD')).toBe('b'.repeat(64));
  });

  it('of the ports makes the gateway anew and says so', async () => {
    const world = box();
    await deployOn(contextOn(world));
    const moved = { ...server, gateway: { ...server.gateway, https: 8443 } };
    const context = contextOn(world, { server: moved });
    const plan = await planDeployment(context);
    expect(plan.baseChanges).toBe(true);
    expect(plan.steps.find(({ id }) => id === 'base')?.title).toBe('Make gateway and queue anew');
    await deploy(context, plan, noEvents);
    expect(world.log).toContain('recreate openimis-test-gateway-1');
    expect(world.log).not.toContain('recreate openimis-test-rabbitmq-1');
  });
});

it('runs eight revisions and more: the ninth takes the first bank again', async () => {
  const world = box();
  for (let number = 1; number <= 9; number++) {
    world.addImage('be:1', `sha256:${number}`);
    expect((await deployOn(contextOn(world))).revision).toBe(number);
  }
  expect(bankOn(world)).toBe('1');
  expect(revisionsOn(world)).toEqual(['openimis-test-r9']);
});

it('two servers stand side by side on one box', async () => {
  const world = box();
  await deployOn(contextOn(world));
  const qa = { ...server, name: 'qa', gateway: { ...server.gateway, dns: 'qa.example.org', http: 81, https: 444 } };
  const outcome = await deployOn(contextOn(world, { server: qa }));
  expect(outcome.address).toBe('https://qa.example.org:444/');
  const subnets = [...world.networks.values()].flatMap(({ subnets }) => subnets);
  expect(new Set(subnets).size).toBe(8);
});
