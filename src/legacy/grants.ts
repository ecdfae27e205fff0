/** Who uses the legacy database, and for what. */
export type DatabaseLogins = {
  readonly database: string;
  /** The login of the backends and the worker. */
  readonly run: string;
  readonly migrate?: string;
  readonly doctor?: string;
};

type Role = 'db_datareader' | 'db_datawriter' | 'db_ddladmin';
type Use = { readonly what: string; readonly user: string; readonly roles: readonly Role[]; readonly execute: boolean };

/**
 * T-SQL for the database administrator: logins, users and the rights of domain.md section 6.
 * Holds no password: the administrator replaces a placeholder. Names are data there, quoted by SQL Server itself
 * (QUOTENAME), so a hostile name stays a name. Names longer than 128 characters are refused by QUOTENAME (it gives NULL).
 */
export function grantsSql(logins: DatabaseLogins): string {
  const separate = logins.migrate !== undefined && !sameName(logins.migrate, logins.run);
  const uses: readonly Use[] = [
    {
      what: separate ? 'run: backends and worker' : 'run and migrate: backends and worker, migrations',
      user: logins.run,
      roles: separate ? ['db_datareader', 'db_datawriter'] : ['db_datareader', 'db_datawriter', 'db_ddladmin'],
      execute: true,
    },
    ...(separate
      ? [
          {
            what: 'migrate: migrations only',
            user: logins.migrate,
            roles: ['db_datareader', 'db_datawriter', 'db_ddladmin'] as const,
            execute: true,
          },
        ]
      : []),
    ...(logins.doctor === undefined || sameName(logins.doctor, logins.run)
      ? []
      : [{ what: 'doctor: looks only', user: logins.doctor, roles: ['db_datareader'] as const, execute: false }]),
  ];
  return [
    '-- Rights that openIMIS needs in the legacy database. Run as a member of sysadmin, e.g. in SQL Server Management Studio.',
    '-- Replace every <password ...> first; choose long ones and give them to the operator by a safe way.',
    '-- Nobody becomes owner of the database. Running it twice changes nothing; an existing login keeps its password.',
    'SET NOCOUNT ON;',
    'SET XACT_ABORT ON;',
    'DECLARE @database nvarchar(128), @login nvarchar(128), @password nvarchar(128), @sql nvarchar(max);',
    `SET @database = ${text(logins.database)};`,
    "IF DB_ID(@database) IS NULL BEGIN RAISERROR(N'There is no such database.', 16, 1); RETURN; END;",
    ...uses.flatMap(statements),
    '',
  ].join('\n');
}

function statements({ what, user, roles, execute }: Use): readonly string[] {
  const inDatabase = [
    `N'IF USER_ID(N' + QUOTENAME(@login, '''') + N') IS NULL CREATE USER ' + QUOTENAME(@login) + N' FOR LOGIN ' + QUOTENAME(@login) + N' WITH DEFAULT_SCHEMA = dbo; '`,
    // ALTER ROLE ... ADD MEMBER needs SQL Server 2012; the legacy may run on 2008.
    ...roles.map((role) => `N'EXEC sp_addrolemember N''${role}'', N' + QUOTENAME(@login, '''') + N'; '`),
    ...(execute ? [`N'GRANT EXECUTE ON SCHEMA::dbo TO ' + QUOTENAME(@login) + N'; '`] : []),
  ];
  return [
    '',
    `-- ${what}`,
    `SET @login = ${text(user)};`,
    `SET @password = N'<password of ${comment(user)}>';`,
    'IF SUSER_ID(@login) IS NULL',
    'BEGIN',
    "  IF @password LIKE N'<password of %' BEGIN RAISERROR(N'Replace the placeholder of the password first.', 16, 1); RETURN; END;",
    "  SET @sql = N'CREATE LOGIN ' + QUOTENAME(@login) + N' WITH PASSWORD = N' + QUOTENAME(@password, '''') + N', CHECK_POLICY = ON, DEFAULT_DATABASE = ' + QUOTENAME(@database);",
    '  EXEC (@sql);',
    'END;',
    "SET @sql = N'USE ' + QUOTENAME(@database) + N'; '",
    ...inDatabase.map((part) => `  + ${part}`),
    ';',
    'EXEC (@sql);',
  ];
}

/** A T-SQL string literal: only the quote needs doubling; line breaks are kept, as in SQL Server. */
function text(value: string): string {
  return `N'${value.replaceAll("'", "''")}'`;
}

/** Shown inside a literal as a placeholder only: anything unusual is left out. */
function comment(value: string): string {
  return value.replaceAll(/[^\p{L}\p{N} ._@\\-]/gu, '?').slice(0, 60);
}

/** SQL Server compares logins without case under the usual collations. */
function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
