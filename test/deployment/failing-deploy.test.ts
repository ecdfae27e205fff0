import { beforeEach, describe, expect, it } from 'vitest';

import type { Failure } from '../../src/failure.ts';
import { planDeployment } from '../../src/deployment/plan-deployment.ts';
import type { Behaviour, FakeWorld } from '../support/fake-world.ts';
import {
  bankOn,
  box,
  changed,
  contextOn,
  deployOn,
  revisionsOn,
  runningOf,
  secrets,
  stateFile,
  web,
} from './fixture.ts';

let world: FakeWorld;
beforeEach(async () => {
  world = box();
  await deployOn(contextOn(world));
});

async function failure(): Promise<Failure> {
  return deployOn(contextOn(world, { server: changed })).then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => error as Failure,
  );
}

function expectR1Serves(): void {
  expect(runningOf(world, 1)).toEqual([...web, 'worker'].sort());
  expect(bankOn(world)).toBe('1');
  expect(revisionsOn(world)).toEqual(['openimis-test-r1']);
  expect(world.locks.size).toBe(0);
}

describe('a revision that does not become healthy', () => {
  it.each<[Behaviour, RegExp]>([
    ['crash-loop', /backend of r2 ended with exit code 1 and was restarted 1 time/],
    ['out-of-memory', /more memory than it may \(exit code 137\)/],
    ['unhealthy', /backend of r2 is unhealthy: HTTP 500/],
    ['never-healthy', /backend of r2 did not become healthy in \d+ s/],
    ['ends', /backend of r2 ended with exit code 3/],
  ])('(%s) is removed, and r1 serves untouched', async (behaviour, message) => {
    world.behaviours.set('backend@2', behaviour);
    const before = world.log.length;
    const error = await failure();
    expect(error).toMatchObject({ code: 'CONTAINER_UNHEALTHY', exitCode: 1 });
    expect(error.message).toMatch(message);
    expect(error.message).toContain(`backend starts as ${behaviour}`);
    expect(error.message).toContain('r1 still serves, untouched');
    expect(error.hints).toContain('openimis logs test backend');
    expectR1Serves();
    expect(world.log.slice(before).filter((line) => line.includes('r1'))).toEqual([]);
    expect(JSON.parse(stateFile(world, 'r2/outcome.json') ?? '')).toMatchObject({
      status: 'failed',
      code: 'CONTAINER_UNHEALTHY',
    });
    expect(stateFile(world, 'r2/logs/backend.log')).toContain(`starts as ${behaviour}`);
  });

  it('is asked for memory when that was it', async () => {
    world.behaviours.set('backend@2', 'out-of-memory');
    expect((await failure()).hints[0]).toMatch(/it may use 1024 MB/);
  });

  it('gets the next number after it, which a later deploy does not reuse', async () => {
    world.behaviours.set('backend@2', 'ends');
    await failure();
    expect(await deployOn(contextOn(world, { server: changed }))).toMatchObject({ revision: 3, before: 1 });
  });

  it('tells no secret in message, logs and journal', async () => {
    world.behaviours.set('backend@2', 'ends');
    const start = world.start.bind(world);
    world.start = (container) => {
      start(container);
      container.lines.push(
        `connecting with ${secrets.DATABASE_PASSWORD} amqp://openimis:${secrets.RABBITMQ_PASSWORD}@x`,
      );
      container.lines.push(`as URL ${encodeURIComponent(secrets.DATABASE_PASSWORD ?? '')}`);
    };
    const error = await failure();
    expect(error.message).toContain('connecting with [DATABASE_PASSWORD] amqp://openimis:[RABBITMQ_PASSWORD]@x');
    const kept = [...(world.volumes.get('openimis-test_state')?.files.values() ?? []), error.message].join('\n');
    for (const value of Object.values(secrets)) expect(kept).not.toContain(value);
    expect(kept).not.toContain('p%40ss');
  });
});

