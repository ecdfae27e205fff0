import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { inTemporaryFolder, openimis, packageFolder } from '../support/cli.ts';
import { atTerminal, ctrlC, enter, type Terminal } from '../support/terminal.ts';

const program = [process.execPath, join(packageFolder, 'bin/run.js')];
/** No engine anywhere: what comes after the questions must not find one. */
const env = { DOCKER_HOST: 'unix:///nonexistent/docker.sock' };
const start = (cwd: string, argv: readonly string[]): Terminal => atTerminal([...program, ...argv], { cwd, env });

async function answer(terminal: Terminal, question: string, text: string): Promise<void> {
  await terminal.sees(question);
  terminal.types(`${text}${enter}`);
}

describe('the program at a terminal', () => {
  it('init asks for what is missing, each with what it is and where to find it, and for the password unseen', async () => {
    await inTemporaryFolder(async (cwd) => {
      const terminal = start(cwd, ['init', '--legacy-ip', '203.0.113.10', '--release', '1.1.0']);
      await answer(terminal, 'Name of the legacy database (ImisConnectionString in web.config', 'IMIS');
      await answer(terminal, 'SQL Server login for the new applications (your DBA', 'imisuser');
      await answer(terminal, 'Name of the new entry point (the host name that users will type', 'not a name');
      await terminal.sees('is not a host name');
      terminal.types(`${'\u007f'.repeat('not a name'.length)}new.example.org${enter}`);
      await answer(terminal, 'Type none to accept that', 'verify');
      await terminal.sees('type none, or press Ctrl-C');
      terminal.types(`${'\u007f'.repeat('verify'.length)}none${enter}`);
      await answer(terminal, 'Password of the database login imisuser (your DBA set it', "s3cr'et$");
      const { code, screen } = await terminal.end();
      expect(code, screen).toBe(0);
      expect(screen).not.toContain('s3cr');
      expect(await readFile(join(cwd, 'openimis.yaml'), 'utf8')).toMatch(
        /main:\n {4}legacy:\n {6}ip: 203\.0\.113\.10\n {6}tls: none\n {4}release: "1\.1\.0"\n {4}database:\n {6}name: IMIS\n {6}user: imisuser\n {4}gateway:\n {6}dns: new\.example\.org\n/,
      );
      expect(await readFile(join(cwd, 'secrets/main.env'), 'utf8')).toContain("s3cr'et$");
    });
  });

  it('init asks whether an address of the catalogue is yours, and takes another one', async () => {
    await inTemporaryFolder(async (cwd) => {
      const terminal = start(cwd, ['init', 'qa', '--from', 'qa', '--gateway-dns', 'new.example.org']);
      await answer(terminal, 'Is this yours? legacy.ip (it comes from the catalogue', '203.0.113.10');
      await answer(terminal, 'SQL Server login', 'imisuser');
      await answer(terminal, 'Type none to accept that', 'none');
      await answer(terminal, 'Password of', '');
      const { code, screen } = await terminal.end();
      expect(code, screen).toBe(0);
      const text = await readFile(join(cwd, 'openimis.yaml'), 'utf8');
      expect(text).toContain('ip: 203.0.113.10');
      expect(text).not.toContain('132.148.151.32');
    });
  });

  it('Ctrl-C at a question ends with 130, and nothing was written', async () => {
    await inTemporaryFolder(async (cwd) => {
      const terminal = start(cwd, ['init']);
      await terminal.sees('Address of the legacy');
      terminal.types(ctrlC);
      const { code, screen } = await terminal.end();
      expect(code).toBe(130);
      expect(screen).not.toMatch(/^\s+at .*:\d+/m);
      await expect(readFile(join(cwd, 'openimis.yaml'))).rejects.toThrow('ENOENT');
    });
  });

  it('deploy asks for what openimis.yaml lacks, and writes it there', async () => {
    await inTemporaryFolder(async (cwd) => {
      const file = join(cwd, 'openimis.yaml');
      const server =
        '  test: # ours\n    legacy: { ip: 203.0.113.10 }\n    database: { name: IMIS }\n    gateway: { dns: new.example.org }\n    release: "1.1.0"\n';
      await writeFile(file, `version: 1\nservers:\n${server}`);
      const asked = start(cwd, ['deploy']);
      await answer(asked, 'SQL Server login for the new applications', 'imisuser');
      await answer(asked, 'Type none to accept that', 'none');
      await answer(asked, 'Password of the database login imisuser', 'secret');
      const { code, screen } = await asked.end();
      expect(code, screen).toBe(5);
      expect(screen).toContain('ENGINE_NOT_RUNNING');
      const text = await readFile(file, 'utf8');
      expect(text).toContain('  test: # ours\n');
      expect(text).toContain('legacy: { ip: 203.0.113.10, tls: none }');
      expect(text).toContain('database: { name: IMIS, user: imisuser }');
      const shown = await openimis(['servers', 'list'], { cwd });
      expect(shown.stdout).toMatch(/^test .* complete$/m);
    });
  });
});
