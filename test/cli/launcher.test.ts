import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { inTemporaryFolder, packageFolder } from '../support/cli.ts';
import { atTerminal, enter } from '../support/terminal.ts';

const run = promisify(execFile);
type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Runs the launcher of a checkout with only the programs of `bin` and the basic tools in PATH. */
async function launch(
  checkout: string,
  bin: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const options = { env: { PATH: bin, HOME: checkout, LANG: 'C', ...env } };
  return run(join(checkout, 'bin/openimis'), [...argv], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: Ended) => error,
  );
}

/** A checkout without dependencies, and a folder of programs without Node. */
async function emptyCheckout(folder: string): Promise<{ checkout: string; bin: string; log: string }> {
  const checkout = join(folder, 'checkout');
  const bin = join(folder, 'bin');
  await mkdir(join(checkout, 'bin'), { recursive: true });
  await mkdir(join(checkout, 'src'));
  await mkdir(bin);
  await cp(join(packageFolder, 'bin/openimis'), join(checkout, 'bin/openimis'));
  for (const file of ['package.json', 'package-lock.json', 'build.js'])
    await cp(join(packageFolder, file), join(checkout, file));
  for (const tool of [
    'sh',
    'dirname',
    'readlink',
    'cksum',
    'cut',
    'tr',
    'cat',
    'find',
    'head',
    'id',
    'env',
    'mkdir',
    'chmod',
    'ln',
    'touch',
  ])
    await symlink((await run('which', [tool])).stdout.trim(), join(bin, tool));
  return { checkout, bin, log: join(folder, 'log') };
}

async function script(file: string, lines: readonly string[]): Promise<void> {
  await writeFile(file, ['#!/bin/sh', ...lines, ''].join('\n'));
  await chmod(file, 0o755);
}

describe('bin/openimis', () => {
  it('without Node and without consent, names what it would install and ends with 2', async () => {
    await inTemporaryFolder(async (folder) => {
      const { checkout, bin } = await emptyCheckout(folder);
      const { code, stderr } = await launch(checkout, bin, ['--version']);
      expect(code).toBe(2);
      expect(stderr).toContain('--yes');
      expect(stderr).toContain('apt-get');
    });
  });

  it('without Node, asks at a terminal; a no changes nothing', async () => {
    await inTemporaryFolder(async (folder) => {
      const { checkout, bin, log } = await emptyCheckout(folder);
      await script(join(bin, 'apt-get'), [`echo "$*" >>'${log}'; exit 1`]);
      const options = { cwd: checkout, env: { PATH: bin } };
      for (const [typed, code] of [
        ['n', 2],
        ['', 2],
        ['y', 1],
      ] as const) {
        const terminal = atTerminal(['bin/openimis', 'servers', 'list'], options);
        await terminal.sees('Install nodejs and npm with apt-get? [y/N]');
        expect(existsSync(log)).toBe(false);
        terminal.types(`${typed}${enter}`);
        const ended = await terminal.end();
        expect(ended.code, ended.screen).toBe(code);
      }
      // Only the yes called apt-get, which fails here; the launcher says what to look at.
      expect(await readFile(log, 'utf8')).toContain('install -y -qq --no-install-recommends nodejs npm');
    });
  });

  it('with --yes installs Node through apt, the pinned one through npm, builds, hands over, and does each once', async () => {
    await inTemporaryFolder(async (folder) => {
      const { checkout, bin, log } = await emptyCheckout(folder);
      const record = `echo "$(basename "$0") $*" >>'${log}'`.replace('$(basename "$0")', '${0##*/}');
      const pinned = join(checkout, 'node_modules/node/bin');
      // The stand-ins of apt-get and npm leave what the real ones leave.
      await script(join(bin, 'npm.real'), [
        record,
        `mkdir -p '${pinned}'`,
        `ln -sf '${join(bin, 'node.real')}' '${pinned}/node'`,
      ]);
      await script(join(bin, 'node.real'), [
        record,
        `case $1 in *build.js|build.js) mkdir -p '${checkout}/dist'; touch '${checkout}/dist/.built' '${checkout}/oclif.manifest.json';; esac`,
      ]);
      await script(join(bin, 'apt-get'), [
        record,
        `case $1 in install) ln -sf '${join(bin, 'npm.real')}' '${join(bin, 'npm')}'; ln -sf '${join(bin, 'node.real')}' '${join(bin, 'node')}';; esac`,
      ]);
      const sudo = process.getuid?.() === 0 ? [] : [script(join(bin, 'sudo'), ['exec "$@"'])];
      await Promise.all(sudo);
      const first = await launch(checkout, bin, ['servers', 'list', '--yes']);
      expect(first, first.stderr).toMatchObject({ code: 0 });
      const calls = (await readFile(log, 'utf8')).trim().split('\n');
      expect(calls.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
        'apt-get update',
        'apt-get install',
        'npm ci',
        'node build.js',
        `node ${join(checkout, 'bin/run.js')}`,
      ]);
      expect(calls.at(-1)).toContain('servers list --yes');
      for (const word of ['installing nodejs', 'installing dependencies', 'building'])
        expect(first.stderr).toContain(word);
      await launch(checkout, bin, ['servers', 'list']);
      expect((await readFile(log, 'utf8')).trim().split('\n')).toHaveLength(6);
      // A source that is newer than the build is built again, and so is a manifest that was removed.
      await run('touch', ['-d', '1 minute', join(checkout, 'src')]);
      await launch(checkout, bin, ['servers', 'list']);
      expect((await readFile(log, 'utf8')).trim().split('\n').slice(6)).toHaveLength(2);
      await run('touch', ['-d', '1 hour ago', join(checkout, 'src')]);
      await rm(join(checkout, 'oclif.manifest.json'));
      await launch(checkout, bin, ['servers', 'list']);
      expect((await readFile(log, 'utf8')).trim().split('\n').slice(8)).toHaveLength(2);
    });
  });

  it('OPENIMIS_YES=1 agrees as --yes does; an argument behind -- does not', async () => {
    await inTemporaryFolder(async (folder) => {
      const { checkout, bin, log } = await emptyCheckout(folder);
      await script(join(bin, 'apt-get'), [`echo "$*" >>'${log}'; exit 1`]);
      expect(await launch(checkout, bin, ['servers', '--', '--yes'])).toMatchObject({ code: 2 });
      expect(existsSync(log)).toBe(false);
      expect(await launch(checkout, bin, ['servers'], { OPENIMIS_YES: '1' })).toMatchObject({ code: 1 });
      expect(existsSync(log)).toBe(true);
    });
  });
});
