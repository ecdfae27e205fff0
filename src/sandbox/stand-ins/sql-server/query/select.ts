import type { QueryContext } from './context.ts';
import { column, compare, evaluate, type Scope } from './evaluate.ts';
import { relationOf } from './relations.ts';
import type { Expression, Select } from './syntax.ts';
import { SqlError, type ColumnInfo, type ColumnType, type ResultSet, type Value } from './values.ts';

/** Rows that a join may make before it is refused. */
const mostRows = 200_000;
const aggregates = ['count', 'count_big', 'max', 'min'];

/** Runs a SELECT. Throws SqlError. `outer`: the row around a subquery. */
export function runSelect(context: QueryContext, select: Select, outer: Scope = []): ResultSet {
  const scopes = joined(context, select, outer).filter(
    (scope) => select.where === undefined || evaluate(context, scope, select.where) === 1,
  );
  const empty = emptyScope(context, select, outer);
  const items = select.items.flatMap((item) => (item.kind === 'all' ? allColumns(empty, outer.length) : [item]));
  const columns = items.map(({ expression, alias }) => ({
    name: alias ?? (expression.kind === 'column' ? (expression.path.at(-1) ?? '') : ''),
    type: typeOf(empty, expression),
  }));
  if (items.some(({ expression }) => isAggregate(expression)))
    return { columns, rows: [items.map(({ expression }) => aggregate(context, scopes, expression))] };
  const sorted = select.orderBy.length === 0 ? scopes : scopes.toSorted(inOrder(context, select, columns, items));
  const rows = sorted.map((scope) => items.map(({ expression }) => evaluate(context, scope, expression)));
  const unique = select.distinct ? [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()] : rows;
  return { columns: fitted(columns, unique), rows: unique.slice(0, select.top ?? unique.length) };
}

type Item = { readonly expression: Expression; readonly alias?: string };

function joined(context: QueryContext, select: Select, outer: Scope): readonly Scope[] {
  let scopes: Scope[] = [outer];
  for (const { path, alias, on } of select.from) {
    const { columns, rows } = relationOf(context, path);
    if (scopes.length * rows.length > mostRows) throw new SqlError(8623, 'The query is too large for the stand-in.');
    scopes = scopes.flatMap((scope) => rows.map((row): Scope => [...scope, { alias, columns, row }]));
    if (on !== undefined) scopes = scopes.filter((scope) => evaluate(context, scope, on) === 1);
  }
  return scopes;
}

/** A row of nulls: tells names and types of columns where there is no row. */
function emptyScope(context: QueryContext, select: Select, outer: Scope): Scope {
  return [
    ...outer,
    ...select.from.map(({ path, alias }) => ({ alias, columns: relationOf(context, path).columns, row: [] })),
  ];
}

function allColumns(scope: Scope, outer: number): readonly Item[] {
  return scope
    .slice(outer)
    .flatMap(({ alias, columns }) =>
      columns.map(({ name }): Item => ({ expression: { kind: 'column', path: [alias, name] } })),
    );
}

const isAggregate = (expression: Expression): expression is Expression & { kind: 'call' } =>
  expression.kind === 'call' && aggregates.includes(expression.name);

function aggregate(context: QueryContext, scopes: readonly Scope[], expression: Expression): Value {
  if (!isAggregate(expression))
    throw new SqlError(
      8120,
      'A column is invalid in the select list because it is not contained in an aggregate function.',
    );
  const [argument] = expression.arguments;
  if (argument === undefined) throw new SqlError(174, `The ${expression.name} function requires 1 argument(s).`, 15);
  const values = scopes.map((scope) => evaluate(context, scope, argument)).filter((value) => value !== null);
  if (expression.name.startsWith('count')) return values.length;
  const sorted = values.toSorted(compare);
  return (expression.name === 'max' ? sorted.at(-1) : sorted[0]) ?? null;
}

function inOrder(
  context: QueryContext,
  select: Select,
  columns: readonly ColumnInfo[],
  items: readonly Item[],
): (a: Scope, b: Scope) => number {
  const keys = select.orderBy.map(({ by, descending }) => {
    const alias = by.kind === 'column' && by.path.length === 1 ? by.path[0]?.toLowerCase() : undefined;
    const at = columns.findIndex(({ name }) => name !== '' && name.toLowerCase() === alias);
    const position = by.kind === 'literal' && typeof by.value === 'number' ? by.value - 1 : at;
    return { by: items[position]?.expression ?? by, sign: descending ? -1 : 1 };
  });
  return (a, b) => {
    for (const { by, sign } of keys) {
      const order = compare(evaluate(context, a, by), evaluate(context, b, by)) * sign;
      if (order !== 0) return order;
    }
    return 0;
  };
}

const textFunctions =
  /^(db_name|suser_s?name|original_login|user_name|system_user|host_name|app_name|schema_name|object_name|lower|upper|getdate|sysdatetime|getutcdate|quotename|databasepropertyex|isnull|coalesce)$/;

function typeOf(scope: Scope, expression: Expression): ColumnType {
  switch (expression.kind) {
    case 'literal':
      return typeof expression.value === 'number' ? 'int' : 'text';
    case 'column':
      return column(scope, expression.path).info.type;
    case 'call':
      return isAggregate(expression) && !expression.name.startsWith('count') && expression.arguments[0] !== undefined
        ? typeOf(scope, expression.arguments[0])
        : textFunctions.test(expression.name) || expression.name === 'serverproperty'
          ? 'text'
          : 'int';
    case 'cast':
      if (expression.type === 'bit' || expression.type === 'bigint') return expression.type;
      return /int|numeric|decimal/.test(expression.type) ? 'int' : 'text';
    case 'variable':
      return /^@@(spid|trancount|rowcount)$/.test(expression.name) ? 'int' : 'text';
    case 'case':
      return expression.when[0] === undefined ? 'text' : typeOf(scope, expression.when[0].then);
    case 'binary':
      return expression.operator === '-' ? 'int' : typeOf(scope, expression.left);
    case 'star':
    case 'not':
    case 'in':
    case 'like':
    case 'is-null':
    case 'exists':
      return 'int';
  }
}

/** A number column that holds other text becomes a text column. */
function fitted(columns: readonly ColumnInfo[], rows: readonly (readonly Value[])[]): readonly ColumnInfo[] {
  return columns.map((info, n) => {
    const holdsText = rows.some((row) => typeof row[n] === 'string');
    return info.type !== 'text' && holdsText ? { ...info, type: 'text' } : info;
  });
}
