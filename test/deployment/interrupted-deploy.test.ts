import { describe, expect, it } from 'vitest';

import type { DeploymentContext } from '../../src/deployment/context.ts';
import { Failure } from '../../src/failure.ts';
import type { FakeWorld } from '../support/fake-world.ts';
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

type Changes = Partial<Omit<DeploymentContext, 'engine'>>;
const everything = [...web, 'worker'].sort();

/** A change that also touches configuration and secrets of the gateway and RabbitMQ's password: the longest way. */
const change: Changes = {
  server: changed,
  secrets: { ...secrets, IDENTITY_HEADER: 'A'.repeat(64), RABBITMQ_PASSWORD: 'b'.repeat(64) },
};

async function prepared(first: boolean): Promise<FakeWorld> {
  const world = box();
  if (!first) await deployOn(contextOn(world));
  return world;
}

/** How many calls to the engine a whole deploy makes: the places where it can be cut. */
async function callsOf(first: boolean): Promise<number> {
  const context = contextOn(await prepared(first), change);
  await deployOn(context);
  return context.engine.calls.length;
}

/** One whole revision serves, as the gateway knows, and nothing else is there. */
function expectWhole(world: FakeWorld, revision: number): void {
  expect(revisionsOn(world)).toEqual([`openimis-test-r${revision}`]);
  expect(runningOf(world, revision)).toEqual(everything);
  expect(bankOn(world)).toBe(String(revision % 8));
  expect(world.locks.size).toBe(0);
}

function secretsMatch(world: FakeWorld, wanted: typeof secrets): void {
  const header = world.volumes.get('openimis-test_gateway-secrets')?.files.get('identity-header');
  expect(header?.trim()).toBe(wanted.IDENTITY_HEADER);
  const queue = world.find('openimis-test-rabbitmq-1').files.get('/run/secrets/RABBITMQ_PASSWORD');
  expect(queue).toBe(wanted.RABBITMQ_PASSWORD);
}

describe.each([
  ['the first deploy', true],
  ['a later deploy', false],
])('%s', (_, first) => {
  it(
    'interrupted (Ctrl-C) at any call leaves a whole revision, and the next run goes on',
    { timeout: 60_000 },
    async () => {
      const total = await callsOf(first);
      expect(total).toBeGreaterThan(60);
      for (let at = 1; at <= total; at++) {
        const world = await prepared(first);
        const stop = new AbortController();
        const before = (number: number): void => {
          if (number === at) stop.abort();
        };
        const context = contextOn(world, change, { before });
        const error: unknown = await deployOn(context, stop.signal).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        // Only when the very last calls are cut may the deploy be over already.
        if (error !== undefined)
          expect(error, `at call ${at}: ${context.engine.calls.at(at - 1)}`).toMatchObject({
            code: 'INTERRUPTED',
            exitCode: 130,
          });
        expect(world.locks.size).toBe(0);
        const outcome = stateFile(world, `r${first ? 1 : 2}/outcome.json`);
        const served = outcome?.includes('"serving"') === true;
        if (served) {
          expect(bankOn(world)).toBe(first ? '1' : '2');
          expect(runningOf(world, first ? 1 : 2)).toEqual(everything);
        } else if (!first) {
          expectWhole(world, 1);
          secretsMatch(world, secrets);
        } else expect(revisionsOn(world)).toEqual([]);
        await deployOn(contextOn(world, change));
        const last = Math.max(...revisionsOn(world).map((name) => Number(name.split('-r')[1])));
        expectWhole(world, last);
        secretsMatch(world, change.secrets ?? {});
      }
    },
  );

  it('killed (kill -9) at any call leaves something the next run finishes', { timeout: 60_000 }, async () => {
    const total = await callsOf(first);
    for (let at = 1; at <= total; at++) {
      const world = await prepared(first);
      const before = (number: number): void => {
        if (number === at) context.engine.kill();
      };
      const context = contextOn(world, change, { before });
      await deployOn(context).catch((error: unknown) => error);
      expect(world.locks.size, 'the engine frees the lock of a dead process').toBe(0);
      const next = await deployOn(contextOn(world, change));
      const last = next.revision ?? 0;
      expectWhole(world, last);
      secretsMatch(world, change.secrets ?? {});
      for (let revision = 1; revision <= last; revision++) {
        if (stateFile(world, `r${revision}/plan.json`) === undefined) continue;
        const outcome = stateFile(world, `r${revision}/outcome.json`);
        expect(outcome).toMatch(
          revision === last || (revision === 1 && !first) ? /"serving"/ : /"abandoned"|"serving"/,
        );
      }
    }
  });
});

it('killed, and then the change is taken back: the next run restores what served', { timeout: 60_000 }, async () => {
  const total = await callsOf(false);
  for (let at = 1; at <= total; at++) {
    const world = await prepared(false);
    const before = (number: number): void => {
      if (number === at) context.engine.kill();
    };
    const context = contextOn(world, change, { before });
    await deployOn(context).catch((error: unknown) => error);
    const next = await deployOn(contextOn(world));
    expectWhole(world, next.revision ?? 0);
    secretsMatch(world, secrets);
  }
});

it('a run lock that is lost stops the run, which says so', async () => {
  const world = await prepared(false);
  const lost = new AbortController();
  const context = contextOn(world, change);
  const { engine } = context;
  const lock = engine.lock.bind(engine);
  const up = engine.up.bind(engine);
  Object.assign(engine, {
    lock: async (...argv: Parameters<typeof lock>) => ({ ...(await lock(...argv)), lost: lost.signal }),
    up: async (...argv: Parameters<typeof up>) => {
      lost.abort(new Failure('RUN_LOCKED', 'the lock was lost'));
      await up(...argv);
    },
  });
  await expect(deployOn(context)).rejects.toMatchObject({ code: 'RUN_LOCKED', exitCode: 6 });
  expectWhole(world, 1);
});
