import { chmod, chown, lstat, mkdir, readdir, readFile, realpath, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { setValue } from '../../../src/workspace/edit.ts';
import { writeFailure } from '../../../src/workspace/store/files.ts';
import {
  createWorkspace,
  ensureWorkspaceId,
  openWorkspace,
  saveWorkspaceText,
} from '../../../src/workspace/store/workspace-store.ts';
import { rejectionOf } from '../failure-of.ts';
import { asOrdinaryUser, temporaryFolder } from './folder.ts';

const text = 'version: 1\nservers:\n  test: {}\n';

async function workspaceWith(content: string | Buffer) {
  const folder = await realpath(await temporaryFolder());
  await writeFile(join(folder, 'openimis.yaml'), content);
  return folder;
}

describe('openWorkspace', () => {
  it('finds the file in the folder, by its own name, and from a folder below', async () => {
    const folder = await workspaceWith(text);
    await mkdir(join(folder, 'a/b'), { recursive: true });
    const expected = {
      folder,
      file: join(folder, 'openimis.yaml'),
      text,
      config: { version: 1, servers: { test: {} } },
    };
    expect(await openWorkspace(folder)).toEqual(expected);
    expect(await openWorkspace(join(folder, 'openimis.yaml'))).toEqual(expected);
    expect(await openWorkspace('..', join(folder, 'a'))).toEqual(expected);
    expect(await openWorkspace(undefined, join(folder, 'a/b'))).toEqual(expected);
  });

  it('says what to type when there is none', async () => {
    const folder = await temporaryFolder();
    for (const failure of [
      await rejectionOf(openWorkspace(folder)),
      await rejectionOf(openWorkspace(join(folder, 'nowhere'))),
    ]) {
      expect(failure.code).toBe('WORKSPACE_MISSING');
      expect(failure.hints.join('\n')).toContain('openimis init');
    }
    expect((await rejectionOf(openWorkspace(undefined, folder))).message).toContain('or a folder above it');
  });

  it.each([
    ['UTF-16', Buffer.from(`\uFEFF${text}`, 'utf16le'), 'is UTF-16, not UTF-8'],
    ['Latin-1', Buffer.concat([Buffer.from(text), Buffer.from([0x23, 0xe9, 0x0a])]), 'is not UTF-8: look at line 4'],
    ['a huge file', Buffer.alloc(3_000_000, 0x23), 'has 3000000 bytes'],
  ])('%s is a clear error', async (_what, bytes, part) => {
    const { code, message } = await rejectionOf(openWorkspace(await workspaceWith(bytes)));
    expect([code, message]).toEqual(['WORKSPACE_UNREADABLE', expect.stringContaining(part)]);
  });

  it('a folder, a dead link, a loop and a file without permission are clear errors', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'a/openimis.yaml'), { recursive: true });
    await mkdir(join(folder, 'b'));
    await symlink('nowhere', join(folder, 'b/openimis.yaml'));
    await mkdir(join(folder, 'c'));
    await symlink('openimis.yaml', join(folder, 'c/openimis.yaml'));
    await mkdir(join(folder, 'd'));
    await writeFile(join(folder, 'd/openimis.yaml'), text, { mode: 0o000 });
    await chmod(folder, 0o755);
    for (const [name, part] of [
      ['a', 'is not a file'],
      ['b', 'symbolic link'],
      ['c', 'leads to itself'],
      ['d', 'no permission'],
    ] as const) {
      const { code, message } = await rejectionOf(asOrdinaryUser(() => openWorkspace(join(folder, name))));
      expect([code, message]).toEqual(['WORKSPACE_UNREADABLE', expect.stringContaining(part)]);
    }
  });

  it('a file that another user left in a folder above is not believed', async () => {
    const folder = await workspaceWith(text);
    await chmod(folder, 0o755);
    await mkdir(join(folder, 'a'));
    const file = join(folder, 'openimis.yaml');
    if (process.geteuid?.() === 0) await chown(file, 4242, 4242);
    else return expect((await stat(file)).uid).toBe(process.getuid?.());
    const { code, message, hints } = await rejectionOf(openWorkspace(undefined, join(folder, 'a')));
    expect([code, message]).toEqual([
      'WORKSPACE_UNREADABLE',
      expect.stringContaining('belongs to another user (uid 4242)'),
    ]);
    expect(hints.join()).toContain(`--workspace ${folder}`);
    expect((await openWorkspace(folder)).text).toBe(text);
    expect((await openWorkspace(undefined, folder)).text).toBe(text);
    await chmod(folder, 0o1777);
    expect((await rejectionOf(openWorkspace(undefined, folder))).message).toContain('belongs to another user');
  });
});

