import { join } from 'node:path';

import { execa } from 'execa';
import { expect } from 'vitest';

import { packageFolder } from '../../support/cli.ts';

/** `logs --follow` shows what is written while it runs, and ends by Ctrl-C. */
export async function followsUntilCtrlC(cwd: string): Promise<void> {
  const argv = [join(packageFolder, 'bin/run.js'), 'logs', 'test', 'gateway', '--follow', '--tail', '0'];
  const following = execa(process.execPath, argv, { cwd, reject: false, stdin: 'ignore', timeout: 30_000 });
  const asking = setInterval(() => {
    void execa('curl', ['--insecure', '--silent', 'https://127.0.0.1:9443/front/asked-while-following'], {
      reject: false,
    });
  }, 250);
  for await (const line of following) if (line.includes('/front/asked-while-following')) following.kill('SIGINT');
  clearInterval(asking);
  expect(await following).toMatchObject({ exitCode: 0, timedOut: false });
}
