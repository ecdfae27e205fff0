import { isIP } from 'node:net';

import { Document, isCollection, isMap, isScalar, type Node, type Pair, visit, type YAMLMap } from 'yaml';

/** What can be written into openimis.yaml. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };
/** YAML text of a block map, taken over with its comments. */
export type YamlText = { readonly yaml: string };

type Path = readonly string[];
type MapPair = Pair<Node, Node | null>;

/**
 * These functions cut a change into the text, so that all other bytes stay. They are allowed to be wrong or to give up
 * (undefined) for unusual forms: the caller compares the result with the edited document before it believes it.
 */
export function spliceSet(text: string, document: Document.Parsed, path: Path, value: Plain | YamlText) {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  let map: Node | null = document.contents;
  for (const [depth, key] of path.entries()) {
    if (!isMap(map)) return undefined;
    const pair = findPair(map, key);
    const rest = path.slice(depth + 1);
    if (pair === undefined) return insertPair(text, map, key, nested(rest, value), eol, document);
    if (rest.length === 0) return replaceValue(text, pair, value);
    if (isEmpty(pair.value)) return fillEmpty(text, map, pair, nested(rest, value), eol, document);
    map = pair.value;
  }
  return undefined;
}

export function spliceDelete(text: string, document: Document.Parsed, path: Path): string | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  const pairs = parent.items as MapPair[];
  const index = pairs.findIndex((pair) => isScalar(pair.key) && pair.key.value === path.at(-1));
  const pair = pairs[index];
  if (pair === undefined || pairs.length === 1) return undefined;
  const start = pair.key.range?.[0];
  const end = contentEnd(text, pair);
  if (start === undefined || end === undefined) return undefined;
  if (parent.flow === true) {
    const next = pairs[index + 1]?.key.range?.[0];
    if (next !== undefined) return text.slice(0, start) + text.slice(next);
    const previous = contentEnd(text, pairs[index - 1]!);
    return previous === undefined ? undefined : text.slice(0, previous) + text.slice(end);
  }
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  if (text.slice(lineStart, start).trim() !== '') return undefined;
  return text.slice(0, lineStart) + text.slice(afterLine(text, end));
}

function replaceValue(text: string, pair: MapPair, value: Plain | YamlText): string | undefined {
  const node = pair.value;
  if (isYamlText(value)) return undefined;
  if (isMap(node) && node.flow !== true) return replaceBlock(text, pair, value);
  if (isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')) return undefined;
  if (!isScalar(node) && !isCollection(node)) return undefined;
  const [start, end] = node.range ?? [];
  if (start === undefined || end === undefined) return undefined;
  const written =
    typeof value === 'object' && value !== null ? flow(value) : scalar(value, isScalar(node) ? node.type : 'PLAIN');
  // `key:` without a value needs a blank behind its colon.
  const gap = start === end && text[start - 1] === ':' ? ' ' : '';
  return text.slice(0, start) + gap + written + text.slice(end);
}

/** A block map, with the comments between its lines, makes way for a value on its key's line. */
function replaceBlock(text: string, pair: MapPair, value: Plain): string | undefined {
  const [, keyEnd] = pair.key.range ?? [];
  const end = contentEnd(text, pair);
  if (keyEnd === undefined || end === undefined || !/^[ \t]*:/.test(text.slice(keyEnd))) return undefined;
  return `${text.slice(0, text.indexOf(':', keyEnd) + 1)} ${flow(value)}${text.slice(end)}`;
}

/** `key:` or `key: {}` in a block map gets its first entries as a block below it. */
function fillEmpty(
  text: string,
  map: YAMLMap,
  pair: MapPair,
  value: Plain | YamlText,
  eol: string,
  document: Document.Parsed,
) {
  const [start, end] = pair.value?.range ?? [];
  const column = columnOf(text, pair.key);
  if (start === undefined || end === undefined || column === undefined || map.flow === true) {
    return start === undefined || end === undefined || isYamlText(value)
      ? undefined
      : `${text.slice(0, start)}${flow(value)}${text.slice(end)}`;
  }
  const step = indentStep(text, document);
  const lineEnd = endOfLine(text, end);
  const block = blockLines(value, column + step, eol, step);
  const head = text.slice(0, start).trimEnd() + text.slice(end, lineEnd);
  return head.trimEnd() + eol + block + (text.slice(lineEnd) || eol);
}

function insertPair(
  text: string,
  map: YAMLMap,
  key: string,
  value: Plain | YamlText,
  eol: string,
  document: Document.Parsed,
) {
  const last = (map.items as MapPair[]).at(-1);
  if (map.flow === true) {
    if (isYamlText(value)) return undefined;
    const entry = `${scalar(key, 'PLAIN')}: ${flow(value)}`;
    const end = last === undefined ? undefined : contentEnd(text, last);
    if (end !== undefined) return `${text.slice(0, end)}, ${entry}${text.slice(end)}`;
    const [start, mapEnd] = map.range ?? [];
    return start === undefined || mapEnd === undefined
      ? undefined
      : `${text.slice(0, start)}{ ${entry} }${text.slice(mapEnd)}`;
  }
  const column = last === undefined ? undefined : columnOf(text, last.key);
  const end = last === undefined ? undefined : contentEnd(text, last);
  if (column === undefined || end === undefined) return undefined;
  const lineEnd = endOfLine(text, end);
  const block = blockLines({ [key]: value }, column, eol, indentStep(text, document));
  return text.slice(0, lineEnd) + eol + block + (text.slice(lineEnd) || eol);
}

function findPair(map: YAMLMap, key: string): MapPair | undefined {
  return (map.items as MapPair[]).find((pair) => isScalar(pair.key) && pair.key.value === key);
}

const isEmpty = (node: Node | null) =>
  node === null || (isScalar(node) && node.value === null) || (isMap(node) && node.items.length === 0);

const isYamlText = (value: Plain | YamlText): value is YamlText =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).length === 1 &&
  typeof (value as YamlText).yaml === 'string';

