import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { execa } from 'execa';
import { describe, expect, it } from 'vitest';

import { inTemporaryFolder, openimis } from '../../support/cli.ts';
import { checkFiles } from '../gateway/support/gateway-container.ts';

const missing = {
  demo: [
    '--legacy-ip',
    '127.0.0.1',
    '--database-name',
    'IMIS',
    '--database-user',
    'imis',
    '--gateway-dns',
    'demo.example.org',
  ],
  test: [
    '--legacy-dns',
    'legacy.example.org',
    '--legacy-tls',
    'none',
    '--database-name',
    'IMIS',
    '--database-user',
    'imis',
    '--gateway-dns',
    'test.example.org',
  ],
  qa: ['--legacy-ip', '127.0.0.1', '--database-user', 'imis', '--gateway-dns', 'qa.example.org'],
} as const;

describe('a server of the catalogue, with the missing values given by flags', () => {
  it.each(Object.entries(missing))('%s renders to what Compose and nginx accept', async (name, flags) => {
    await inTemporaryFolder(async (cwd) => {
      const init = await openimis(['init', name, '--from', name, ...flags], { cwd });
      expect(init, init.stderr).toMatchObject({ code: 0 });
      const render = await openimis(['render', name, '--output', 'out'], { cwd });
      expect(render, render.stderr).toMatchObject({ code: 0 });
      for (const project of ['base', 'revision']) {
        const file = join(cwd, 'out', project, 'compose.yaml');
        const config = await execa('docker', ['compose', '--file', file, 'config', '--quiet'], { reject: false });
        expect(config.exitCode, config.stderr).toBe(0);
      }
      const gateway = join(cwd, 'out/gateway');
      const files = (await readdir(gateway, { recursive: true, withFileTypes: true })).filter((entry) =>
        entry.isFile(),
      );
      const contents = files.map(async ({ parentPath, name: file }) => {
        const path = join(parentPath, file);
        return [path.slice(gateway.length + 1), await readFile(path, 'utf8')] as const;
      });
      const check = await checkFiles(Object.fromEntries(await Promise.all(contents)));
      expect(check.code, check.output).toBe(0);
    });
  });

  it.each(Object.keys(missing))('%s is refused as long as values are missing, each with its flag', async (name) => {
    await inTemporaryFolder(async (cwd) => {
      const header = 'version: 1\nservers:\n';
      const body =
        (await readFile(join(import.meta.dirname, `../../../templates/servers/${name}.yaml`), 'utf8')).split(
          /^server:\n/m,
        )[1] ?? '';
      const { writeFile } = await import('node:fs/promises');
      await writeFile(join(cwd, 'openimis.yaml'), `${header}  ${name}:\n${body.replace(/^(?=.)/gm, '  ')}`);
      const render = await openimis(['render', '--json'], { cwd });
      expect(JSON.parse(render.stdout)).toMatchObject({
        error: { code: 'SERVER_INCOMPLETE', message: expect.stringContaining('--database-user') as string },
      });
      const overridden = await openimis(['render', ...missing[name as keyof typeof missing], '--json'], { cwd });
      expect(JSON.parse(overridden.stdout)).toMatchObject({ ok: true, data: { server: name } });
    });
  });

  it('release is catalogued as not deployable, and deploy says why', async () => {
    await inTemporaryFolder(async (cwd) => {
      const init = await openimis(['init', 'acceptance', '--from', 'release'], { cwd });
      expect(init, init.stderr).toMatchObject({ code: 0 });
      const deploy = await openimis(['deploy', '--yes', '--json'], { cwd });
      expect(deploy.code).toBe(3);
      expect(JSON.parse(deploy.stdout)).toMatchObject({
        error: { code: 'SERVER_NOT_DEPLOYABLE', message: expect.stringContaining('Windows 2012') as string },
      });
    });
  });
});
