import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { execa } from 'execa';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { stackOf } from '../stack/fixture.ts';
import { templates } from './compose-reading.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'openimis-scripts-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

type Outcome = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/** The script as it is, but for the folders, which only exist in a container. */
function run(
  shell: string,
  script: string,
  places: Readonly<Record<string, string>>,
  argv: readonly string[],
): Outcome {
  let text = templates.get(`compose/${script}`)!;
  for (const [from, to] of Object.entries(places)) {
    expect(text).toContain(from);
    text = text.replaceAll(from, to);
  }
  const file = join(folder, script);
  writeFileSync(file, text);
  return spawnSync(shell, [file, ...argv], { encoding: 'utf8', env: {} });
}

describe.each(['/bin/sh', '/bin/bash'])('entrypoint in %s', (shell) => {
  const places = (): Readonly<Record<string, string>> => ({
    'exports=/openimis/exports': `exports=${folder}/exports`,
    'secrets=/run/secrets': `secrets=${folder}`,
  });
  const show = [process.execPath, '-p', 'JSON.stringify(process.env)'];
  const exported = (exports: string): Record<string, string> => {
    writeFileSync(join(folder, 'exports'), exports);
    const { status, stdout, stderr } = run(shell, 'entrypoint', places(), show);
    expect([status, stderr]).toEqual([0, '']);
    return JSON.parse(stdout) as Record<string, string>;
  };

  it('exports a secret byte for byte', () => {
    const value = fc
      .string({ unit: 'grapheme', maxLength: 40 })
      .map((text) => text.replaceAll('\0', ''))
      .filter((text) => text.isWellFormed());
    const edges = ['', '\n', '\n\n', 'a\n', '\na', ' a ', '\t', '\\', '\\n', '$HOME', '`id`', "'", '"', '-n', '*', '|', 'x'.repeat(10_000)]; // prettier-ignore
    const check = (text: string): void => {
      writeFileSync(join(folder, 'SECRET'), text);
      expect(exported('PLAIN|SECRET||\nURL|SECRET|amqp://openimis:|@10.0.0.1:5672/openimis\n')).toMatchObject({
        PLAIN: text,
        URL: `amqp://openimis:${text}@10.0.0.1:5672/openimis`,
      });
    };
    edges.forEach(check);
    fc.assert(fc.property(value, check), { numRuns: 30 });
  });

  it('exports nothing else', () => {
    writeFileSync(join(folder, 'SECRET'), 'x');
    const names = Object.keys(exported('ONE|SECRET||\n')).filter((name) => !/^(PWD|SHLVL|OLDPWD|_)$/.test(name));
    expect(names).toEqual(['ONE']);
  });

  it('hands its arguments and its exit code on', () => {
    writeFileSync(join(folder, 'exports'), '');
    const argv = ['/bin/sh', '-c', 'printf "%s\\n" "$@"; exit 42', 'x', 'a b', '', '$HOME'];
    expect(run(shell, 'entrypoint', places(), argv)).toMatchObject({ status: 42, stdout: 'a b\n\n$HOME\n' });
  });

  it('starts nothing when a secret is not there, and says which', () => {
    writeFileSync(join(folder, 'exports'), 'ONE|ABSENT||\n');
    const { status, stdout, stderr } = run(shell, 'entrypoint', places(), show);
    expect([status, stdout]).toEqual([78, '']);
    expect(stderr).toContain('ABSENT');
  });
});

describe('worker-health', () => {
  const header = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
  const line = (remote: string, state: string): string =>
    `   0: E20510AC:B3C4 ${remote} ${state} 00000000:00000000 02:000A 00000000     0        0 12345 2\n`;

  it.each([
    ['an established connection to the broker', line('C20510AC:1628', '01'), '', 0],
    ['one over IPv6', '', line('0000000000000000FFFF0000C20510AC:1628', '01'), 0],
    ['one that is being opened', line('C20510AC:1628', '02'), '', 1],
    ['one to the database', line('0A7100CB:0599', '01'), '', 1],
    ['a listener', line('00000000:0000', '0A'), '', 1],
    ['nothing', '', '', 1],
  ])('%s', (_what, four, six, expected) => {
    writeFileSync(join(folder, 'tcp'), header + four);
    writeFileSync(join(folder, 'tcp6'), header + six);
    const { status } = run('/bin/sh', 'worker-health', { '/proc/net/tcp6': join(folder, 'tcp6'), '/proc/net/tcp ': join(folder, 'tcp ') }, []); // prettier-ignore
    expect(status).toBe(expected);
  });
});

describe.each(['node', 'curl'] as const)('the health check of a frontend whose image has %s', (program) => {
  const test = stackOf().current.services.find(({ name }) => name === 'frontend')!.health.test;
  let programs: string;
  beforeAll(async () => {
    programs = await mkdtemp(join(tmpdir(), 'openimis-health-'));
    const file = program === 'node' ? process.execPath : (await execa('which', ['curl'])).stdout;
    await symlink(file, join(programs, program));
  });
  afterAll(() => rm(programs, { recursive: true }));

  it.each([
    [200, true],
    [304, true],
    [404, false],
    [500, false],
  ])('HTTP %i: healthy %s', async (status, expected) => {
    const server = createServer((_request, response) => response.writeHead(status).end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    expect(await probe((server.address() as { port: number }).port)).toBe(expected);
    server.close();
    await once(server, 'close');
  });

  it('nobody there: not healthy', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await once(server.close(), 'close');
    expect(await probe(port)).toBe(false);
  });

  async function probe(port: number): Promise<boolean> {
    const [shell, ...argv] = test.map((word) => word.replaceAll(':5000/', `:${port}/`));
    const options = { reject: false, env: { PATH: programs }, extendEnv: false } as const;
    return (await execa(shell!, argv, options)).exitCode === 0;
  }
});
