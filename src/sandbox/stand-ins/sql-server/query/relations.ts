import type { DatabaseTable } from '../databases.ts';
import type { QueryContext } from './context.ts';
import { serverViews } from './server-views.ts';
import { SqlError, type ColumnInfo, type Value } from './values.ts';

/** What FROM names: columns and rows. */
export type Relation = { readonly columns: readonly ColumnInfo[]; readonly rows: readonly (readonly Value[])[] };

const firstObjectId = 1000;

/** object_id of the n-th table. */
export function objectId(context: QueryContext, name: string): number | null {
  const at = context.database.tables.findIndex((table) => table.name.toLowerCase() === name.toLowerCase());
  return at < 0 ? null : firstObjectId + at;
}

const text = (name: string): ColumnInfo => ({ name, type: 'text' });
const int = (name: string): ColumnInfo => ({ name, type: 'int' });

/** A table of the database, or one of the system views; SqlError 208 for anything else. */
export function relationOf(context: QueryContext, path: readonly string[]): Relation {
  const [schema, name] =
    path.length > 1 ? path.slice(-2).map((part) => part.toLowerCase()) : ['dbo', path[0]?.toLowerCase()];
  const catalogue = path.length > 2 ? `${path.at(-3)?.toLowerCase() ?? ''}.` : '';
  const view = serverViews[`${catalogue}${schema}.${name}`] ?? systemViews[`${schema}.${name}`];
  if (view !== undefined) return view(context);
  const table = context.database.tables.find((one) => schema === 'dbo' && one.name.toLowerCase() === name);
  if (table === undefined) throw new SqlError(208, `Invalid object name '${path.join('.')}'.`);
  return table;
}

const sqlTypes = { text: 'nvarchar', int: 'int', bigint: 'bigint', bit: 'bit' } as const;

const systemViews: Readonly<Record<string, (context: QueryContext) => Relation>> = {
  'sys.tables': (context) => objects(context, (table) => !table.view),
  'sys.views': (context) => objects(context, (table) => table.view),
  'sys.objects': (context) => objects(context, () => true),
  'sys.schemas': () => ({
    columns: [int('schema_id'), text('name')],
    rows: [
      [1, 'dbo'],
      [4, 'sys'],
    ],
  }),
  'sys.columns': (context) => ({
    columns: [int('object_id'), int('column_id'), text('name'), int('max_length')],
    rows: context.database.tables.flatMap((table, t) =>
      table.columns.map(({ name, length }, c) => [firstObjectId + t, c + 1, name, bytesOf(length)]),
    ),
  }),
  'sys.dm_exec_connections': (context) => ({
    columns: [int('session_id'), text('encrypt_option'), text('net_transport'), text('auth_scheme')],
    rows: [[context.sessionId, context.encrypted ? 'TRUE' : 'FALSE', 'TCP', 'SQL']],
  }),
  'information_schema.tables': (context) => ({
    columns: [text('TABLE_CATALOG'), text('TABLE_SCHEMA'), text('TABLE_NAME'), text('TABLE_TYPE')],
    rows: context.database.tables.map(({ name, view }) => [
      context.database.name,
      'dbo',
      name,
      view ? 'VIEW' : 'BASE TABLE',
    ]),
  }),
  'information_schema.columns': (context) => ({
    columns: [
      text('TABLE_CATALOG'),
      text('TABLE_SCHEMA'),
      text('TABLE_NAME'),
      text('COLUMN_NAME'),
      int('ORDINAL_POSITION'),
      text('DATA_TYPE'),
      int('CHARACTER_MAXIMUM_LENGTH'),
    ],
    rows: context.database.tables.flatMap((table) =>
      table.columns.map(({ name, type, length }, n) => [
        context.database.name,
        'dbo',
        table.name,
        name,
        n + 1,
        sqlTypes[type],
        length ?? null,
      ]),
    ),
  }),
};

function objects(context: QueryContext, wanted: (table: DatabaseTable) => boolean): Relation {
  return {
    columns: [text('name'), int('object_id'), int('schema_id'), text('type')],
    rows: context.database.tables.flatMap((table, n) =>
      wanted(table) ? [[table.name, firstObjectId + n, 1, table.view ? 'V ' : 'U ']] : [],
    ),
  };
}

function bytesOf(length: number | undefined): number {
  if (length === undefined) return 4;
  return length < 0 ? -1 : length * 2;
}