describe('saveWorkspaceText', () => {
  it('replaces the file in one step, keeping mode and byte order mark', async () => {
    const folder = await workspaceWith(`\uFEFF${text}`);
    const file = join(folder, 'openimis.yaml');
    await chmod(file, 0o664);
    const before = (await stat(file)).ino;
    const workspace = await openWorkspace(folder);
    expect(workspace.text).toBe(text);
    const changed = setValue(workspace.text, ['servers', 'test', 'release'], '1.1.0');
    const saved = await saveWorkspaceText(workspace, changed);
    expect(saved.config.servers['test']?.release).toBe('1.1.0');
    expect(await readFile(file, 'utf8')).toBe(`\uFEFF${changed}`);
    expect((await stat(file)).mode & 0o777).toBe(0o664);
    expect((await stat(file)).ino).not.toBe(before);
    expect(await readdir(folder)).toEqual(['openimis.yaml']);
    expect(await openWorkspace(folder)).toEqual(saved);
  });

  it('writes through a symbolic link and leaves it there', async () => {
    const folder = await workspaceWith(text);
    const other = await temporaryFolder();
    await symlink(join(folder, 'openimis.yaml'), join(other, 'openimis.yaml'));
    await saveWorkspaceText(await openWorkspace(other), `${text}# more\n`);
    expect((await lstat(join(other, 'openimis.yaml'))).isSymbolicLink()).toBe(true);
    expect(await readFile(join(folder, 'openimis.yaml'), 'utf8')).toBe(`${text}# more\n`);
  });

  it('never writes what does not parse, nor over what somebody else wrote', async () => {
    const folder = await workspaceWith(text);
    const file = join(folder, 'openimis.yaml');
    const workspace = await openWorkspace(folder);
    expect((await rejectionOf(saveWorkspaceText(workspace, 'version: 2\n'))).code).toBe('WORKSPACE_INVALID');
    expect(await readFile(file, 'utf8')).toBe(text);
    await writeFile(file, `${text}# theirs\n`);
    expect((await rejectionOf(saveWorkspaceText(workspace, `${text}# ours\n`))).code).toBe('WORKSPACE_CHANGED');
    expect(await readFile(file, 'utf8')).toBe(`${text}# theirs\n`);
  });

  it('says so when it may not write, and leaves nothing behind', async () => {
    const folder = await workspaceWith(text);
    const workspace = await openWorkspace(folder);
    await chmod(folder, 0o555);
    const failure = await rejectionOf(asOrdinaryUser(() => saveWorkspaceText(workspace, `${text}# more\n`)));
    await chmod(folder, 0o755);
    expect([failure.code, failure.message]).toEqual(['WORKSPACE_READ_ONLY', expect.stringContaining('no permission')]);
    expect(await readdir(folder)).toEqual(['openimis.yaml']);
    expect(await readFile(join(folder, 'openimis.yaml'), 'utf8')).toBe(text);
  });

  it.each([
    ['EROFS', 'WORKSPACE_READ_ONLY', 'the file system is read-only'],
    ['EACCES', 'WORKSPACE_READ_ONLY', 'no permission'],
    ['ENOSPC', 'DISK_FULL', 'no space is left'],
    ['EDQUOT', 'DISK_FULL', 'no space is left'],
  ])('%s is %s', (code, failureCode, part) => {
    expect(writeFailure(Object.assign(new Error('x'), { code }), '/w/openimis.yaml')).toMatchObject({
      code: failureCode,
      message: expect.stringContaining(part) as string,
    });
  });
});

describe('createWorkspace', () => {
  it('writes openimis.yaml, .gitignore and the schema that its first line names', async () => {
    const folder = join(await temporaryFolder(), 'new/one');
    const workspace = await createWorkspace(folder);
    expect(workspace.config).toEqual({
      version: 1,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      servers: {},
    });
    const schema = /^# yaml-language-server: \$schema=(.*)\n/.exec(workspace.text)?.[1] ?? '';
    expect(JSON.parse(await readFile(join(folder, schema), 'utf8'))).toMatchObject({ title: 'openimis.yaml' });
    expect(await readFile(join(folder, '.gitignore'), 'utf8')).toBe('secrets/\n.openimis/\n');
    expect(await createWorkspace(folder)).toEqual(workspace);
  });

  it('adds to a .gitignore and keeps what is in it', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, '.gitignore'), 'a\r\n/secrets\r\nb');
    await createWorkspace(folder);
    expect(await readFile(join(folder, '.gitignore'), 'utf8')).toBe('a\r\n/secrets\r\nb\r\n.openimis/\r\n');
  });

  it('of two at once there is one workspace', async () => {
    const folder = await temporaryFolder();
    const all = await Promise.all([1, 2, 3, 4].map(() => createWorkspace(folder)));
    expect(new Set(all.map(({ config }) => config.id)).size).toBe(1);
  });

  it('where a file is in the way, or writing is not allowed', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    expect((await rejectionOf(createWorkspace(join(folder, 'file')))).code).toBe('WORKSPACE_UNREADABLE');
    await chmod(folder, 0o555);
    const failure = await rejectionOf(asOrdinaryUser(() => createWorkspace(join(folder, 'sub'))));
    await chmod(folder, 0o755);
    expect(failure.code).toBe('WORKSPACE_READ_ONLY');
  });
});

it('a workspace written by hand gets an id once', async () => {
  const folder = await workspaceWith(`# mine\n${text}`);
  const first = await ensureWorkspaceId(await openWorkspace(folder));
  expect(first.text).toBe(`# mine\nversion: 1\nid: ${first.config.id}\nservers:\n  test: {}\n`);
  expect(await ensureWorkspaceId(first)).toBe(first);
  expect((await openWorkspace(folder)).config.id).toBe(first.config.id);
});
