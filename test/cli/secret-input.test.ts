import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { readSecretInput } from '../../src/cli/secret-input.ts';
import { inTemporaryFolder } from '../support/cli.ts';

const none = { file: undefined, stdin: false, variable: undefined };

describe('readSecretInput', () => {
  it('is undefined when nothing was given', async () => {
    expect(await readSecretInput('it', none)).toBeUndefined();
    expect(await readSecretInput('it', { ...none, variable: '' })).toBeUndefined();
  });

  it.each([
    ['p\'a"s$s\\w{}\n', 'p\'a"s$s\\w{}'],
    ['with blanks at the end  \r\n', 'with blanks at the end  '],
    ['ünï©ode', 'ünï©ode'],
  ])('takes %j from a file, without its line break only', async (content, expected) => {
    await inTemporaryFolder(async (folder) => {
      const file = join(folder, 'password');
      await writeFile(file, content);
      expect(await readSecretInput('it', { ...none, file })).toBe(expected);
    });
  });

  it.each(['a\nb', 'a\0b', '\n', 'x'.repeat(5000)])('refuses %j', async (content) => {
    await inTemporaryFolder(async (folder) => {
      const file = join(folder, 'password');
      await writeFile(file, content);
      await expect(readSecretInput('it', { ...none, file })).rejects.toMatchObject({ code: 'SECRET_UNUSABLE' });
    });
  });

  it('reads a pipe, never without end, and says what is wrong with a path', async () => {
    await inTemporaryFolder(async (folder) => {
      const pipe = join(folder, 'pipe');
      await promisify(execFile)('mkfifo', [pipe]);
      const [value] = await Promise.all([
        readSecretInput('it', { ...none, file: pipe }),
        writeFile(pipe, 'from a pipe\n'),
      ]);
      expect(value).toBe('from a pipe');
      await expect(readSecretInput('it', { ...none, file: folder })).rejects.toThrow('is a folder');
    });
    await expect(readSecretInput('it', { ...none, file: '/dev/zero' })).rejects.toMatchObject({
      code: 'SECRET_UNUSABLE',
    });
    await expect(readSecretInput('it', { ...none, file: '/nowhere' })).rejects.toThrow('/nowhere is not there');
  });

  it('names a file that is not there, and never two sources at once', async () => {
    await expect(readSecretInput('it', { ...none, file: '/nowhere/at/all' })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(readSecretInput('it', { ...none, file: 'a', stdin: true })).rejects.toMatchObject({ code: 'USAGE' });
  });
});
