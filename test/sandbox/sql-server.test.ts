import sql from 'mssql';
import { describe, expect, test } from 'vitest';

import { defaultLogin } from '../../src/sandbox/stand-ins/sql-server/start-sql-server.ts';
import { encryptionModes } from '../../src/sandbox/stand-ins/sql-server/tds/prelogin.ts';
import { askTedious, askTsql, keyPair, withSqlServer } from './sql-clients.ts';

// The contract of the stand-in: two independent clients, tedious and FreeTDS, must agree about it.

describe('the login, by both clients', () => {
  test('the right user, password and database get in; the server sees who and where', () =>
    withSqlServer({}, async (server) => {
      expect(await askTedious(server, 'SELECT DB_NAME() AS name, SUSER_SNAME() AS who')).toMatchObject({
        rows: [['openIMIS', 'imisuser']],
      });
      expect(await askTsql(server, 'SELECT DB_NAME()')).toMatchObject({
        code: 0,
        output: expect.stringContaining('openIMIS') as string,
      });
      expect(server.state).toMatchObject({
        logins: 2,
        failedLogins: 0,
        lastLogin: { user: 'imisuser', database: 'openIMIS', application: 'TSQL' },
      });
    }));

  test.each([{ password: 'wrong' }, { user: 'nobody' }, { password: '' }, { password: 'STAND-IN-PASSWORD' }])(
    '18456 for %j',
    (wish) =>
      withSqlServer({}, async (server) => {
        expect(await askTedious(server, 'SELECT 1', wish)).toMatchObject({
          failed: true,
          code: 'ELOGIN',
          numbers: [18456],
        });
        const { code, output } = await askTsql(server, 'SELECT 1', wish);
        expect(code).not.toBe(0);
        expect(output).toContain('18456');
        expect(server.state).toMatchObject({ logins: 0, failedLogins: 2 });
      }),
  );

  test('4060 and 18456 for an unknown database', () =>
    withSqlServer({}, async (server) => {
      expect(await askTedious(server, 'SELECT 1', { database: 'nope' })).toMatchObject({
        failed: true,
        numbers: [4060, 18456],
      });
      expect((await askTsql(server, 'SELECT 1', { database: 'nope' })).output).toContain('4060');
    }));

  test('a password of every kind of character arrives as it is', async () => {
    const password = `p'"\\{}$ ${'äЖ語'}😀;=`;
    await withSqlServer({ logins: [{ user: 'imis user', password }] }, async (server) => {
      const wish = { user: 'IMIS User', password };
      expect(await askTedious(server, 'SELECT 1', wish)).toMatchObject({ failed: false, rows: [[1]] });
      const { password: wrong } = defaultLogin;
      expect(await askTedious(server, 'SELECT 1', { ...wish, password: wrong })).toMatchObject({ failed: true });
    });
  });

  test.each(['7.1', '7.2', '7.3', '7.4'])('FreeTDS speaks TDS %s', (tds) =>
    withSqlServer({}, async (server) => {
      const { code, output } = await askTsql(server, "SELECT name FROM sys.tables WHERE name = 'TBLUSERS'", { tds });
      expect([code, output]).toEqual([0, expect.stringContaining('tblUsers')]);
    }),
  );
});

describe('encryption, as MS-TDS 2.2.6.5 tables it', () => {
  const tedious = {
    off: [true, true],
    on: [false, true],
    required: [false, true],
    'not-supported': [true, false],
  } as const;
  test.each(encryptionModes)('tedious, in clear and encrypted, against a server with "%s"', async (encryption) => {
    await withSqlServer({ encryption, tls: await keyPair() }, async (server) => {
      const question = 'SELECT encrypt_option FROM sys.dm_exec_connections WHERE session_id = @@SPID';
      const [clear, encrypted] = tedious[encryption];
      const inClear = await askTedious(server, question, { encrypt: false });
      expect(inClear).toMatchObject(clear ? { rows: [['FALSE']] } : { failed: true, code: 'EENCRYPT' });
      const inTls = await askTedious(server, question, { encrypt: true });
      expect(inTls).toMatchObject(encrypted ? { rows: [['TRUE']] } : { failed: true, code: 'EENCRYPT' });
      expect(server.state.logins).toBe(Number(clear) + Number(encrypted));
    });
  });

  const freetds = {
    off: { off: 'in clear', request: 'login encrypted', require: 'encrypted' },
    on: { off: 'refused', request: 'encrypted', require: 'encrypted' },
    required: { off: 'refused', request: 'encrypted', require: 'encrypted' },
    'not-supported': { off: 'in clear', request: 'in clear', require: 'refused' },
  } as const;
  const cases = encryptionModes.flatMap((mode) =>
    (['off', 'request', 'require'] as const).map((client) => [mode, client, freetds[mode][client]] as const),
  );
  test.each(cases)('server "%s", FreeTDS "%s": %s', async (mode, client, expected) => {
    await withSqlServer({ encryption: mode, tls: await keyPair() }, async (server) => {
      const question = 'SELECT encrypt_option, 40 + 2 FROM sys.dm_exec_connections';
      const { code, output } = await askTsql(server, question, { encryption: client });
      if (expected === 'refused') {
        expect(code).not.toBe(0);
        expect(server.state.logins).toBe(0);
        return;
      }
      expect([code, output]).toEqual([0, expect.stringMatching(expected === 'encrypted' ? /TRUE\s+42/ : /FALSE\s+42/)]);
      expect(server.state.lastLogin?.encrypted).toBe(expected !== 'in clear');
    });
  });
});

test('mssql, with its pool, its parameters and its transactions', () =>
  withSqlServer({}, async (server) => {
    const pool = new sql.ConnectionPool({
      server: server.host,
      port: server.port,
      database: 'openIMIS',
      ...defaultLogin,
      options: { encrypt: false },
    });
    pool.on('error', () => {});
    await pool.connect();
    try {
      const found = await pool
        .request()
        .input('name', sql.NVarChar, 'ADMIN ')
        .input('max', sql.Int, 3)
        .query<{ LoginName: string }>(
          'SELECT TOP 1 LoginName FROM tblUsers WHERE LoginName = @name AND UserID <= @max AND ValidityTo IS NULL',
        );
      expect(found.recordset).toEqual([{ LoginName: 'Admin' }]);
      const transaction = pool.transaction();
      await transaction.begin();
      await transaction.request().query("INSERT INTO health_check_db_testmodel (title) VALUES ('test')");
      await transaction.commit();
      expect(server.rows('openIMIS', 'health_check_db_testmodel')).toEqual([[1, 'test']]);
    } finally {
      await pool.close();
    }
  }));

test('it refuses connections and comes back as a test wants it', () =>
  withSqlServer({}, async (server) => {
    server.setAvailability('refuse');
    expect(await askTedious(server, 'SELECT 1')).toMatchObject({ failed: true, code: 'ESOCKET' });
    server.setAvailability('up');
    expect(await askTedious(server, 'SELECT 1')).toMatchObject({ failed: false });
  }));
