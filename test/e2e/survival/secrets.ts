import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { parseSecrets } from '../../../src/workspace/secrets.ts';
import type { Sandbox } from './sandbox.ts';

/** Where a secret must never be: looked for in everything that the engine, its processes and our files show. */
export function secretTests(theSandbox: () => Sandbox): void {
  it('is in nothing that `docker inspect` shows', async () => {
    const { docker } = theSandbox();
    const lists = await Promise.all([
      docker('ps', '--all', '--quiet'),
      docker('network', 'ls', '--quiet'),
      docker('volume', 'ls', '--quiet'),
      docker('image', 'ls', '--all', '--quiet'),
    ]);
    const everything = await docker('inspect', ...new Set(lists.join('\n').split('\n').filter(Boolean)));
    expect(everything).toContain('DB_USER=');
    await expectNoSecret(theSandbox(), 'docker inspect', everything);
  });

  it('is in no log', async () => {
    const sandbox = theSandbox();
    for (const name of await sandbox.containers()) {
      const { stdout, stderr } = await sandbox.engine.run(['docker', 'logs', name]);
      await expectNoSecret(sandbox, `log of ${name}`, stdout + stderr);
    }
  });

  it('is in no rendered file, neither in the volumes nor in the workspace', async () => {
    const sandbox = theSandbox();
    let files = 0;
    for (const volume of ['state', 'gateway', 'gateway-state'])
      for (const [path, text] of await filesBelow(
        join(sandbox.engine.folder, `data/volumes/openimis-sandbox-test_${volume}/_data`),
      )) {
        files += 1;
        await expectNoSecret(sandbox, `${volume}: ${path}`, text);
      }
    expect(files).toBeGreaterThan(20);
    for (const [path, text] of await filesBelow(sandbox.report.folder))
      if (!path.includes('/secrets/')) await expectNoSecret(sandbox, path, text);
  });

  it('is on no command line, and in the environment of backends and worker only', async () => {
    const sandbox = theSandbox();
    const applications = await applicationProcesses(sandbox);
    expect(applications.size).toBeGreaterThanOrEqual(3);
    let withSecret = 0;
    const pids = sandbox.engine.processes();
    expect(pids.length).toBeGreaterThan(20);
    for (const pid of pids) {
      const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      await expectNoSecret(sandbox, `command line of ${commandLine.slice(0, 40)}`, commandLine);
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      if (!applications.has(pid)) await expectNoSecret(sandbox, `environment of ${commandLine}`, environment);
      else if ((await secretsIn(sandbox, environment)).length > 0) withSecret += 1;
    }
    // Upstream takes them from nowhere else; that they are found there shows that the search works.
    expect(withSecret).toBeGreaterThanOrEqual(3);
  });
}

/** Every secret by its name, API users by their hashes, and what people type. */
async function secretValues({ report }: Sandbox): Promise<ReadonlyMap<string, string>> {
  const file = join(report.folder, 'secrets/test.env');
  const { API_USERS: users = '', ...secrets } = parseSecrets(await readFile(file, 'utf8'), file);
  const hashes = users
    .split('|')
    .map((user): [string, string] => [`API user ${user.split(':')[0]}`, user.slice(user.indexOf(':') + 1)]);
  const values = [...Object.entries(secrets), ...hashes, ['password of the users', report.password] as const];
  expect(values.length).toBeGreaterThanOrEqual(7);
  for (const [name, value] of values) expect(value.length, name).toBeGreaterThanOrEqual(12);
  return new Map(values);
}

/** Names of the secrets that are in a text, in any case of letters, as they are or as base64. */
async function secretsIn(sandbox: Sandbox, text: string): Promise<readonly string[]> {
  const lower = text.toLowerCase();
  return [...(await secretValues(sandbox))]
    .filter(([, value]) => lower.includes(value.toLowerCase()) || text.includes(Buffer.from(value).toString('base64')))
    .map(([name]) => name);
}

async function expectNoSecret(sandbox: Sandbox, where: string, text: string): Promise<void> {
  expect(await secretsIn(sandbox, text), where).toEqual([]);
}

async function filesBelow(folder: string): Promise<readonly (readonly [string, string])[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        return [path, await readFile(path, 'latin1')] as const;
      }),
  );
}

/** Ids of the processes in containers of backends and worker. */
async function applicationProcesses({ docker, containers }: Sandbox): Promise<ReadonlySet<number>> {
  const names = (await containers()).filter((name) => /-r1-(backend|ibackend|worker)-\d+$/.test(name));
  const lists = await Promise.all(names.map((name) => docker('top', name, '-eo', 'pid')));
  return new Set(lists.flatMap((list) => list.split('\n').map(Number)).filter((pid) => pid > 0));
}
