import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { inTemporaryFolder, openimis } from '../support/cli.ts';

it('sandbox up --dry-run says what would be started, built and written, and writes nothing', async () => {
  await inTemporaryFolder(async (cwd) => {
    const env = { XDG_STATE_HOME: cwd };
    const run = await openimis(['sandbox', 'up', '--dry-run', '--legacy-version', '1.4.1'], { cwd, env });
    expect(run, run.stderr).toMatchObject({ code: 0 });
    for (const word of ['openimis-sandbox-test ', 'a legacy 1.4.1', '127.0.0.1', 'RabbitMQ', 'openimis-base', cwd])
      expect(run.stdout).toContain(word);
    expect(run.stdout).toContain('nothing was changed');
    const json = JSON.parse((await openimis(['sandbox', 'up', '--dry-run', '--json'], { cwd, env })).stdout) as unknown;
    expect(json).toMatchObject({ ok: true, data: { outline: { folder: join(cwd, 'openimis/sandbox') } } });
    expect(await readdir(cwd)).toEqual([]);
  });
});
