import { execFile } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { inTemporaryFolder, openimis } from '../support/cli.ts';

const json = (text: string): { ok: boolean; error?: { code: string; hints: string[] }; data?: unknown } =>
  JSON.parse(text) as ReturnType<typeof json>;

/** Everything that `init test` needs, as flags. */
const values = [
  ...['--legacy-ip', '127.0.0.1', '--database-name', 'IMIS', '--database-user', 'imis'],
  ...['--gateway-dns', 'new.example.org', '--release', '1.1.0'],
];

/** The same values under another name of the gateway: no two servers may share one. */
const named = (dns: string): string[] => values.map((value) => (value === 'new.example.org' ? dns : value));

/** Permissions do not stop root, a file system mounted read-only does. */
async function inReadOnlyFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const run = promisify(execFile);
  await inTemporaryFolder(async (folder) => {
    const root = process.getuid?.() === 0;
    await (root ? run('mount', ['-t', 'tmpfs', '-o', 'ro', 'none', folder]) : chmod(folder, 0o555));
    try {
      await use(folder);
    } finally {
      await (root ? run('umount', [folder]) : chmod(folder, 0o755));
    }
  });
}

describe('the program, without a terminal', () => {
  it.each([
    [['nonsense'], 2, 'USAGE'],
    [['servers', 'lst'], 2, 'USAGE'],
    [['servers', 'list', '--nonsense'], 2, 'USAGE'],
    [['servers', 'list', 'too', 'many'], 2, 'USAGE'],
    [['servers', 'list'], 3, 'WORKSPACE_MISSING'],
    [['init', '../x', ...values], 2, 'USAGE'],
    [['init', 'TEST', ...values], 2, 'USAGE'],
    [['init', ...values, '--server=--help'], 2, 'USAGE'],
    [['init', ...values, '--json', '--', '--help'], 2, 'USAGE'],
    [['init', 'sandbox', ...values], 2, 'USAGE'],
    [['init', 'test'], 2, 'VALUE_MISSING'],
    [['init', '--from', 'nowhere'], 2, 'USAGE'],
    [['explain', 'NOTHING'], 2, 'USAGE'],
    [['users', 'add'], 2, 'USAGE'],
    [['users', 'add', 'test', 'ann', '--password-file', 'a', '--password-stdin'], 2, 'USAGE'],
    [['users', 'remove', 'test', 'ann', '--yes'], 3, 'WORKSPACE_MISSING'],
    [['deploy', 'test', '--image', 'backend'], 2, 'USAGE'],
  ])('%j ends with %i and %s, as text and as one JSON document', async (argv, code, word) => {
    await inTemporaryFolder(async (cwd) => {
      const asJson = await openimis(argv.includes('--json') ? argv : [...argv, '--json'], { cwd });
      expect(json(asJson.stdout)).toMatchObject({ schema: 1, ok: false, error: { code: word } });
      expect(asJson.code).toBe(code);
      const asText = await openimis(
        argv.filter((word) => word !== '--json'),
        { cwd },
      );
      expect(asText.code).toBe(code);
      expect(asText.stdout).toBe('');
      expect(asText.stderr).toContain(word);
      expect(asText.stderr).not.toMatch(/^\s+at .*:\d+/m);
    });
  });

  it.each([
    ['--legacy-ip', '999.1.1.1'],
    ['--release', '9.9'],
    ['--gateway-dns', 'a b'],
    ['--subnet', '10.0.0.0/99'],
  ])('init refuses %s %s by the name of the flag, not of a file that is not there', async (flag, value) => {
    await inTemporaryFolder(async (cwd) => {
      const run = await openimis(['init', 'test', flag, value], { cwd });
      expect(run.code).toBe(2);
      expect(run.stderr).toContain(`${flag} "${value}"`);
      expect(run.stderr).not.toContain('correct the file');
      await expect(readFile(join(cwd, 'openimis.yaml'))).rejects.toThrow('ENOENT');
    });
  });

  it('init says of a server that is only catalogued that no deploy can follow', async () => {
    await inTemporaryFolder(async (cwd) => {
      const run = await openimis(['init', '--from', 'release'], { cwd });
      expect(run).toMatchObject({ code: 0 });
      expect(run.stdout).toContain('cannot be run with Docker');
      expect(run.stdout).not.toContain('openimis deploy');
    });
  });

  it('init names every missing value with flag, variable and place, and writes nothing', async () => {
    await inTemporaryFolder(async (cwd) => {
      const run = await openimis(['init', 'test', '--json'], { cwd });
      const hints = json(run.stdout).error?.hints.join('\n') ?? '';
      for (const flag of ['--legacy-ip', '--database-name', '--database-user', '--gateway-dns', '--release'])
        expect(hints).toContain(flag);
      expect(hints).toContain('OPENIMIS_DATABASE_USER');
      await expect(readFile(join(cwd, 'openimis.yaml'))).rejects.toThrow('ENOENT');
    });
  });

  it('init writes a workspace that servers list and show read, and a second init changes nothing', async () => {
    await inTemporaryFolder(async (cwd) => {
      const first = await openimis(['init', 'test', ...values, '--json'], { cwd });
      expect(json(first.stdout)).toMatchObject({
        ok: true,
        data: { server: 'test', changed: true, databasePassword: 'missing' },
      });
      const text = await readFile(join(cwd, 'openimis.yaml'), 'utf8');
      expect(text.split('\n')[0]).toMatch(/^# yaml-language-server: \$schema=/);
      const again = await openimis(['init', 'test', ...values, '--json'], { cwd });
      expect(json(again.stdout)).toMatchObject({ data: { changed: false } });
      expect(await readFile(join(cwd, 'openimis.yaml'), 'utf8')).toBe(text);
      const list = await openimis(['servers', 'list'], { cwd });
      expect(list.stdout).toMatch(/^test +1\.1\.0 .*new\.example\.org +complete$/m);
      const shown = await openimis(['servers', 'show', '--json'], { cwd });
      expect(json(shown.stdout)).toMatchObject({ data: { name: 'test', missing: [] } });
    });
  });

  it('init takes values from OPENIMIS_ variables and the password from standard input, and shows no secret', async () => {
    await inTemporaryFolder(async (cwd) => {
      const env = { OPENIMIS_LEGACY_IP: '127.0.0.1', OPENIMIS_DATABASE_NAME: 'IMIS', OPENIMIS_DATABASE_USER: 'imis' };
      const argv = ['init', '--gateway-dns', 'new.example.org', '--release', '1.1.0', '--database-password-stdin'];
      const run = await openimis(argv, { cwd, env, input: "s3cr'et$\n" });
      expect(run).toMatchObject({ code: 0 });
      expect(run.stdout + run.stderr).not.toContain('s3cr');
      expect(await readFile(join(cwd, 'openimis.yaml'), 'utf8')).not.toContain('s3cr');
      expect(await readFile(join(cwd, 'secrets/main.env'), 'utf8')).toContain("s3cr'et$");
    });
  });

  it('an address of the catalogue is not taken over before it was confirmed', async () => {
    await inTemporaryFolder(async (cwd) => {
      const rest = ['--database-user', 'imis', '--gateway-dns', 'new.example.org'];
      const refused = await openimis(['init', 'qa', '--from', 'qa', ...rest, '--json'], { cwd });
      expect(json(refused.stdout).error?.code).toBe('VALUE_MISSING');
      expect(json(refused.stdout).error?.hints.join()).toContain('--legacy-ip');
      const given = await openimis(['init', 'qa', '--from', 'qa', ...rest, '--legacy-ip', '127.0.0.1', '--json'], {
        cwd,
      });
      expect(json(given.stdout)).toMatchObject({ ok: true });
    });
  });

  it('several servers and no name: nothing is guessed and nothing is written', async () => {
    await inTemporaryFolder(async (cwd) => {
      await openimis(['init', 'a', ...values], { cwd });
      await openimis(['init', 'b', ...named('b.example.org')], { cwd });
      const text = await readFile(join(cwd, 'openimis.yaml'), 'utf8');
      expect(text).toContain('b.example.org');
      for (const word of ['init', 'deploy', 'render', 'status']) {
        const flags = word === 'init' || word === 'deploy' ? named('c.example.org') : [];
        const run = await openimis([word, ...flags, '--json'], { cwd });
        expect(json(run.stdout), word).toMatchObject({ error: { code: 'SERVER_AMBIGUOUS' } });
      }
      expect(await readFile(join(cwd, 'openimis.yaml'), 'utf8')).toBe(text);
    });
  });

  it('a value that openimis.yaml lacks is given by its flag', async () => {
    await inTemporaryFolder(async (cwd) => {
      const lacking = 'database: { name: IMIS }\n    gateway: { dns: new.example.org }\n    release: "1.1.0"\n';
      const text = `version: 1\nservers:\n  test:\n    legacy: { ip: 127.0.0.1 }\n    ${lacking}`;
      await writeFile(join(cwd, 'openimis.yaml'), text);
      const refused = await openimis(['deploy', '--dry-run', '--json'], { cwd });
      expect(json(refused.stdout).error).toMatchObject({ code: 'SERVER_INCOMPLETE' });
      const given = await openimis(['init', '--database-user', 'imis'], { cwd });
      expect(given, given.stderr).toMatchObject({ code: 0 });
      expect((await openimis(['servers', 'list'], { cwd })).stdout).toMatch(/^test .* complete$/m);
    });
  });

  it('a server that is catalogued only is written without secrets, and neither rendered nor deployed', async () => {
    await inTemporaryFolder(async (cwd) => {
      const run = await openimis(['init', 'old', '--from', 'release'], { cwd });
      expect(run, run.stderr).toMatchObject({ code: 0 });
      expect(run.stdout).toContain('cannot be run with Docker');
      expect(run.stdout).not.toContain('password');
      await expect(readFile(join(cwd, 'secrets/old.env'))).rejects.toThrow('ENOENT');
      for (const argv of [['deploy', '--yes'], ['deploy', '--dry-run'], ['render']]) {
        const refused = await openimis([...argv, '--json'], { cwd });
        expect(json(refused.stdout).error?.code, argv.join(' ')).toBe('SERVER_NOT_DEPLOYABLE');
        expect(refused.stdout).toContain('Windows 2012 without Docker');
      }
    });
  });

  it('--dry-run writes nothing', async () => {
    await inTemporaryFolder(async (cwd) => {
      const run = await openimis(['init', 'test', ...values, '--dry-run'], { cwd });
      expect(run.code).toBe(0);
      expect(run.stdout).toContain('new.example.org');
      await expect(readFile(join(cwd, 'openimis.yaml'))).rejects.toThrow('ENOENT');
    });
  });

  it('a broken openimis.yaml is told with file, line, column and the nearest key', async () => {
    await inTemporaryFolder(async (cwd) => {
      await writeFile(
        join(cwd, 'openimis.yaml'),
        'version: 1\nservers:\n  test:\n    gatway: { dns: a.example.org }\n',
      );
      const run = await openimis(['servers', 'list'], { cwd });
      expect(run.code).toBe(3);
      expect(run.stderr).toMatch(/openimis\.yaml:4:5/);
      expect(run.stderr).toContain('gateway');
    });
  });

  it('--grants needs name and login of the database, prints T-SQL on stdout and changes nothing', async () => {
    await inTemporaryFolder(async (cwd) => {
      const argv = ['init', 'test', '--grants', '--database-name', 'IMIS'];
      const asked = await openimis([...argv, '--json'], { cwd });
      expect(json(asked.stdout).error?.hints).toEqual([expect.stringMatching(/^--database-user VALUE/)]);
      const run = await openimis([...argv, '--database-user', 'imis'], { cwd });
      expect(run.code).toBe(0);
      expect(run.stdout).toContain('db_datareader');
      await expect(readFile(join(cwd, 'openimis.yaml'))).rejects.toThrow('ENOENT');
    });
  });

  it('a folder that may not be written is told by name', async () => {
    await inReadOnlyFolder(async (cwd) => {
      await inTemporaryFolder(async (writable) => {
        await openimis(['init', 'test', ...values], { cwd: writable });
        const render = await openimis(['render', '--output', join(cwd, 'out'), '--json'], { cwd: writable });
        expect(json(render.stdout).error).toMatchObject({
          code: 'WORKSPACE_READ_ONLY',
          message: expect.stringMatching(/out cannot be written \((EROFS|EACCES)\)$/) as string,
        });
      });
      const run = await openimis(['init', 'test', ...values, '--json'], { cwd });
      expect(json(run.stdout).error?.code).toBe('WORKSPACE_READ_ONLY');
    });
  });

  it('shows help and version on stdout with exit 0', async () => {
    const help = await openimis(['--help']);
    expect(help).toMatchObject({ code: 0 });
    for (const word of ['init', 'deploy', 'status', 'logs', 'down', 'render', 'servers', 'sandbox'])
      expect(help.stdout).toContain(word);
    expect(await openimis(['--version'])).toMatchObject({ code: 0 });
  });
});
