import { z } from 'zod';

import { Failure } from '../failure.ts';
import { nearest } from './nearest.ts';
import { type Problem, readYaml, type YamlSource } from './yaml-source.ts';

const shown = 10;

/**
 * Reads `text` as YAML and checks it against `schema`. Throws WORKSPACE_INVALID with all problems, each with
 * file:line:column and path, the first ten written out.
 */
export function readStrict<T>(schema: z.ZodType<T>, text: string, file: string): T {
  const source = readYaml(text);
  if (source.problems.length > 0) throw invalid(source.problems, file);
  const parsed = schema.safeParse(source.data);
  if (parsed.success) return parsed.data;
  throw invalid(
    parsed.error.issues.flatMap((issue) => describeIssue(issue, [], schema, source)),
    file,
  );
}

function invalid(problems: readonly Problem[], file: string): Failure {
  const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
  const written = sorted.map(({ line, column, path, message }) => {
    const name = path.length === 0 ? '' : `${shownPath(path)}: `;
    return `${file}:${line}:${column}: ${name}${message}`;
  });
  const all = [...new Set(written)];
  const lines = all.slice(0, shown);
  if (all.length > shown) lines.push(`... and ${all.length - shown} more`);
  const message = lines.length === 1 ? lines[0]! : `${file} has ${all.length} problems:\n  ${lines.join('\n  ')}`;
  return new Failure('WORKSPACE_INVALID', message, ['correct the file, then run the same command again']);
}

/** Keys joined with dots; a key that is not a plain word is quoted and shortened. */
function shownPath(path: readonly (string | number)[]): string {
  const word = (key: string | number) => {
    const text = String(key);
    return /^[\w@/.-]{1,100}$/.test(text) ? text : JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  };
  return path.map(word).join('.');
}

type Issue = z.core.$ZodIssue;

function describeIssue(issue: Issue, prefix: readonly PropertyKey[], schema: z.ZodType, source: YamlSource): Problem[] {
  const path = [...prefix, ...issue.path].map((key) => (typeof key === 'number' ? key : String(key)));
  const at = source.locate(path);
  const here = { line: at.line, column: at.column, path };
  const atKey = { line: at.keyLine, column: at.keyColumn, path };
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const known = knownKeys(schema, path);
        const { keyLine, keyColumn } = source.locate([...path, key]);
        return { line: keyLine, column: keyColumn, path: [...path, key], message: unknownKey(key, known) };
      });
    case 'invalid_key':
      return issue.issues.map((inner) => ({ ...atKey, message: inner.message }));
    case 'invalid_type': {
      const there = valueAt(source.data, path);
      if (there === undefined) return [{ ...atKey, message: 'is missing' }];
      return [{ ...here, message: wrongType(issue.expected, there, at.text) }];
    }
    case 'invalid_value': {
      const values = issue.values.map(String);
      const there = valueAt(source.data, path);
      if (there === undefined) return [{ ...atKey, message: `is missing (${values.join(', ')})` }];
      if (typeof there === 'number' && typeof issue.values[0] === 'string')
        return [{ ...here, message: wrongType('string', there, at.text) }];
      const near = typeof there === 'string' ? nearest(there, values) : undefined;
      const hint = near === undefined ? '' : ` (did you mean "${near}"?)`;
      return [{ ...here, message: `must be one of: ${values.join(', ')}${hint}` }];
    }
    case 'invalid_union':
      return describeUnion(issue, path, here, schema, source);
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'not_multiple_of':
    case 'too_big':
    case 'too_small':
      return [{ ...here, message: issue.message }];
  }
}

/** What is wrong with the form that was meant; when none was, which forms there are. */
function describeUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  path: readonly (string | number)[],
  here: Pick<Problem, 'line' | 'column' | 'path'>,
  schema: z.ZodType,
  source: YamlSource,
): Problem[] {
  const isOther = (one: z.core.$ZodIssue): boolean => one.code === 'invalid_type' && one.path.length === 0;
  const meant = issue.errors.find((issues) => !issues.some(isOther));
  if (meant !== undefined) return meant.flatMap((inner) => describeIssue(inner, path, schema, source));
  const expected = issue.errors.flatMap((issues) =>
    issues.flatMap((one) => (one.code === 'invalid_type' ? [one.expected] : [])),
  );
  const there = valueAt(source.data, path);
  if (expected.includes('string') && (typeof there === 'number' || typeof there === 'boolean'))
    return [{ ...here, message: wrongType('string', there, source.locate(path).text) }];
  const words = expected.map((one) => kinds[one] ?? one);
  return [{ ...here, message: `must be ${words.join(words.length === 2 ? ' or ' : ', ')}` }];
}

function unknownKey(key: string, known: readonly string[]): string {
  if (/passw|secret/i.test(key))
    return 'secrets are never in this file: they are asked for and kept in secrets/<server>.env';
  const near = nearest(key, known);
  const hint = near === undefined ? `known here: ${known.join(', ')}` : `did you mean "${near}"?`;
  return `unknown key (${hint}); free notes start with x-`;
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
};

function wrongType(expected: string, there: unknown, written: string | undefined): string {
  const kind = kinds[expected] ?? expected;
  if (expected === 'string' && (typeof there === 'number' || typeof there === 'boolean')) {
    const plain = written ?? String(there);
    // 24.10 without quotes is the number 24.1.
    return plain.length > 60 ? `must be a text: put it in quotes` : `must be a text: put it in quotes: "${plain}"`;
  }
  if (kind === 'a map' && there === null) return 'must be a map; write {} for an empty one';
  if (there === null) return `must be ${kind}, and there is nothing`;
  if (typeof there === 'string' && (expected === 'int' || expected === 'number'))
    return `must be ${kind}, without quotes`;
  if (Array.isArray(there)) return `must be ${kind}, not a list`;
  return typeof there === 'object' ? `must be ${kind}, not a map` : `must be ${kind}`;
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let value = data;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/** Keys that the schema has at a path. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  const found = schemaAt(schema, path);
  const inner = found instanceof z.ZodUnion ? found.options.find((option) => option instanceof z.ZodObject) : found;
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** The schema of the value at a path, without its optional wrapper. */
export function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  let at: unknown = unwrap(schema);
  for (const key of path) {
    if (at instanceof z.ZodUnion) at = unwrap(at.options.find((option) => option instanceof z.ZodObject));
    if (at instanceof z.ZodRecord) at = unwrap(at.valueType);
    else if (at instanceof z.ZodObject && Object.hasOwn(at.shape, key)) at = unwrap(at.shape[key as string]);
    else return undefined;
  }
  return at instanceof z.ZodType ? at : undefined;
}

function unwrap(schema: unknown): unknown {
  let at = schema;
  while (at instanceof z.ZodOptional || at instanceof z.ZodExactOptional || at instanceof z.ZodNullable)
    at = at.unwrap();
  return at;
}
