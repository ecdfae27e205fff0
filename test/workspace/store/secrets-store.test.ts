import { chmod, chown, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  ensureSecrets,
  readSecrets,
  requireSecrets,
  writeSecrets,
} from '../../../src/workspace/store/secrets-store.ts';
import { failureOf, rejectionOf } from '../failure-of.ts';
import { asOrdinaryUser, temporaryFolder } from './folder.ts';

/** A user that is neither root nor us. */
const nobody = 65_534;

describe('secrets store', () => {
  it('writes for the owner alone, whatever the umask, and reads back', async () => {
    const folder = await temporaryFolder();
    const before = process.umask(0);
    await writeSecrets(folder, 'test', { DATABASE_PASSWORD: "p'w" }).finally(() => process.umask(before));
    expect((await stat(join(folder, 'secrets'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'secrets/test.env'))).mode & 0o777).toBe(0o600);
    expect(await readSecrets(folder, 'test')).toEqual({ DATABASE_PASSWORD: "p'w" });
    expect(await readSecrets(folder, 'other')).toEqual({});
    expect(await readdir(join(folder, 'secrets'))).toEqual(['test.env']);
  });

  it('closes a folder that was open', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'secrets'), { mode: 0o755 });
    await writeSecrets(folder, 'test', {});
    expect((await stat(join(folder, 'secrets'))).mode & 0o777).toBe(0o700);
  });

  it.each([0o640, 0o604, 0o620, 0o644])('refuses a file of mode %o and says how to close it', async (mode) => {
    const folder = await temporaryFolder();
    await writeSecrets(folder, 'test', { DATABASE_PASSWORD: 'hunter2' });
    const file = join(folder, 'secrets/test.env');
    await chmod(file, mode);
    const { code, message, hints } = await rejectionOf(readSecrets(folder, 'test'));
    expect([code, message]).toEqual([
      'SECRET_UNUSABLE',
      expect.stringContaining(`mode 0${mode.toString(8)}, must be 0600`),
    ]);
    expect(hints).toContain(`chmod 600 ${file}`);
    expect(message).not.toContain('hunter2');
  });

  it('refuses a folder or a file that another user put there', async () => {
    const folder = await temporaryFolder();
    // Only root can give a file away.
    if (process.getuid?.() !== 0) return expect((await stat(folder)).uid).toBe(process.getuid?.());
    await mkdir(join(folder, 'secrets'));
    await chown(join(folder, 'secrets'), nobody, nobody);
    for (const attempt of [() => readSecrets(folder, 'test'), () => writeSecrets(folder, 'test', {})])
      expect(await rejectionOf(attempt())).toMatchObject({
        code: 'SECRET_UNUSABLE',
        message: expect.stringContaining('belongs to another user') as string,
      });
    await chown(join(folder, 'secrets'), 0, 0);
    await writeSecrets(folder, 'test', { GATEWAY_SIGNING_KEY: 'a'.repeat(64) });
    await chown(join(folder, 'secrets/test.env'), nobody, nobody);
    expect((await rejectionOf(readSecrets(folder, 'test'))).message).toContain('belongs to another user');
    await chown(folder, nobody, nobody);
    expect(await readSecrets(folder, 'test')).toEqual({ GATEWAY_SIGNING_KEY: 'a'.repeat(64) });
  });

  it('never leaves the folder of the workspace', async () => {
    const folder = await temporaryFolder();
    for (const name of ['../x', 'a/b', '', '.', 'TEST']) {
      expect((await rejectionOf(readSecrets(folder, name))).code).toBe('USAGE');
      expect((await rejectionOf(writeSecrets(folder, name, {}))).code).toBe('USAGE');
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it('is a clear error when secrets is a file, or may not be written', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'secrets'), '');
    expect((await rejectionOf(writeSecrets(folder, 'test', {}))).code).toBe('SECRET_UNUSABLE');
    const other = await temporaryFolder();
    await chmod(other, 0o555);
    const failure = await rejectionOf(asOrdinaryUser(() => writeSecrets(other, 'test', {})));
    await chmod(other, 0o755);
    expect(failure.code).toBe('WORKSPACE_READ_ONLY');
  });
});

describe('ensureSecrets', () => {
  it('generates once, takes given ones, and writes only a change', async () => {
    const folder = await temporaryFolder();
    const first = await ensureSecrets(folder, 'test', { DATABASE_PASSWORD: 'one' });
    expect(await readSecrets(folder, 'test')).toEqual(first);
    const file = join(folder, 'secrets/test.env');
    const written = (await stat(file)).ino;
    expect(await ensureSecrets(folder, 'test')).toEqual(first);
    expect((await stat(file)).ino).toBe(written);
    expect(await ensureSecrets(folder, 'test', { DATABASE_PASSWORD: 'two' })).toEqual({
      ...first,
      DATABASE_PASSWORD: 'two',
    });
  });

  it('of several first runs at once all end with the same secrets', async () => {
    const folder = await temporaryFolder();
    const all = await Promise.all([1, 2, 3, 4, 5].map(() => ensureSecrets(folder, 'test')));
    const last = await readSecrets(folder, 'test');
    for (const one of all) expect(one).toEqual(last);
    expect(await readFile(join(folder, 'secrets/test.env'), 'utf8')).toContain('IDENTITY_HEADER');
  });
});

it('a missing secret is named, and where a second operator gets it', () => {
  const { code, message, hints } = failureOf(() =>
    requireSecrets({ API_USERS: '' }, 'test', ['DATABASE_PASSWORD', 'IDENTITY_HEADER']),
  );
  expect([code, message]).toEqual(['SECRET_MISSING', 'secrets/test.env lacks DATABASE_PASSWORD, IDENTITY_HEADER']);
  expect(hints.join('\n')).toContain('--database-password-file FILE');
  expect(hints.join('\n')).toContain('get secrets/test.env from him');
  expect(() => requireSecrets({ DATABASE_PASSWORD: 'x' }, 'test', ['DATABASE_PASSWORD'])).not.toThrow();
});
