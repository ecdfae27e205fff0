import type { Cursor } from './cursor.ts';
import { parseExpression } from './parse-expression.ts';
import type { Expression, Select, SelectItem, Source } from './syntax.ts';
import { SqlError } from './values.ts';

/** Words that end a SELECT's list or table, so they are no aliases. */
const reserved =
  'from where order group having union inner left right join on as and or not in like is select insert update delete set use begin commit rollback exec if go option with'.split(
    ' ',
  );

/** SELECT with TOP, FROM, INNER JOIN, WHERE, ORDER BY. */
export function parseSelect(cursor: Cursor, depth = 0): Select {
  cursor.expectWord('select');
  const distinct = cursor.takeWord('distinct');
  const top = cursor.takeWord('top') ? topCount(cursor) : undefined;
  const items = [selectItem(cursor, depth)];
  while (cursor.takeSymbol(',')) items.push(selectItem(cursor, depth));
  const from = cursor.takeWord('from') ? sources(cursor, depth) : [];
  const where = cursor.takeWord('where') ? parseExpression(cursor, depth) : undefined;
  const orderBy = cursor.takeWord('order') ? order(cursor, depth) : [];
  return {
    items,
    distinct,
    from,
    orderBy,
    ...(top === undefined ? {} : { top }),
    ...(where === undefined ? {} : { where }),
  };
}

function topCount(cursor: Cursor): number {
  const wrapped = cursor.takeSymbol('(');
  const token = cursor.next();
  if (token.kind !== 'number') throw new SqlError(102, "Incorrect syntax near 'TOP'.", 15);
  if (wrapped) cursor.expectSymbol(')');
  return token.value;
}

function selectItem(cursor: Cursor, depth: number): SelectItem {
  if (cursor.takeSymbol('*')) return { kind: 'all' };
  const expression = parseExpression(cursor, depth);
  const alias = cursor.takeWord('as') ? aliasName(cursor) : freeName(cursor);
  return { kind: 'expression', expression, ...(alias === undefined ? {} : { alias }) };
}

function aliasName(cursor: Cursor): string {
  const token = cursor.peek();
  if (token?.kind !== 'string') return cursor.name();
  cursor.next();
  return token.text;
}

function freeName(cursor: Cursor): string | undefined {
  return cursor.peek()?.kind === 'word' && !cursor.isWord(...reserved) ? cursor.name() : undefined;
}

function sources(cursor: Cursor, depth: number): readonly Source[] {
  const found: Source[] = [source(cursor, undefined)];
  for (;;) {
    if (cursor.takeSymbol(',')) found.push(source(cursor, undefined));
    else if (cursor.isWord('inner', 'join')) {
      cursor.takeWord('inner');
      cursor.expectWord('join');
      const joined = source(cursor, undefined);
      cursor.expectWord('on');
      found.push({ ...joined, on: parseExpression(cursor, depth) });
    } else return found;
  }
}

function source(cursor: Cursor, on: Expression | undefined): Source {
  const path = cursor.path();
  const alias = (cursor.takeWord('as') ? cursor.name() : freeName(cursor)) ?? path.at(-1) ?? '';
  if (cursor.takeWord('with')) {
    cursor.expectSymbol('(');
    while (!cursor.takeSymbol(')')) cursor.next();
  }
  return { path, alias: alias.toLowerCase(), ...(on === undefined ? {} : { on }) };
}

function order(cursor: Cursor, depth: number): Select['orderBy'] {
  cursor.expectWord('by');
  const found: { by: Expression; descending: boolean }[] = [];
  do {
    const by = parseExpression(cursor, depth);
    const descending = cursor.takeWord('desc');
    if (!descending) cursor.takeWord('asc');
    found.push({ by, descending });
  } while (cursor.takeSymbol(','));
  return found;
}
