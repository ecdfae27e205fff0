import { columnsQuery, tablesQuery } from './database.ts';

/** What the doctor may send before it asks anything: how long it waits for a lock, in milliseconds. */
export const lockTimeout = 'SET LOCK_TIMEOUT 2000';

/** Upstream calls these (domain.md section 6). */
export const procedures = ['uspUpdateClaimFromPhone', 'uspBatchProcess', 'uspPolicyInquiry2', 'uspServiceItemEnquiry'];

/**
 * Every statement that the doctor may send, in this order. They read system views, but for django_migrations, and
 * work on SQL Server 2008 and later. Views that not every login may read have a question of their own.
 */
export const questions = {
  server:
    "SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(64)) AS version, " +
    "CAST(SERVERPROPERTY('Edition') AS nvarchar(128)) AS edition, " +
    "CAST(SERVERPROPERTY('EngineEdition') AS int) AS engine_edition, " +
    "CAST(SERVERPROPERTY('Collation') AS nvarchar(128)) AS collation, " +
    'CONVERT(nvarchar(30), GETUTCDATE(), 126) AS utc, DATEDIFF(minute, GETUTCDATE(), GETDATE()) AS zone',
  database:
    'SELECT state_desc AS state, user_access_desc AS access, CAST(is_read_only AS int) AS read_only, ' +
    'collation_name AS collation, CAST(compatibility_level AS int) AS compatibility, ' +
    'snapshot_isolation_state_desc AS snapshot, CAST(is_read_committed_snapshot_on AS int) AS committed_snapshot ' +
    'FROM sys.databases WHERE database_id = DB_ID()',
  rights:
    "SELECT USER_NAME() AS user_name, SCHEMA_NAME() AS default_schema, IS_MEMBER('db_owner') AS db_owner, " +
    "IS_SRVROLEMEMBER('sysadmin') AS sysadmin, " +
    ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE TABLE']
      .map(
        (right) =>
          `HAS_PERMS_BY_NAME(QUOTENAME(DB_NAME()), 'DATABASE', '${right}') AS may_${right.toLowerCase().replace(' ', '_')}`,
      )
      .join(', ') +
    ", HAS_PERMS_BY_NAME('dbo', 'SCHEMA', 'EXECUTE') AS may_execute, HAS_PERMS_BY_NAME('dbo', 'SCHEMA', 'ALTER') AS may_alter, " +
    "HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE') AS may_see_sessions",
  tables: tablesQuery,
  columns: columnsQuery,
  procedures: `SELECT name FROM sys.procedures WHERE name IN (${procedures.map((name) => `'${name}'`).join(', ')})`,
  files:
    'SELECT type_desc AS kind, size, max_size AS most, ' +
    "growth, CAST(FILEPROPERTY(name, 'SpaceUsed') AS int) AS used FROM sys.database_files",
  backup:
    'SELECT TOP 1 DATEDIFF(hour, backup_finish_date, GETDATE()) AS hours FROM msdb.dbo.backupset ' +
    "WHERE database_name = DB_NAME() AND type = 'D' ORDER BY backup_finish_date DESC",
  migrations: 'SELECT app, name FROM dbo.django_migrations',
  blocked:
    'SELECT session_id, blocking_session_id AS blocker, wait_time AS milliseconds ' +
    'FROM sys.dm_exec_requests WHERE blocking_session_id <> 0 AND database_id = DB_ID()',
  idle:
    'SELECT s.session_id AS session_id, s.host_name AS host, s.program_name AS program, ' +
    'DATEDIFF(second, s.last_request_end_time, GETDATE()) AS seconds FROM sys.dm_exec_sessions s ' +
    'INNER JOIN sys.dm_tran_session_transactions t ON t.session_id = s.session_id ' +
    "WHERE s.status = 'sleeping' AND s.session_id <> @@SPID",
} as const;

export type QuestionName = keyof typeof questions;
export type Row = Readonly<Record<string, string | number | null>>;

/** `number`: SQL Server's error, or absent when it did not answer in time. */
export type Answer = { readonly rows: readonly Row[] } | { readonly number?: number };
export type Answers = Readonly<Partial<Record<QuestionName, Answer>>>;

export function rowsOf(answers: Answers, name: QuestionName): readonly Row[] | undefined {
  const answer = answers[name];
  return answer !== undefined && 'rows' in answer ? answer.rows : undefined;
}

/** Is the question worth asking, from what is known already? */
export function worthAsking(name: QuestionName, answers: Answers): boolean {
  if (name === 'migrations') return rowsOf(answers, 'tables')?.some((row) => row.name === 'django_migrations') === true;
  if (name === 'blocked' || name === 'idle') return rowsOf(answers, 'rights')?.[0]?.may_see_sessions === 1;
  return true;
}
