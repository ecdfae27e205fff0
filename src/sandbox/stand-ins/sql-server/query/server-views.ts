import { hoursAgo } from '../plays.ts';
import type { QueryContext } from './context.ts';
import { SqlError, type ColumnInfo, type Value } from './values.ts';

type View = { readonly columns: readonly ColumnInfo[]; readonly rows: readonly (readonly Value[])[] };

const text = (name: string): ColumnInfo => ({ name, type: 'text' });
const int = (name: string): ColumnInfo => ({ name, type: 'int' });

/** Views about the server and its databases; `msdb.` ones are asked for by three-part names. */
export const serverViews: Readonly<Record<string, (context: QueryContext) => View>> = {
  'sys.databases': ({ plays, databaseNames }) => ({
    columns: [
      int('database_id'),
      text('name'),
      int('compatibility_level'),
      text('collation_name'),
      int('state'),
      text('state_desc'),
      text('user_access_desc'),
      int('is_read_only'),
      text('snapshot_isolation_state_desc'),
      int('is_read_committed_snapshot_on'),
    ],
    rows: databaseNames.map((name, n) => [
      ...[n + 1, name, plays.compatibility, plays.collation, plays.state === 'ONLINE' ? 0 : 5],
      ...[plays.state, plays.access, plays.readOnly ? 1 : 0, plays.snapshot, plays.committedSnapshot ? 1 : 0],
    ]),
  }),
  'sys.procedures': ({ plays, roles }) => ({
    columns: [text('name'), int('schema_id')],
    // Who has no right on it does not see it.
    rows: roles.some((role) => role === 'execute' || role === 'db_owner' || role === 'db_ddladmin')
      ? plays.procedures.map((name) => [name, 1])
      : [],
  }),
  'sys.database_files': ({ plays }) => ({
    columns: [text('name'), text('type_desc'), int('size'), int('max_size'), int('growth')],
    rows: plays.files.map(({ kind, size, most, growth }, n) => [`file${n}`, kind, size, most, growth]),
  }),
  'msdb.dbo.backupset': ({ plays, database, user }) => {
    if (!plays.readsBackups)
      throw new SqlError(
        916,
        `The server principal "${user}" is not able to access the database "msdb" under the current security context.`,
        14,
      );
    return {
      columns: [text('database_name'), text('type'), text('backup_finish_date')],
      rows: plays.backupAge === undefined ? [] : [[database.name, 'D', hoursAgo(plays, plays.backupAge)]],
    };
  },
  'sys.dm_exec_requests': (context) => {
    requireSessions(context, 'dm_exec_requests');
    return {
      columns: [int('session_id'), int('blocking_session_id'), int('wait_time'), int('database_id')],
      rows: context.plays.blocked.map(({ session, blocker, milliseconds }) => [
        ...[session, blocker, milliseconds],
        context.databaseNames.indexOf(context.database.name) + 1,
      ]),
    };
  },
  'sys.dm_exec_sessions': (context) => {
    requireSessions(context, 'dm_exec_sessions');
    return {
      columns: [
        ...[int('session_id'), text('host_name'), text('program_name'), text('status')],
        text('last_request_end_time'),
      ],
      rows: context.plays.idle.map(({ session, host, program, seconds }) => [
        ...[session, host, program, 'sleeping', hoursAgo(context.plays, seconds / 3600)],
      ]),
    };
  },
  'sys.dm_tran_session_transactions': (context) => {
    requireSessions(context, 'dm_tran_session_transactions');
    return { columns: [int('session_id')], rows: context.plays.idle.map(({ session }) => [session]) };
  },
};

function requireSessions({ plays }: QueryContext, view: string): void {
  if (!plays.seesSessions)
    throw new SqlError(300, `VIEW SERVER STATE permission was denied on object '${view}', database 'master'.`, 14);
}
