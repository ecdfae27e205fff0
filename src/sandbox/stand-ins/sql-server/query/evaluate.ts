import { foldCollation } from '../../sandbox-users.ts';
import type { QueryContext } from './context.ts';
import { callFunction, variable } from './functions.ts';
import { runSelect } from './select.ts';
import type { Expression } from './syntax.ts';
import { SqlError, type ColumnInfo, type Value } from './values.ts';

/** One joined row: its columns by source. */
export type Scope = readonly {
  readonly alias: string;
  readonly columns: readonly ColumnInfo[];
  readonly row: readonly Value[];
}[];

/** Value of an expression; a condition is 1, 0 or null (unknown). */
export function evaluate(context: QueryContext, scope: Scope, expression: Expression): Value {
  const of = (inner: Expression): Value => evaluate(context, scope, inner);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'variable':
      return variable(context, expression.name);
    case 'column':
      return column(scope, expression.path).value;
    case 'call':
      return callFunction(context, expression.name, expression.arguments.map(of));
    case 'cast':
      return cast(of(expression.value), expression.type, expression.style);
    case 'star':
      return 1;
    case 'binary':
      return binary(expression.operator, of(expression.left), of(expression.right));
    case 'not': {
      const value = of(expression.value);
      return value === null ? null : bit(value === 0);
    }
    case 'in': {
      const value = of(expression.value);
      return value === null ? null : bit(expression.list.some((item) => binary('=', value, of(item)) === 1));
    }
    case 'like':
      return like(of(expression.value), of(expression.pattern));
    case 'is-null':
      return bit(of(expression.value) === null);
    case 'case': {
      const found = expression.when.find((one) => of(one.if) === 1);
      if (found !== undefined) return of(found.then);
      return expression.otherwise === undefined ? null : of(expression.otherwise);
    }
    case 'exists':
      return bit(runSelect(context, expression.select, scope).rows.length > 0);
  }
}

/** Finds `name` or `alias.name`; SqlError 207 when there is none. */
export function column(scope: Scope, path: readonly string[]): { readonly value: Value; readonly info: ColumnInfo } {
  const name = path.at(-1)?.toLowerCase();
  const alias = path.length > 1 ? path.at(-2)?.toLowerCase() : undefined;
  // Inner sources come last and hide outer ones.
  for (const source of scope.toReversed()) {
    if (alias !== undefined && source.alias !== alias) continue;
    const at = source.columns.findIndex((one) => one.name.toLowerCase() === name);
    const info = source.columns[at];
    if (info !== undefined) return { value: source.row[at] ?? null, info };
  }
  throw new SqlError(207, `Invalid column name '${path.at(-1) ?? ''}'.`);
}

const bit = (yes: boolean): Value => (yes ? 1 : 0);

function binary(operator: string, left: Value, right: Value): Value {
  if (operator === 'and') return left === 0 || right === 0 ? 0 : left === null || right === null ? null : 1;
  if (operator === 'or') return isTrue(left) || isTrue(right) ? 1 : left === null || right === null ? null : 0;
  if (left === null || right === null) return null;
  if (operator === '+' && (typeof left === 'string' || typeof right === 'string')) return `${left}${right}`;
  if (operator === '+') return Number(left) + Number(right);
  if (operator === '-') return Number(left) - Number(right);
  const order = compare(left, right);
  switch (operator) {
    case '=':
      return bit(order === 0);
    case '<>':
    case '!=':
      return bit(order !== 0);
    case '<':
      return bit(order < 0);
    case '>':
      return bit(order > 0);
    case '<=':
      return bit(order <= 0);
    default:
      return bit(order >= 0);
  }
}

const isTrue = (value: Value): boolean => value !== null && value !== 0;

/** Text compares under the database's collation: without case and trailing blanks. */
export function compare(left: Value, right: Value): number {
  if (typeof left === 'number' || typeof right === 'number') return Number(left) - Number(right);
  const [a, b] = [foldCollation(left ?? ''), foldCollation(right ?? '')];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** LIKE with `%` and `_`, walked without backtracking over more than the newest `%`. */
function like(value: Value, pattern: Value): Value {
  if (value === null || pattern === null) return null;
  const [text, wanted] = [String(value).toLowerCase(), String(pattern).toLowerCase()];
  let [t, w, star, mark] = [0, 0, -1, 0];
  while (t < text.length) {
    if (w < wanted.length && (wanted[w] === '_' || wanted[w] === text[t]) && wanted[w] !== '%') [t, w] = [t + 1, w + 1];
    else if (wanted[w] === '%') [star, mark, w] = [w, t, w + 1];
    else if (star >= 0) [w, mark, t] = [star + 1, mark + 1, mark + 1];
    else return 0;
  }
  while (wanted[w] === '%') w += 1;
  return bit(w === wanted.length);
}

function cast(value: Value, type: string, style?: number): Value {
  if (value === null) return null;
  if (/int|bit|numeric|decimal|float|real/.test(type)) {
    const number = Number(value);
    if (Number.isNaN(number)) throw new SqlError(245, `Conversion failed when converting to data type ${type}.`);
    return type === 'bit' ? (number === 0 ? 0 : 1) : number;
  }
  // ISO 8601.
  return style === 126 ? String(value).replace(' ', 'T') : String(value);
}
