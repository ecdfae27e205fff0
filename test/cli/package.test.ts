import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { execa } from 'execa';
import { expect, it } from 'vitest';

import { inTemporaryFolder, packageFolder } from '../support/cli.ts';

const manifest = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
  files: string[];
  dependencies: Record<string, string>;
};

it('package.json lists only files that exist', () => {
  expect(manifest.files.filter((file) => !existsSync(join(packageFolder, file)))).toEqual([]);
});

/** What `npm install openimis` puts into a folder: the packed files, and the dependencies that package.json names. */
it('the packed program works with the dependencies it names, and renders from its own templates', async () => {
  await inTemporaryFolder(async (folder) => {
    const packed = await execa('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: packageFolder,
    });
    const [{ filename } = { filename: '' }] = JSON.parse(packed.stdout) as { filename: string }[];
    await execa('tar', ['-xzf', filename], { cwd: folder });
    for (const name of Object.keys(manifest.dependencies)) {
      const place = join(folder, 'package/node_modules', name);
      await mkdir(dirname(place), { recursive: true });
      await symlink(join(packageFolder, 'node_modules', name), place);
    }
    const cwd = join(folder, 'workspace');
    await mkdir(cwd);
    const openimis = async (...argv: string[]): Promise<string> => {
      const run = await execa(process.execPath, [join(folder, 'package/bin/run.js'), ...argv], {
        cwd,
        stdin: 'ignore',
        // An operator's shell may have it.
        env: { NODE_ENV: 'development' },
      });
      expect(run.stderr).toBe('');
      return run.stdout;
    };
    expect(await openimis('--help')).toContain('deploy');
    expect(await openimis('help', 'sandbox', 'up')).toContain('--legacy-version');
    expect(await openimis('servers', 'list', '--catalogue')).toMatch(/^demo .*\nqa .*\nrelease .*\ntest /m);
    expect(await openimis('explain', 'PORT_TAKEN')).toContain('gateway.https');
    await openimis(
      'init',
      'demo',
      '--from',
      'demo',
      '--legacy-ip',
      '127.0.0.1',
      '--database-name',
      'IMIS',
      '--database-user',
      'imis',
      '--gateway-dns',
      'new.example.org',
    );
    await openimis('render', 'demo', '--output', 'out');
    expect(await readFile(join(cwd, 'out/base/compose.yaml'), 'utf8')).toContain('gateway:');
    expect(existsSync(join(folder, 'package/dist/stand-ins.mjs'))).toBe(true);
  });
});
