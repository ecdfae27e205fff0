import { type Answers, type QuestionName, type Row, rowsOf } from '../legacy/database-questions.ts';
import { databaseKind, type DatabaseKind } from '../legacy/database-version.ts';
import { skipped, type Verdict } from './finding.ts';

/** Why there is nothing to judge: SQL Server refused the question, or was not asked or did not answer in time. */
export function unanswered(answers: Answers, name: QuestionName): Verdict {
  const answer = answers[name];
  if (answer !== undefined && 'number' in answer)
    return skipped(`SQL Server does not tell this login (error ${answer.number})`);
  return skipped('SQL Server was too slow or cut the connection before it told');
}

/** The only row of an answer, or the verdict that there is none. */
export function firstRow(answers: Answers, name: QuestionName): { readonly row: Row } | { readonly unseen: Verdict } {
  const row = rowsOf(answers, name)?.[0];
  return row === undefined ? { unseen: unanswered(answers, name) } : { row };
}

/** What the tables tell about the database. */
export function kindOf(answers: Answers): (DatabaseKind & { readonly tables: number }) | { readonly unseen: Verdict } {
  const tables = rowsOf(answers, 'tables');
  const columns = rowsOf(answers, 'columns');
  if (tables === undefined || columns === undefined)
    return { unseen: unanswered(answers, tables === undefined ? 'tables' : 'columns') };
  const kind = databaseKind(
    tables.map(({ name }) => String(name)),
    columns.map(({ table_name, column_name, characters }) => ({
      table: String(table_name),
      column: String(column_name),
      ...(typeof characters === 'number' ? { length: characters } : {}),
    })),
  );
  return { ...kind, tables: tables.length };
}

/** How far the migrations got, in words. */
export function migrationsOf(answers: Answers): string | undefined {
  const rows = rowsOf(answers, 'migrations');
  if (rows === undefined || rows.length === 0) return undefined;
  const newest = rows
    .filter(({ app }) => app === 'core')
    .map(({ name }) => String(name))
    .sort()
    .at(-1);
  const apps = new Set(rows.map(({ app }) => app)).size;
  return `${rows.length} migrations of ${apps} applications${newest === undefined ? '' : `, core up to ${newest.slice(0, 60)}`}`;
}
