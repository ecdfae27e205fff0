import { describe, expect, test } from 'vitest';

import { defineCheck, type RegisteredCheck } from '../../src/doctor/check.ts';
import { NothingToSee, type Probes } from '../../src/doctor/facts.ts';
import { ok, problem, warning } from '../../src/doctor/finding.ts';
import { runChecks } from '../../src/doctor/run-checks.ts';
import type { Server } from '../../src/workspace/server.ts';
import { server } from '../deployment/fixture.ts';
import { worldWith } from './support/world.ts';

const texts = { title: 'it is so', expected: 'so', why: 'it matters' };
type Judge = Parameters<typeof defineCheck>[0]['judge'];

function check(id: string, judge: Judge, needs: readonly string[] = []): RegisteredCheck {
  return { ...defineCheck({ ...texts, needs, probes: ['server'], judge }), id, group: 'host' };
}

const never = new Promise<never>(() => {});
/** Only this probe is ever asked. */
const looking = (look: () => Promise<Server>, patience = 1): Probes => {
  const only: Partial<Probes> = { server: { title: 'look', patience: () => patience, look } };
  return only as Probes;
};
const fine = looking(() => Promise.resolve(server));
const states = async (checks: readonly RegisteredCheck[], probes: Probes) =>
  (await runChecks(checks, probes, worldWith({}))).findings.map(({ id, state, because }) => [id, state, because]);

describe('the runner', () => {
  test('skips what needs a failed check, and names the first cause, not the skipped one between', async () => {
    const checks = [
      check('a', () => problem('no', ['do'])),
      check('b', () => ok('yes'), ['a']),
      check('c', () => ok('yes'), ['b']),
      check('d', () => warning('hm', ['do'])),
      check('e', () => ok('yes'), ['d']),
    ];
    expect(await states(checks, fine)).toEqual([
      ['a', 'problem', undefined],
      ['b', 'skipped', 'a'],
      ['c', 'skipped', 'a'],
      ['d', 'warning', undefined],
      ['e', 'ok', undefined],
    ]);
  });

  test('a check that crashes is a finding, and the others go on', async () => {
    const crash = check('a', () => {
      throw new Error('boom');
    });
    const { findings } = await runChecks([crash, check('b', () => ok('yes'))], fine, worldWith({}));
    expect(findings.map(({ state }) => state)).toEqual(['problem', 'ok']);
    expect(findings[0]?.found).toContain('boom');
  });

  test('a look that crashes is one finding, not one per check', async () => {
    const probes = looking(() => Promise.reject(new Error('kaput')));
    const checks = [check('a', () => ok('yes')), check('b', () => ok('yes'))];
    expect((await states(checks, probes)).map(([, state]) => state)).toEqual(['problem', 'skipped']);
  });

  test('a look that has nothing to see skips its checks', async () => {
    const probes = looking(() => Promise.reject(new NothingToSee('no server')));
    const { findings } = await runChecks([check('a', () => ok('yes'))], probes, worldWith({}));
    expect(findings).toMatchObject([{ state: 'skipped', found: 'no server' }]);
  });

  test('a look that never ends does not keep the run from ending', async () => {
    const started = performance.now();
    const { findings } = await runChecks(
      [check('a', () => ok('yes'))],
      looking(() => never, 0.2),
      worldWith({}),
    );
    expect(performance.now() - started).toBeLessThan(1500);
    expect(findings[0]).toMatchObject({
      state: 'problem',
      found: expect.stringContaining('longer than 0.2 s') as string,
    });
  });

  test('each probe looks once, whoever asks', async () => {
    let looks = 0;
    const probes = looking(() => Promise.resolve((looks++, server)));
    await runChecks(
      ['a', 'b', 'c'].map((id) => check(id, () => ok('yes'))),
      probes,
      worldWith({}),
    );
    expect(looks).toBe(1);
  });

  test('an abort ends it with the reason', async () => {
    const controller = new AbortController();
    const run = runChecks(
      [check('a', () => ok('yes'))],
      looking(() => never, 60),
      {
        ...worldWith({}),
        signal: controller.signal,
      },
    );
    controller.abort(new Error('stop'));
    await expect(run).rejects.toThrow('stop');
  });
});
