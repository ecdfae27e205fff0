import { expect, it } from 'vitest';

import { waitFor } from '../../support/private-engine.ts';
import type { Sandbox } from './sandbox.ts';

const database = 'openimis-sandbox-sql-server-1';

/** First, before anybody else asks anything: the sandbox as its deploy has left it. */
export function idleTests(theSandbox: () => Sandbox): void {
  it("has written one row per backend after its start, that of upstream's health page, and deleted it", async () => {
    const writes = await writesOf(theSandbox());
    const words = writes.map((write) => write.split(' ')[0]).sort();
    expect(words).toEqual(['DELETE', 'DELETE', 'INSERT', 'INSERT', 'UPDATE', 'UPDATE']);
    for (const write of writes) expect(write).toContain('health_check_db_testmodel');
  });

  it('writes nothing while every container is probed three times more', async () => {
    const sandbox = theSandbox();
    const before = await writesOf(sandbox);
    const since = Date.now();
    const names = (await sandbox.containers()).filter((name) => name.includes('-sandbox-test-'));
    expect(names.length).toBe(6);
    await waitFor('three probes of every container', async () => {
      const probes = await Promise.all(names.map((name) => probesSince(sandbox, name, since)));
      return probes.every((count) => count >= 3);
    });
    expect(await writesOf(sandbox)).toEqual(before);
  });
}

/** Statements that changed a row, as the stand-in's log has them. */
async function writesOf({ docker }: Sandbox): Promise<readonly string[]> {
  const lines = (await docker('logs', database)).split('\n');
  return lines
    .filter((line) => line.startsWith('write: '))
    .map((line) => JSON.parse(line.slice('write: '.length)) as string);
}

async function probesSince({ docker }: Sandbox, name: string, since: number): Promise<number> {
  const log = JSON.parse(await docker('inspect', '--format', '{{json .State.Health.Log}}', name)) as readonly {
    readonly Start: string;
    readonly ExitCode: number;
  }[];
  return log.filter(({ Start, ExitCode }) => ExitCode === 0 && Date.parse(Start) > since).length;
}
