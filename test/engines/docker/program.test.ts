import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, vi } from 'vitest';

import { cleanEnvironment, runProgram } from '../../../src/engines/docker/program.ts';

const env = cleanEnvironment(process.env);

describe('running programs', () => {
  it('passes on only what docker, ssh and apt need', () => {
    const operator = {
      PATH: '/bin',
      HOME: '/root',
      DOCKER_HOST: 'ssh://box',
      SSH_AUTH_SOCK: '/tmp/agent',
      HTTPS_PROXY: 'http://proxy:3128',
      no_proxy: 'localhost',
      COMPOSE_FILE: 'other.yaml',
      COMPOSE_PROJECT_NAME: 'other',
      BUILDX_BUILDER: 'other',
      OPENIMIS_DATABASE_PASSWORD: 'secret',
      LD_PRELOAD: '/tmp/x.so',
    };
    expect(Object.keys(cleanEnvironment(operator))).toEqual([
      'PATH',
      'HOME',
      'DOCKER_HOST',
      'SSH_AUTH_SOCK',
      'HTTPS_PROXY',
      'no_proxy',
    ]);
  });

  it('gives code, both streams and lines as they come, and inherits nothing', async () => {
    const lines: string[] = [];
    const result = await runProgram('/bin/sh', ['-c', 'cat; echo "$ONLY-$HOME"; echo late >&2; exit 3'], {
      env: { ONLY: 'this' },
      stdin: 'typed\n',
      timeout: 10,
      onLine: (line) => lines.push(line),
    });
    expect(result).toMatchObject({ code: 3, missing: false, timedOut: false });
    expect(result.stdout).toContain('typed\nthis-');
    expect(result.stderr).toContain('late');
    expect(lines.toSorted()).toEqual(['late', 'this-', 'typed']);
  });

  it('says that a program is missing', async () => {
    expect(await runProgram('openimis-no-such-program', [], { env, timeout: 5 })).toMatchObject({ missing: true });
  });

  it('ends a program with its descendants after the time-out', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'openimis-program-'));
    const file = join(folder, 'pid');
    const script = 'sleep 60 & echo $! > "$0"; wait';
    const result = await runProgram('/bin/sh', ['-c', script, file], { env, timeout: 1 });
    expect(result).toMatchObject({ timedOut: true });
    await gone((await readFile(file, 'utf8')).trim());
    await rm(folder, { recursive: true });
  });

  it('ends a program with its descendants when the run is interrupted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'openimis-program-'));
    const file = join(folder, 'pid');
    const stop = new AbortController();
    const running = runProgram('/bin/sh', ['-c', 'sleep 60 & echo $! > "$0"; echo ready; wait', file], {
      env,
      timeout: 60,
      signal: stop.signal,
      onLine: () => stop.abort(),
    });
    // In an operator's words: not what was run.
    await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED', message: 'interrupted' });
    await gone((await readFile(file, 'utf8')).trim());
    const again = runProgram('/bin/true', [], { env, timeout: 60, signal: stop.signal });
    await expect(again).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await rm(folder, { recursive: true });
  });
});

/** A process without a parent that reaps it stays as a zombie for a moment. */
async function gone(pid: string): Promise<void> {
  await vi.waitFor(async () => {
    const state = existsSync(`/proc/${pid}`) ? await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ' Z ') : ' Z ';
    expect(state).toMatch(/ Z /);
  });
}
