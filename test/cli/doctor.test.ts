import { writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { defaultLogin, type SqlServer } from '../../src/sandbox/stand-ins/sql-server/start-sql-server.ts';
import { keyPair, withSqlServer } from '../sandbox/sql-clients.ts';
import { type CliRun, inTemporaryFolder, openimis } from '../support/cli.ts';

/** Runs the built program in a workspace whose server `test` has this database. */
async function doctor(
  argv: readonly string[],
  database: { readonly host: string; readonly port: number },
  password: string = defaultLogin.password,
): Promise<CliRun> {
  return inTemporaryFolder(async (cwd) => {
    const text = `version: 1
servers:
  test:
    legacy: { ip: 127.0.0.1, url: "http://127.0.0.1:9/" }
    database: { host: ${database.host}, port: ${database.port}, name: openIMIS, user: imisuser }
    gateway: { dns: new.example.org }
    release: "1.1.0"
`;
    await writeFile(join(cwd, 'openimis.yaml'), text);
    await mkdir(join(cwd, 'secrets'), { mode: 0o700 });
    await writeFile(join(cwd, 'secrets/test.env'), `DATABASE_PASSWORD='${password}'\n`, { mode: 0o600 });
    return openimis(['doctor', 'test', ...argv], { cwd, env: { TZ: 'UTC' } });
  });
}

const withRights = async (roles: readonly string[], use: (server: SqlServer) => Promise<void>): Promise<void> =>
  withSqlServer({ tls: await keyPair(), encryption: 'on', roles }, use);
const all = ['db_datareader', 'db_datawriter', 'db_ddladmin', 'execute'];
const database = ['--only', 'legacy-database'];

type Document = {
  readonly ok: boolean;
  readonly data: {
    readonly verdict: string;
    readonly findings: readonly { readonly id: string; readonly state: string }[];
    readonly statements: readonly string[];
  };
};

describe('openimis doctor', () => {
  test('all is well: exit code 0, and with --verbose every statement', () =>
    withRights(all, async (server) => {
      const run = await doctor([...database, '--verbose'], server);
      expect(run.code).toBe(0);
      expect(run.stdout).toContain('All is well');
      expect(run.stdout).toContain('SELECT name FROM sys.tables');
      expect(server.state).toMatchObject({ connections: 1, writes: [], refused: [] });
    }));

  test('a missing right: exit code 4, what to type, a letter, and the same in JSON', () =>
    withRights(['db_datareader', 'db_datawriter', 'db_ddladmin'], async (server) => {
      const run = await doctor(database, server);
      expect(run.code).toBe(4);
      expect(run.stdout).toContain('GRANT EXECUTE ON SCHEMA::dbo TO [imisuser]');
      expect(run.stdout).toContain('openimis doctor test --letter');
      const letter = await doctor([...database, '--letter'], server);
      expect([letter.code, letter.stdout]).toEqual([4, expect.stringContaining('1. SQL Server, database openIMIS')]);
      const json = await doctor([...database, '--json'], server);
      const { ok, data } = JSON.parse(json.stdout) as Document;
      expect([json.code, ok]).toEqual([4, true]);
      expect(data.findings.filter(({ state }) => state === 'problem').map(({ id }) => id)).toEqual([
        'legacy-database/right-execute',
      ]);
      expect(run.stdout).toContain(data.verdict);
      expect(run.stdout + letter.stdout + json.stdout).not.toContain(defaultLogin.password);
    }));

  test('a hostile answer never reaches the terminal as it is', () =>
    withSqlServer({ plays: { defaultSchema: 'x\u001b[2J' } }, async (server) => {
      const run = await doctor(['--only', 'legacy-database', '--verbose'], server);
      expect(run.stdout).not.toContain('\u001b');
    }));

  test('--list looks at nothing; an unknown check is a usage error that names the nearest', async () => {
    const listed = await openimis(['doctor', '--list', '--only', 'legacy-database/login']);
    expect([listed.code, listed.stdout]).toEqual([0, expect.stringContaining('SQL Server accepts the login')]);
    const wrong = await openimis(['doctor', '--only', 'legacy-database/logn']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('did you mean legacy-database/login?')]);
  });

  test('without a workspace and without a server it looks at the box', () =>
    inTemporaryFolder(async (cwd) => {
      const run = await openimis(['doctor', '--json'], { cwd });
      const { data } = JSON.parse(run.stdout) as Document;
      expect(data.findings.some(({ id }) => id.startsWith('legacy-'))).toBe(false);
    }));
});
