import { describe, expect, test } from 'vitest';

import { columnsQuery, probeDatabase, tablesQuery, versionQuery } from '../../src/legacy/database.ts';
import { defaultLogin } from '../../src/sandbox/stand-ins/sql-server/start-sql-server.ts';
import { askTedious, askTsql, keyPair, withSqlServer, type Answered } from './sql-clients.ts';

const cases: readonly (readonly [string, readonly (readonly unknown[])[]])[] = [
  ['SELECT 1', [[1]]],
  ['SELECT 1;', [[1]]],
  ["SELECT N'it''s' + ' so' AS a, 2 - 1 AS b, NULL AS c", [["it's so", 1, null]]],
  ['SELECT COUNT(*) FROM sys.tables', [[81]]],
  ["SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'VIEW'", [['claim_ClaimAttachmentsCountView']]],
  [
    "SELECT name FROM [sys].[tables] WHERE name LIKE 'core_user%' OR name LIKE 'tblUsersD%' ORDER BY name DESC",
    [['tblUsersDistricts'], ['core_User_user_permissions'], ['core_User_groups'], ['core_User']],
  ],
  [
    "SELECT t.name, c.name FROM sys.tables AS t INNER JOIN sys.columns c ON c.object_id = t.object_id WHERE t.name IN ('tblClaim') ORDER BY c.column_id",
    [
      ['tblClaim', 'ClaimID'],
      ['tblClaim', 'ClaimCode'],
    ],
  ],
  [
    "SELECT HAS_PERMS_BY_NAME('dbo.tblUsers', 'OBJECT', 'SELECT'), IS_MEMBER('db_owner'), IS_SRVROLEMEMBER('sysadmin')",
    [[1, 0, 0]],
  ],
  ["SELECT CASE WHEN OBJECT_ID('dbo.core_User') IS NULL THEN 0 ELSE 1 END", [[1]]],
  ["SELECT CASE WHEN EXISTS (SELECT 1 FROM sys.tables WHERE name = 'nothing') THEN 1 ELSE 0 END", [[0]]],
  [
    'SELECT TOP (2) app, name FROM django_migrations ORDER BY id',
    [
      ['core', '0001_initial'],
      ['location', '0001_initial'],
    ],
  ],
  ['SELECT AppVersionBackEnd FROM dbo.tblIMISDefaults', [['1.2']]],
  ["SELECT CONVERT(int, '7') AS n, CAST(3 AS nvarchar(10)) AS t", [[7, '3']]],
  ['SELECT DISTINCT schema_id FROM sys.tables', [[1]]],
  ["SELECT MAX(UserID) FROM tblUsers WHERE LoginName <> 'o''brien'", [[2]]],
];

describe('questions', () => {
  test.each(cases)('%s', (question, rows) =>
    withSqlServer({}, async (server) => {
      expect(await askTedious(server, question)).toMatchObject({ failed: false, rows, errors: [] });
      expect(server.state.refused).toEqual([]);
    }),
  );

  test('@@VERSION says that it is a stand-in', () =>
    withSqlServer({ version: '15.0.4123.1' }, async (server) => {
      const { rows } = (await askTedious(server, 'SELECT @@VERSION')) as Answered;
      expect(rows[0]?.[0]).toMatch(/STAND-IN.*15\.0\.4123\.1/);
    }));

  test('the tables of a legacy 1.3.0 alone: 61, none of the modular ones', () =>
    withSqlServer({ databases: { openIMIS: 'legacy' } }, async (server) => {
      const { rows } = (await askTedious(server, tablesQuery)) as Answered;
      expect(rows).toHaveLength(61);
      expect(rows.flat()).not.toContain('django_migrations');
      const probe = { ...server, ...defaultLogin, name: 'openIMIS', encryption: 'optional', timeout: 10 } as const;
      expect(await probeDatabase(probe)).toMatchObject({
        legacy: true,
        modular: false,
        legacyVersion: '1.3.0',
        encrypted: false,
      });
    }));

  test('what the product asks about a database is answered, without a write', async () => {
    await withSqlServer({ tls: await keyPair() }, async (server) => {
      for (const question of [tablesQuery, columnsQuery, versionQuery])
        expect(await askTedious(server, question)).toMatchObject({ failed: false, errors: [] });
      const probe = { ...server, ...defaultLogin, name: 'openIMIS', encryption: 'required', timeout: 10 } as const;
      expect(await probeDatabase(probe)).toMatchObject({
        legacy: true,
        modular: true,
        encrypted: true,
        serverVersion: '14.0.3465.1',
      });
      expect([server.state.writes, server.state.refused]).toEqual([[], []]);
    });
  });
});

describe('writes', () => {
  test("upstream's /ht/ row: insert, update, delete are done and counted", () =>
    withSqlServer({}, async (server) => {
      const statements = [
        "INSERT INTO [health_check_db_testmodel] ([title]) VALUES ('test')",
        "UPDATE health_check_db_testmodel SET title = 'newtest' WHERE id = 1",
        'DELETE FROM [health_check_db_testmodel] WHERE [health_check_db_testmodel].[id] IN (1)',
      ];
      for (const statement of statements) {
        expect(await askTedious(server, statement)).toMatchObject({ errors: [] });
        expect(server.state.writes.at(-1)).toBe(statement);
      }
      expect(server.state.writes).toHaveLength(3);
      expect(server.rows('openIMIS', 'health_check_db_testmodel')).toEqual([]);
    }));

  test.each([
    ["UPDATE tblUsers SET LoginName = 'x'", 229],
    ['DELETE FROM dbo.tblInsuree', 229],
    ['INSERT INTO health_check_db_testmodel (nothing) VALUES (1)', 207],
    ['CREATE TABLE x (id int)', 50_000],
    ['DROP TABLE tblUsers', 50_000],
    ['EXEC uspBatchProcess', 50_000],
    ['IF 1 = 1 SELECT 1', 50_000],
    ['SELECT * FROM tblNothing', 208],
    ['SELECT nothing FROM tblUsers', 207],
    ['SELECT @nothing', 137],
    ['SELECT ((1', 102],
    ['SELECT `', 102],
  ])('%s is error %i, and changes nothing', (statement, number) =>
    withSqlServer({}, async (server) => {
      expect(await askTedious(server, statement)).toMatchObject({ errors: [number] });
      expect((await askTsql(server, statement)).output).toContain(String(number));
      expect(server.state.writes).toEqual([]);
      expect(server.rows('openIMIS', 'tblUsers')).toHaveLength(3);
    }),
  );

  test('statements of a session are accepted: SET, USE, transactions, several in one batch', () =>
    withSqlServer({}, async (server) => {
      const batch = 'set nocount on set textsize 4096 use openimis; begin tran; SELECT 5; commit';
      expect(await askTedious(server, batch)).toMatchObject({ rows: [[5]], errors: [] });
    }));
});