const nested = (path: Path, value: Plain | YamlText): Plain | YamlText =>
  path.reduceRight<Plain | YamlText>((inner, key) => ({ [key]: inner }), value);

/** A scalar in the quotes that the old value had; plain only where nothing can misread it. */
function scalar(value: string | number | boolean | null, type: string | undefined): string {
  if (typeof value !== 'string') return String(value);
  const printable = !/[\p{C}\p{Zl}\p{Zp}]/u.test(value);
  if (type === 'QUOTE_SINGLE' && printable) return `'${value.replaceAll("'", "''")}'`;
  const misread = /^(true|false|null|yes|no|on|off|y|n)$/i.test(value);
  const plain = type !== 'QUOTE_DOUBLE' && type !== 'QUOTE_SINGLE' && !misread;
  return plain && /^([A-Za-z][A-Za-z0-9._/-]*|(\d+\.){3}\d+)$/.test(value) ? value : JSON.stringify(value);
}

function flow(value: Plain): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return scalar(value, 'PLAIN');
  if (Array.isArray(value)) return `[${value.map((item: Plain) => flow(item)).join(', ')}]`;
  const entries = Object.entries(value).map(([key, inner]) => `${scalar(key, 'PLAIN')}: ${flow(inner)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** Lines of a block map, each indented by `column` blanks, joined without a last line end. */
function blockLines(value: Plain | YamlText, column: number, eol: string, step: number): string {
  // Line ends only: trimEnd() would also cut the blanks that Unicode knows off a value.
  return printBlock(value, step)
    .replace(/\n+$/, '')
    .split(/\r?\n/)
    .map((line) => (line === '' ? line : ' '.repeat(column) + line))
    .join(eol);
}

function printBlock(value: Plain | YamlText, step: number): string {
  if (isYamlText(value)) return value.yaml;
  const [first] = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (first !== undefined && isYamlText(first[1])) {
    const inner = blockLines(first[1], step, '\n', step);
    return `${scalar(first[0], 'PLAIN')}:\n${inner}`;
  }
  const document = new Document(value);
  visit(document, {
    Scalar(key, node) {
      // Versions in quotes, because 1.10 is not 1.1; addresses need none.
      if (key !== 'key' && typeof node.value === 'string' && /^\d/.test(node.value) && isIP(node.value) === 0)
        node.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0, indent: step });
}

/** Where the last character of a pair is, without comments behind it; undefined for forms that are not cut. */
function contentEnd(text: string, pair: MapPair): number | undefined {
  const { value } = pair;
  if (value === null) return undefined;
  if (isCollection(value) && value.flow !== true) {
    const last = value.items.at(-1);
    if (last === undefined) return undefined;
    if (isMap(value)) return contentEnd(text, last as MapPair);
    return isCollection(last) ? undefined : (last as Node).range?.[1];
  }
  const end = value.range?.[1];
  if (end === undefined) return undefined;
  const block = isScalar(value) && (value.type === 'BLOCK_LITERAL' || value.type === 'BLOCK_FOLDED');
  return block ? text.slice(0, end).trimEnd().length : end;
}

function columnOf(text: string, key: Node): number | undefined {
  const start = key.range?.[0];
  if (start === undefined) return undefined;
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start).replace(/^\uFEFF/, '');
  return /^ *$/.test(before) ? before.length : undefined;
}

/** How far the document indents a map inside a map; 2 when nothing shows it. */
function indentStep(text: string, document: Document.Parsed): number {
  if (!isMap(document.contents)) return 2;
  for (const { value } of document.contents.items as MapPair[]) {
    if (!isMap(value) || value.flow === true || value.items.length === 0) continue;
    const column = columnOf(text, (value.items as MapPair[])[0]!.key);
    if (column !== undefined && column > 0) return column;
  }
  return 2;
}

/** Before the line end. */
function endOfLine(text: string, offset: number): number {
  const found = text.indexOf('\n', offset);
  if (found === -1) return text.length;
  return text[found - 1] === '\r' ? found - 1 : found;
}

/** Behind the line end. */
function afterLine(text: string, offset: number): number {
  const found = text.indexOf('\n', offset);
  return found === -1 ? text.length : found + 1;
}
