import type { Cursor } from './cursor.ts';
import { parseSelect } from './parse-select.ts';
import type { Expression } from './syntax.ts';
import { SqlError } from './values.ts';

const comparisons = ['=', '<>', '!=', '<', '>', '<=', '>='];
/** Nesting of parentheses and the like that is followed. */
const deepest = 100;

/** OR, AND, NOT, comparisons, + and -, in rising strength. */
export function parseExpression(cursor: Cursor, depth = 0): Expression {
  if (depth > deepest) throw new SqlError(191, 'Some part of the statement is nested too deeply.', 15);
  let left = conjunction(cursor, depth);
  while (cursor.takeWord('or')) left = { kind: 'binary', operator: 'or', left, right: conjunction(cursor, depth) };
  return left;
}

function conjunction(cursor: Cursor, depth: number): Expression {
  let left = negation(cursor, depth);
  while (cursor.takeWord('and')) left = { kind: 'binary', operator: 'and', left, right: negation(cursor, depth) };
  return left;
}

function negation(cursor: Cursor, depth: number): Expression {
  if (depth > deepest) throw new SqlError(191, 'Some part of the statement is nested too deeply.', 15);
  return cursor.takeWord('not') ? { kind: 'not', value: negation(cursor, depth + 1) } : comparison(cursor, depth);
}

function comparison(cursor: Cursor, depth: number): Expression {
  const left = sum(cursor, depth);
  const operator = comparisons.find((symbol) => cursor.takeSymbol(symbol));
  if (operator !== undefined) return { kind: 'binary', operator, left, right: sum(cursor, depth) };
  if (cursor.takeWord('is')) {
    const negated = cursor.takeWord('not');
    cursor.expectWord('null');
    return maybeNot(negated, { kind: 'is-null', value: left });
  }
  const negated = cursor.takeWord('not');
  if (cursor.takeWord('in')) return maybeNot(negated, { kind: 'in', value: left, list: list(cursor, depth) });
  if (cursor.takeWord('like')) return maybeNot(negated, { kind: 'like', value: left, pattern: sum(cursor, depth) });
  if (negated) cursor.expectWord('in');
  return left;
}

const maybeNot = (negated: boolean, value: Expression): Expression => (negated ? { kind: 'not', value } : value);

function sum(cursor: Cursor, depth: number): Expression {
  let left = operand(cursor, depth);
  for (;;) {
    const operator = ['+', '-'].find((symbol) => cursor.takeSymbol(symbol));
    if (operator === undefined) return left;
    left = { kind: 'binary', operator, left, right: operand(cursor, depth) };
  }
}

function operand(cursor: Cursor, depth: number): Expression {
  if (cursor.takeSymbol('(')) {
    const inner = parseExpression(cursor, depth + 1);
    cursor.expectSymbol(')');
    return inner;
  }
  if (cursor.takeWord('null')) return { kind: 'literal', value: null };
  if (cursor.isWord('case')) return caseOf(cursor, depth);
  if (cursor.isWord('cast', 'convert')) return castOf(cursor, depth);
  if (cursor.takeWord('exists')) {
    cursor.expectSymbol('(');
    const select = parseSelect(cursor, depth + 1);
    cursor.expectSymbol(')');
    return { kind: 'exists', select };
  }
  const token = cursor.peek();
  if (token?.kind === 'word') {
    const path = cursor.path();
    if (!cursor.isSymbol('(')) return { kind: 'column', path };
    const name = path.at(-1)?.toLowerCase() ?? '';
    return { kind: 'call', name, arguments: name === 'datediff' ? dates(cursor, depth) : list(cursor, depth) };
  }
  const taken = cursor.next();
  switch (taken.kind) {
    case 'string':
      return { kind: 'literal', value: taken.text };
    case 'number':
      return { kind: 'literal', value: taken.value };
    case 'variable':
      return { kind: 'variable', name: taken.name };
    case 'word':
    case 'symbol':
      throw new SqlError(102, `Incorrect syntax near '${taken.text}'.`, 15);
  }
}

function list(cursor: Cursor, depth: number): readonly Expression[] {
  cursor.expectSymbol('(');
  if (cursor.takeSymbol(')')) return [];
  if (cursor.takeSymbol('*')) {
    cursor.expectSymbol(')');
    return [{ kind: 'star' }];
  }
  const items = [parseExpression(cursor, depth + 1)];
  while (cursor.takeSymbol(',')) items.push(parseExpression(cursor, depth + 1));
  cursor.expectSymbol(')');
  return items;
}

/** `(minute, x, y)`: the unit is a word, not a column. */
function dates(cursor: Cursor, depth: number): readonly Expression[] {
  cursor.expectSymbol('(');
  const unit: Expression = { kind: 'literal', value: cursor.name().toLowerCase() };
  const items: Expression[] = [unit];
  while (cursor.takeSymbol(',')) items.push(parseExpression(cursor, depth + 1));
  cursor.expectSymbol(')');
  return items;
}

function caseOf(cursor: Cursor, depth: number): Expression {
  cursor.expectWord('case');
  const when: { if: Expression; then: Expression }[] = [];
  while (cursor.takeWord('when')) {
    const condition = parseExpression(cursor, depth + 1);
    cursor.expectWord('then');
    when.push({ if: condition, then: parseExpression(cursor, depth + 1) });
  }
  const otherwise = cursor.takeWord('else') ? parseExpression(cursor, depth + 1) : undefined;
  cursor.expectWord('end');
  return { kind: 'case', when, ...(otherwise === undefined ? {} : { otherwise }) };
}

/** CAST(x AS type(n)) and CONVERT(type(n), x). */
function castOf(cursor: Cursor, depth: number): Expression {
  const isCast = cursor.takeWord('cast');
  if (!isCast) cursor.expectWord('convert');
  cursor.expectSymbol('(');
  if (isCast) {
    const value = parseExpression(cursor, depth + 1);
    cursor.expectWord('as');
    const type = typeName(cursor);
    cursor.expectSymbol(')');
    return { kind: 'cast', type, value };
  }
  const type = typeName(cursor);
  cursor.expectSymbol(',');
  const value = parseExpression(cursor, depth + 1);
  const style = cursor.takeSymbol(',') ? cursor.next() : undefined;
  cursor.expectSymbol(')');
  return { kind: 'cast', type, value, ...(style?.kind === 'number' ? { style: style.value } : {}) };
}

function typeName(cursor: Cursor): string {
  const name = cursor.name().toLowerCase();
  if (cursor.takeSymbol('(')) while (!cursor.takeSymbol(')')) cursor.next();
  return name;
}
