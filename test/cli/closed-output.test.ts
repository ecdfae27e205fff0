import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { packageFolder } from '../support/cli.ts';

describe('standard output that takes no more', () => {
  it('a reader that closes the pipe is no error', async () => {
    const line = `"${process.execPath}" "${join(packageFolder, 'bin/run.js')}" explain | head -n 1`;
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', `set -o pipefail; ${line}`]);
    expect(stdout.trim()).toBe('USAGE');
    expect(stderr).toBe('');
  });

  it('says that a result could not be written, without a stack trace', async () => {
    const shell = ['-c', '"$0" "$1" explain USAGE > /dev/full', process.execPath, join(packageFolder, 'bin/run.js')];
    const run = await promisify(execFile)('sh', shell).catch((error: unknown) => error);
    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('no space is left') as string });
    expect(run).not.toMatchObject({ stderr: expect.stringMatching(/^\s+at /m) as string });
  });
});
