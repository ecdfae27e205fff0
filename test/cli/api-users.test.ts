import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { describe, expect, it } from 'vitest';

import { inTemporaryFolder, openimis } from '../support/cli.ts';

const hash = hashSync('right horse battery', 4);
const nowhere = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };

/** A workspace with one server that has these API users. */
async function inWorkspace(lines: readonly string[], use: (cwd: string) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (cwd) => {
    const values = ['--legacy-ip', '127.0.0.1', '--database-name', 'IMIS', '--database-user', 'imis'];
    await openimis(['init', 'test', ...values, '--gateway-dns', 'new.example.org', '--release', '1.1.0'], { cwd });
    await mkdir(join(cwd, 'secrets'), { recursive: true, mode: 0o700 });
    await writeFile(join(cwd, 'secrets/test.env'), `API_USERS='${lines.join('|')}'\n`, { mode: 0o600 });
    await use(cwd);
  });
}

const errorOf = (
  stdout: string,
): { readonly code: string; readonly message: string; readonly hints: readonly string[] } =>
  (JSON.parse(stdout) as { error: { code: string; message: string; hints: string[] } }).error;

describe('users list', () => {
  const lines = [
    `Admin:${hash}`,
    `lab:${hash}:as=O'Brien%20jr paths=/api/api_fhir/,/api/graphql from=10.0.0.0/8 expires=2020-01-31`,
    `typo:${hash}:path=/api/x`,
  ];
  it('shows who may do what, and never a hash', async () => {
    await inWorkspace(lines, async (cwd) => {
      const text = await openimis(['users', 'list'], { cwd });
      expect(text.code).toBe(0);
      await expect(text.stdout).toMatchFileSnapshot('golden/users-list.txt');
      const json = await openimis(['users', 'list', 'test', '--json'], { cwd });
      await expect(json.stdout).toMatchFileSnapshot('golden/users-list.json');
      for (const shown of [text.stdout, json.stdout]) expect(shown).not.toContain('$2');
    });
  });
});

describe('users add, change and remove', () => {
  it.each([
    [['users', 'add', 'ann:x'], 'USAGE', 'the name of an API user'],
    [['users', 'add', 'test', '--help-me'], 'USAGE', '--help-me'],
    [['users', 'add', 'test', 'new', '--as', ' x'], 'USAGE', '--as'],
    [['users', 'add', 'test', 'new', '--paths', '/iapi/'], 'USAGE', '/iapi/'],
    [['users', 'add', 'test', 'new', '--paths', ''], 'USAGE', '--paths'],
    [['users', 'add', 'test', 'new', '--from', '10.0.0.0/8,example.org'], 'USAGE', 'example.org'],
    [['users', 'add', 'test', 'new', '--expires', '2020-01-31'], 'USAGE', 'in the past'],
    [['users', 'add', 'test', 'new', '--expires', 'soon'], 'USAGE', '2027-12-31'],
    [['users', 'add', 'test', 'new'], 'VALUE_MISSING', 'no terminal'],
    [['users', 'add', 'test', 'ann'], 'API_USER_EXISTS', 'ann already'],
    [['users', 'add', 'test', 'Ann'], 'API_USER_EXISTS', 'only the case of letters differs'],
    [['users', 'change', 'test', 'ann'], 'USAGE', 'nothing to change'],
    [['users', 'change', 'test', 'an', '--from', 'any'], 'API_USER_UNKNOWN', 'no API user an'],
    [['users', 'remove', 'test', 'an', '--yes'], 'API_USER_UNKNOWN', 'no API user an'],
    [['users', 'remove', 'test', 'joan', '--yes'], 'API_USER_UNKNOWN', 'no API user joan'],
    [['users', 'remove', 'test', 'ann'], 'CONFIRMATION_NEEDED', 'ann'],
    [['users', 'verify', 'test', 'ANN'], 'API_USER_UNKNOWN', 'no API user ANN'],
  ])('%j: %s', async (argv, code, words) => {
    await inWorkspace([`ann:${hash}`, `joann:${hash}`], async (cwd) => {
      const before = await readFile(join(cwd, 'secrets/test.env'), 'utf8');
      const run = await openimis([...argv, '--json'], { cwd, env: nowhere });
      expect(errorOf(run.stdout)).toMatchObject({ code, message: expect.stringContaining(words) as string });
      expect(await readFile(join(cwd, 'secrets/test.env'), 'utf8')).toBe(before);
    });
  });

  it.each([
    ['short', 'fewer than 12'],
    ['x'.repeat(73), 'more than 72 bytes'],
    ['ö'.repeat(37), 'more than 72 bytes'],
    ['a tab\tin the middle', 'control character'],
    ['', 'is empty'],
  ])('a password that cannot be kept is refused, and not shown: %#', async (password, words) => {
    await inWorkspace([], async (cwd) => {
      const argv = ['users', 'add', 'test', 'new', '--password-stdin'];
      const run = await openimis([...argv, '--json'], { cwd, env: nowhere, input: `${password}\n` });
      expect(errorOf(run.stdout)).toMatchObject({
        code: 'SECRET_UNUSABLE',
        message: expect.stringContaining(words) as string,
      });
      if (password !== '') expect(run.stdout + run.stderr).not.toContain(password);
    });
  });

  it('without an engine nothing is written: a removed user must not live on in the gateway', async () => {
    await inWorkspace([`ann:${hash}`], async (cwd) => {
      for (const argv of [
        ['users', 'remove', 'ann', '--yes'],
        ['users', 'add', 'new', '--password-stdin'],
      ]) {
        const run = await openimis([...argv, '--json'], { cwd, env: nowhere, input: 'right horse battery\n' });
        expect(errorOf(run.stdout).code).toMatch(/^ENGINE_/);
      }
      expect(await readFile(join(cwd, 'secrets/test.env'), 'utf8')).toBe(`API_USERS='ann:${hash}'\n`);
    });
  });

  it('a made up password goes to a new file only', async () => {
    await inWorkspace([], async (cwd) => {
      await writeFile(join(cwd, 'there'), 'precious\n');
      const run = await openimis(['users', 'add', 'new', '--generate-to', 'there', '--json'], { cwd, env: nowhere });
      expect(errorOf(run.stdout)).toMatchObject({
        code: 'USAGE',
        message: expect.stringContaining('already') as string,
      });
      expect(await readFile(join(cwd, 'there'), 'utf8')).toBe('precious\n');
    });
  });
});
