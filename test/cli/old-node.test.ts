import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

import { inTemporaryFolder, packageFolder } from '../support/cli.ts';

it('an old Node gets a sentence and the next command', async () => {
  const source = await readFile(join(packageFolder, 'bin/run.js'), 'utf8');
  const head = source
    .slice(0, source.indexOf("import('node:module')"))
    .replaceAll('process.versions.node', "'20.20.2'");
  await inTemporaryFolder(async (cwd) => {
    await writeFile(join(cwd, 'head.cjs'), head);
    const run = await promisify(execFile)(process.execPath, [join(cwd, 'head.cjs')]).catch(
      (error: { code: number; stderr: string }) => error,
    );
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining('Next:') as string });
  });
});
