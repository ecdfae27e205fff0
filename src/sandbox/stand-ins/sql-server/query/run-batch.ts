import type { DatabaseTable } from '../databases.ts';
import type { QueryContext } from './context.ts';
import { evaluate, type Scope } from './evaluate.ts';
import { parseBatch } from './parse-batch.ts';
import { runSelect } from './select.ts';
import type { Expression, Statement } from './syntax.ts';
import { SqlError, type ResultSet, type Value } from './values.ts';

/** What one statement made. */
export type Outcome =
  | { readonly kind: 'rows'; readonly result: ResultSet }
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'database'; readonly name: string };

/** The only table that may be written: upstream's /ht/ does (domain.md section 3). */
export const writableTable = 'health_check_db_testmodel';

export type Writes = {
  /** A row was written or deleted. */
  readonly onWrite: (statement: string) => void;
  /** A statement that the stand-in does not know, or that would change something else. */
  readonly onRefused: (statement: string) => void;
};

/** Runs the statements of a batch in turn; throws SqlError at the first that fails, after the others' outcomes. */
export function* runBatch(context: QueryContext, sql: string, writes: Writes): Generator<Outcome> {
  let statements: readonly Statement[];
  try {
    statements = parseBatch(sql);
  } catch (error) {
    writes.onRefused(sql);
    throw error;
  }
  for (const statement of statements) yield runStatement(context, statement, sql, writes);
}

function runStatement(context: QueryContext, statement: Statement, sql: string, writes: Writes): Outcome {
  switch (statement.kind) {
    case 'select':
      return { kind: 'rows', result: runSelect(context, statement.select) };
    case 'setting':
    case 'transaction':
      return { kind: 'nothing' };
    case 'use':
      return use(context, statement.database);
    case 'insert':
    case 'update':
    case 'delete': {
      const table = writable(context, statement.table, sql, writes);
      const count = change(context, table, statement);
      writes.onWrite(sql);
      return { kind: 'count', count };
    }
    case 'other':
      writes.onRefused(sql);
      throw new SqlError(50_000, `The stand-in of SQL Server does not run ${statement.verb} statements.`);
  }
}

function use(context: QueryContext, name: string): Outcome {
  const found = context.databaseNames.find((one) => one.toLowerCase() === name.toLowerCase());
  if (found === undefined)
    throw new SqlError(911, `Database '${name}' does not exist. Make sure that the name is entered correctly.`);
  return { kind: 'database', name: found };
}

function writable(context: QueryContext, path: readonly string[], sql: string, writes: Writes): DatabaseTable {
  const name = path.at(-1)?.toLowerCase();
  const table = context.database.tables.find((one) => one.name.toLowerCase() === name);
  if (table !== undefined && table.name === writableTable && context.roles.includes('db_datawriter')) return table;
  writes.onRefused(sql);
  if (table === undefined) throw new SqlError(208, `Invalid object name '${path.join('.')}'.`);
  throw new SqlError(
    229,
    `The permission to change the object '${table.name}' was denied: the stand-in keeps it as it is.`,
    14,
  );
}

type Change = Extract<Statement, { kind: 'insert' | 'update' | 'delete' }>;

function change(context: QueryContext, table: DatabaseTable, statement: Change): number {
  const position = (name: string): number => {
    const at = table.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
    if (at < 0) throw new SqlError(207, `Invalid column name '${name}'.`);
    return at;
  };
  const scope = (row: readonly Value[]): Scope => [{ alias: table.name.toLowerCase(), columns: table.columns, row }];
  const matches = (row: readonly Value[], where: Expression | undefined): boolean =>
    where === undefined || evaluate(context, scope(row), where) === 1;

  switch (statement.kind) {
    case 'insert': {
      if (statement.columns.length !== statement.values.length)
        throw new SqlError(110, 'There are fewer or more columns in the INSERT statement than values.', 15);
      const row: Value[] = table.columns.map(() => null);
      row[position('id')] = 1 + Math.max(0, ...table.rows.map(([id]) => Number(id)));
      statement.columns.forEach((name, n) => {
        const value = statement.values[n];
        row[position(name)] = value === undefined ? null : evaluate(context, [], value);
      });
      table.rows.push(row);
      return 1;
    }
    case 'update': {
      const rows = table.rows.filter((row) => matches(row, statement.where));
      for (const row of rows)
        for (const { column, value } of statement.set) row[position(column)] = evaluate(context, scope(row), value);
      return rows.length;
    }
    case 'delete': {
      const kept = table.rows.filter((row) => !matches(row, statement.where));
      const count = table.rows.length - kept.length;
      table.rows.splice(0, table.rows.length, ...kept);
      return count;
    }
  }
}
