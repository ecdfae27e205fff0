import { describe, expect, it } from 'vitest';

import { type AuditDay, daysOf, readAudit, recordAudit } from '../../src/deployment/audit.ts';
import type { DeploymentContext } from '../../src/deployment/context.ts';
import { maintenanceStatus, messageProblem, setMaintenance } from '../../src/deployment/maintenance.ts';
import { serverStatus } from '../../src/deployment/status.ts';
import type { FakeWorld } from '../support/fake-world.ts';
import { box, contextOn, deployOn } from './fixture.ts';

async function deployed(): Promise<FakeWorld> {
  const world = box();
  await deployOn(contextOn(world));
  return world;
}

const auditFiles = (world: FakeWorld): Map<string, string> =>
  world.volumes.get('openimis-test_gateway-audit')?.files ?? new Map<string, string>();

async function read(context: DeploymentContext, from: string, to: string): Promise<AuditDay> {
  const lines = [];
  let damaged = 0;
  for await (const day of readAudit(context, { from, to })) {
    lines.push(...day.lines);
    damaged += day.damaged;
  }
  return { lines, damaged };
}

describe('the audit of commands', () => {
  it('says who did what from where and when, in a file of its own', async () => {
    const world = await deployed();
    const context = contextOn(world);
    expect(await recordAudit(context, 'cutover', { page: '/Claim.aspx', users: ['a"b'] })).toBeUndefined();
    await recordAudit(context, 'cutover-back', { page: '/Claim.aspx' });
    expect([...auditFiles(world).keys()]).toEqual([
      expect.stringMatching(/^2026-01-01\/000000000-[0-9a-f]{8}\.jsonl$/),
      expect.stringMatching(/^2026-01-01\/000000000-[0-9a-f]{8}\.jsonl$/),
    ]);
    expect((await read(context, '2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z')).lines).toEqual([
      {
        time: '2026-01-01T00:00:00.000Z',
        event: 'cutover',
        by: 'openimis',
        user: 'ann',
        host: 'desk',
        page: '/Claim.aspx',
        users: ['a"b'],
      },
      expect.objectContaining({ event: 'cutover-back' }),
    ]);
  });

  it('is nothing where nothing is deployed, and a problem in words where it cannot be written', async () => {
    expect(await recordAudit(contextOn(box()), 'cutover')).toBeUndefined();
    const world = await deployed();
    const context = contextOn(world, {}, { before: (_, name) => { if (name === 'upload') throw new Error('disk full'); } }); // prettier-ignore
    expect(await recordAudit(context, 'cutover')).toContain('the audit has no line of this: disk full');
  });
});

describe('reading the audit', () => {
  it('merges gateway and commands in the order of time, within the span, and counts what is damaged', async () => {
    const world = await deployed();
    const files = auditFiles(world);
    const line = (time: string, event: string): string => `${JSON.stringify({ time, event })}\n`;
    files.set('2025-12-31/gateway.jsonl', line('2025-12-31T23:59:59.999Z', 'too-old'));
    files.set('2026-01-01/gateway.jsonl', `${line('2026-01-01T09:00:00.000Z', 'third')}{"half\n\n[]\nnull\n`);
    files.set('2026-01-01/080000000-abcd.jsonl', line('2026-01-01T08:00:00.000Z', 'second'));
    files.set('2026-01-02/gateway.jsonl', line('2026-01-02T00:00:00.000Z', 'too-new'));
    const found = await read(contextOn(world), '2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z');
    expect(found.lines.map(({ event }) => event)).toEqual(['second', 'third']);
    expect(found.damaged).toBe(3);
    const gateway = [...world.containers.values()].find(({ service }) => service === 'gateway');
    world.stop(gateway!);
    expect(await read(contextOn(world), '2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z')).toEqual(found);
  });

  it('names the volume when there is no gateway', async () => {
    await expect(read(contextOn(box()), '2026-01-01', '2026-01-02')).rejects.toMatchObject({
      code: 'NOT_DEPLOYED',
      hints: [expect.stringContaining('openimis-test_gateway-audit')],
    });
  });

  it('touches the days that it must', () => {
    expect(daysOf({ from: '2026-02-27T10:00:00.000Z', to: '2026-03-01T00:00:00.000Z' })).toEqual(['2026-02-27', '2026-02-28']); // prettier-ignore
    expect(daysOf({ from: '2026-02-27T10:00:00.000Z', to: '2026-02-27T10:00:00.001Z' })).toEqual(['2026-02-27']);
  });
});

describe('maintenance', () => {
  it('is begun with who and since when, changed, ended, and each is in the audit once', async () => {
    const world = await deployed();
    const context = contextOn(world);
    expect(await maintenanceStatus(context)).toEqual({ server: 'test', changed: false, notes: [] });
    const state = { message: 'back <soon>', since: '2026-01-01T00:00:00.000Z', by: 'ann@desk' };
    expect(await setMaintenance(context, 'back <soon>')).toMatchObject({ changed: true, maintenance: state });
    expect(await setMaintenance(context, 'back <soon>')).toMatchObject({ changed: false, maintenance: state });
    expect(await serverStatus(context)).toMatchObject({ maintenance: state });
    expect(await setMaintenance(context, undefined)).toEqual({ server: 'test', changed: true, notes: [] });
    expect(await setMaintenance(context, undefined)).toMatchObject({ changed: false });
    const { lines } = await read(context, '2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z');
    expect(lines.map(({ event, message }) => [event, message])).toEqual([
      ['maintenance-on', 'back <soon>'],
      ['maintenance-off', undefined],
    ]);
  });

  it('needs no run lock: it is wanted while a deploy runs', async () => {
    const world = await deployed();
    world.locks.set('openimis-test-lock', {});
    expect(await setMaintenance(contextOn(world), 'x')).toMatchObject({ changed: true });
  });

  it('says what is wrong: nothing deployed, a gateway that does not run or refuses', async () => {
    await expect(setMaintenance(contextOn(box()), 'x')).rejects.toMatchObject({ code: 'NOT_DEPLOYED' });
    const world = await deployed();
    world.statuses.set('maintenance', 500);
    await expect(setMaintenance(contextOn(world), 'x')).rejects.toMatchObject({
      code: 'GATEWAY_REJECTED_CONFIGURATION',
      message: expect.stringContaining('no space left') as string,
    });
    const gateway = [...world.containers.values()].find(({ service }) => service === 'gateway');
    world.stop(gateway!);
    await expect(setMaintenance(contextOn(world), 'x')).rejects.toMatchObject({ code: 'NOT_DEPLOYED' });
  });

  it.each([
    ['Back at 10:00 <b>"quoted"</b>\nsecond line é漢🙂', undefined],
    ['', 'is empty'],
    [' \n', 'is empty'],
    ['x'.repeat(1001), 'at most 1000'],
    ['a\u001b[31m', 'control character'],
    ['a\r\nb', 'control character'],
    ['a\u202eb', 'control character'],
    ['\ud800', 'control character'],
  ])('%j: %s', (message, problem) =>
    problem === undefined
      ? expect(messageProblem(message)).toBeUndefined()
      : expect(messageProblem(message)).toContain(problem),
  );
});
