import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { exitCodes } from '../../src/failure.ts';
import { inTemporaryFolder, openimis, packageFolder } from '../support/cli.ts';

const manifest = JSON.parse(readFileSync(join(packageFolder, 'oclif.manifest.json'), 'utf8')) as { commands: object };
const ids = Object.keys(manifest.commands).filter((id) => !id.startsWith('autocomplete') && id !== 'help');

/** Help and documents are what scripts and people rely on: a change is seen in review. `vitest -u` rewrites them. */
describe('golden files', () => {
  it.each(ids)('help of %s', async (id) => {
    const run = await openimis([...id.split(':'), '--help'], { env: { COLUMNS: '100' } });
    expect(run.code).toBe(0);
    await expect(run.stdout).toMatchFileSnapshot(`golden/help-${id.replaceAll(':', '-')}.txt`);
  });

  it('help of the program, with every exit code', async () => {
    const run = await openimis(['--help'], { env: { COLUMNS: '100' } });
    const listed = [...run.stdout.matchAll(/^ +(\d+) {2}\S/gm)].map(([, code]) => Number(code));
    expect(listed).toEqual(Object.values(exitCodes));
  });

  it('servers list --catalogue --json', async () => {
    const run = await openimis(['servers', 'list', '--catalogue', '--json']);
    await expect(run.stdout).toMatchFileSnapshot('golden/servers-list-catalogue.json');
  });

  it('servers show --json', async () => {
    await inTemporaryFolder(async (cwd) => {
      const flags = ['--legacy-ip', '127.0.0.1', '--database-name', 'IMIS', '--database-user', 'imis'];
      await openimis(['init', 'test', ...flags, '--gateway-dns', 'new.example.org', '--release', '1.1.0'], { cwd });
      const run = await openimis(['servers', 'show', '--json'], { cwd });
      await expect(run.stdout.replaceAll(cwd, '/workspace')).toMatchFileSnapshot('golden/servers-show.json');
    });
  });
});
