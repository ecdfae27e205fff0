import { cursorOf, type Cursor } from './cursor.ts';
import { tokensOf } from './lexer.ts';
import { parseExpression } from './parse-expression.ts';
import { parseSelect } from './parse-select.ts';
import type { Expression, Statement } from './syntax.ts';

const starts =
  'select set use insert update delete begin commit rollback if exec execute create alter drop truncate merge grant declare print'.split(
    ' ',
  );

/** The statements of a batch. An unknown one takes the rest of the batch with it. Throws SqlError 102. */
export function parseBatch(sql: string): readonly Statement[] {
  const cursor = cursorOf(tokensOf(sql));
  const statements: Statement[] = [];
  for (;;) {
    while (cursor.takeSymbol(';'));
    if (cursor.peek() === undefined) return statements;
    statements.push(statement(cursor));
  }
}

function statement(cursor: Cursor): Statement {
  if (cursor.isWord('select')) return { kind: 'select', select: parseSelect(cursor) };
  if (cursor.takeWord('set')) return setting(cursor);
  if (cursor.takeWord('use')) return { kind: 'use', database: cursor.name() };
  if (cursor.takeWord('insert')) return insert(cursor);
  if (cursor.takeWord('update')) return update(cursor);
  if (cursor.takeWord('delete')) return remove(cursor);
  if (cursor.isWord('commit', 'rollback', 'begin')) return transaction(cursor);
  const first = cursor.next();
  while (cursor.peek() !== undefined) cursor.next();
  return { kind: 'other', verb: first.kind === 'word' ? first.text.toUpperCase() : '?' };
}

function setting(cursor: Cursor): Statement {
  do cursor.next();
  while (cursor.peek() !== undefined && !cursor.isSymbol(';') && !cursor.isWord(...starts));
  return { kind: 'setting' };
}

function transaction(cursor: Cursor): Statement {
  const opens = cursor.isWord('begin');
  cursor.next();
  if (!cursor.takeWord('tran', 'transaction') && opens) cursor.expectWord('transaction');
  return { kind: 'transaction' };
}

function insert(cursor: Cursor): Statement {
  cursor.takeWord('into');
  const table = cursor.path();
  cursor.expectSymbol('(');
  const columns = [cursor.name()];
  while (cursor.takeSymbol(',')) columns.push(cursor.name());
  cursor.expectSymbol(')');
  cursor.expectWord('values');
  cursor.expectSymbol('(');
  const values = [parseExpression(cursor)];
  while (cursor.takeSymbol(',')) values.push(parseExpression(cursor));
  cursor.expectSymbol(')');
  return { kind: 'insert', table, columns, values };
}

function update(cursor: Cursor): Statement {
  const table = cursor.path();
  cursor.expectWord('set');
  const set: { column: string; value: Expression }[] = [];
  do {
    const column = cursor.path().at(-1) ?? '';
    cursor.expectSymbol('=');
    set.push({ column, value: parseExpression(cursor) });
  } while (cursor.takeSymbol(','));
  return { kind: 'update', table, set, ...condition(cursor) };
}

function remove(cursor: Cursor): Statement {
  cursor.takeWord('from');
  return { kind: 'delete', table: cursor.path(), ...condition(cursor) };
}

function condition(cursor: Cursor): { readonly where?: Expression } {
  return cursor.takeWord('where') ? { where: parseExpression(cursor) } : {};
}