it('a revision that does not answer directly never gets a visitor', async () => {
  world.statuses.set('ibackend@2', 500);
  expect(await failure()).toMatchObject({ code: 'ROUTE_FAILED', exitCode: 1 });
  expect(world.log).not.toContain('bank 2');
  expectR1Serves();
});

it('a health page that reports a problem ends the deploy before the switch', async () => {
  world.statuses.set('health page', 500);
  expect((await failure()).message).toMatch(/health page of backend of r2 reports a problem:\n {2}.*DatabaseBackend/);
  expectR1Serves();
});

describe('after the switch', () => {
  it('a worker that does not work is taken back, and the old one works again', async () => {
    world.behaviours.set('worker@2', 'ends');
    const error = await failure();
    expect(error).toMatchObject({ code: 'ROLLED_BACK', exitCode: 7 });
    expect(error.message).toMatch(/r2 was taken back, r1 serves again: worker of r2 ended with exit code 3/);
    expectR1Serves();
    expect(JSON.parse(stateFile(world, 'r2/outcome.json') ?? '')).toMatchObject({ status: 'rolled-back' });
  });

  it('a route that answers wrongly is taken back', async () => {
    world.statuses.set('/iapi/', 200);
    const error = await failure();
    expect(error).toMatchObject({ code: 'ROLLED_BACK', exitCode: 7 });
    expect(error.message).toContain('/iapi/: answered 200, expected 401 or 302: not signed on');
    expectR1Serves();
  });

  it('changed secrets of gateway and RabbitMQ are put back', async () => {
    world.behaviours.set('worker@2', 'ends');
    const other = { ...secrets, IDENTITY_HEADER: 'A'.repeat(64), RABBITMQ_PASSWORD: 'b'.repeat(64) };
    await expect(deployOn(contextOn(world, { secrets: other }))).rejects.toMatchObject({ code: 'ROLLED_BACK' });
    expect(world.volumes.get('openimis-test_gateway-secrets')?.files.get('identity-header')?.trim()).toBe(
      secrets.IDENTITY_HEADER,
    );
    expect(world.find('openimis-test-rabbitmq-1').files.get('/run/secrets/RABBITMQ_PASSWORD')).toBe(
      secrets.RABBITMQ_PASSWORD,
    );
    expectR1Serves();
    expect((await planDeployment(contextOn(world))).kind).toBe('nothing');
  });

  it('a way back that fails too says so', async () => {
    world.behaviours.set('worker@2', 'ends');
    const start = world.start.bind(world);
    world.start = (container) => {
      if (container.name === 'openimis-test-r1-worker-1') throw new Error('no space left');
      start(container);
    };
    const error = await failure();
    expect(error).toMatchObject({ code: 'ROLLBACK_FAILED', exitCode: 8 });
    expect(error.message).toContain('the worker of r1 starts again: no space left');
    expect(bankOn(world)).toBe('1');
  });
});

it('a configuration that nginx does not accept leaves the old one', async () => {
  world.statuses.set('activate', 500);
  const other = { ...changed, gateway: { ...changed.gateway, signOn: 'application' as const } };
  await expect(deployOn(contextOn(world, { server: other }))).rejects.toMatchObject({
    code: 'GATEWAY_REJECTED_CONFIGURATION',
    exitCode: 1,
    message: expect.stringContaining('nginx: [emerg] invalid') as string,
  });
  expectR1Serves();
});

it('a first revision that fails leaves the gateway, so that the legacy is served', async () => {
  const fresh = box();
  fresh.behaviours.set('backend', 'ends');
  await expect(deployOn(contextOn(fresh))).rejects.toMatchObject({ code: 'CONTAINER_UNHEALTHY' });
  expect(revisionsOn(fresh)).toEqual([]);
  expect(fresh.running('openimis-test').map(({ service }) => service)).toEqual(['gateway', 'rabbitmq']);
  fresh.behaviours.clear();
  expect(await deployOn(contextOn(fresh))).toMatchObject({ revision: 2 });
});
