import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';

/** Something wrong in a file, where it is (1-based), and at which path of keys. */
export type Problem = {
  readonly line: number;
  readonly column: number;
  readonly path: readonly (string | number)[];
  readonly message: string;
};

/** A parsed YAML file: plain data without `x-*` keys, and where each value came from. */
export type YamlSource = {
  readonly data: unknown;
  readonly problems: readonly Problem[];
  /** Position of a path; `key` is where its key starts, `text` is a plain scalar as written. Absent: its nearest parent. */
  locate(path: readonly PropertyKey[]): Located;
};

type Place = { readonly key: number; readonly value: number; readonly text?: string };
type Located = { line: number; column: number; keyLine: number; keyColumn: number; text?: string };

/** Enough for a thousand servers; beyond it nobody wrote the file by hand. */
export const fileLimit = 512 * 1024;
const nodeLimit = 50_000;
const depthLimit = 40;

/** Options of every read of a file of ours: YAML 1.2, keys are text. (`silent` would also hide a second document.) */
export const yamlOptions = {
  version: '1.2',
  schema: 'core',
  stringKeys: true,
  // Looked for in the walk: the library compares every key with every other.
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'error',
} as const;

const plainWords: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab cannot indent YAML; use spaces',
  BAD_INDENT: 'this line is indented differently from the lines it belongs to',
  MULTIPLE_DOCS: 'the file holds several documents (---); only one is read',
  BAD_ALIAS: 'the alias (*name) has no anchor (&name) before it',
  NON_STRING_KEY: 'a key is text, not a list or a map',
  MISSING_CHAR: 'something is missing before this: a colon, a comma, a quote or a bracket',
  RESOURCE_EXHAUSTION: 'the file is nested too deeply',
  TAG_RESOLVE_FAILED: 'a tag (!something) is not used here; quote the value',
  BAD_DQ_ESCAPE: 'an unknown escape inside "..."; write \\\\ for a backslash or use \'...\'',
  BAD_SCALAR_START: 'this character cannot start a value; put the value in quotes',
  UNEXPECTED_TOKEN: 'this is not expected here',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
  BLOCK_AS_IMPLICIT_KEY: 'a map cannot start here; put the value in quotes or on a line of its own',
  MULTILINE_IMPLICIT_KEY: 'a key must be on one line; is a colon missing?',
};

/** What was read last: a comparison of ten servers asks ten times for places in one and the same file. */
let last: { readonly text: string; readonly source: YamlSource } | undefined;

/** Reads YAML text without ever throwing for what is in it. */
export function readYaml(text: string): YamlSource {
  if (last?.text !== text) last = { text, source: read(text) };
  return last.source;
}

function read(text: string): YamlSource {
  const lines = new LineCounter();
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    // An empty text has no line for the counter.
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const failed = (offset: number, message: string): YamlSource => ({
    data: undefined,
    problems: [{ ...place(offset), path: [], message }],
    locate: () => ({ line: 1, column: 1, keyLine: 1, keyColumn: 1 }),
  });
  if (text.length > fileLimit) return failed(0, `the file is larger than ${fileLimit / 1024} KiB`);
  const marker = /^(<{7}|={7}|>{7})( |$)/m.exec(text);
  const nul = text.indexOf('\0');

  let document: Document.Parsed;
  try {
    document = parseDocument(text, { ...yamlOptions, lineCounter: lines });
  } catch (error) {
    if (error instanceof RangeError) return failed(0, plainWords['RESOURCE_EXHAUSTION']!);
    throw error;
  }
  if (marker !== null) return failed(marker.index, 'a merge conflict of git is not resolved here (<<<<<<<)');
  if (nul !== -1) return failed(nul, 'the file holds a NUL character');
  const all = [...document.errors, ...document.warnings];
  // Everything after too deep a nesting is only its echo.
  const deep = all.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  const broken = deep === undefined ? all : [deep];
  if (broken.length > 0)
    return {
      ...failed(0, ''),
      problems: broken.map(({ code, pos, message }) => ({
        ...place(pos[0]),
        path: [],
        message: plainWords[code] ?? message.split('\n')[0]!,
      })),
    };
  if (document.directives?.yaml.explicit === true && document.directives.yaml.version !== '1.2')
    return failed(0, 'the %YAML line names another version; remove it');

  const { data, places, problems } = walk(document, place);
  return {
    data,
    problems,
    locate(path) {
      for (let length = path.length; length >= 0; length--) {
        const found = places.get(pathKey(path.slice(0, length)));
        if (found === undefined) continue;
        // A missing key is shown at the key that should hold it.
        const value = place(length === path.length ? found.value : found.key);
        const key = place(found.key);
        const located = { ...value, keyLine: key.line, keyColumn: key.column };
        return length === path.length && found.text !== undefined ? { ...located, text: found.text } : located;
      }
      return { line: 1, column: 1, keyLine: 1, keyColumn: 1 };
    },
  };
}

const pathKey = (path: readonly PropertyKey[]) => JSON.stringify(path.map(String));

/** Turns nodes into plain data; aliases are followed with a limit on what they may expand to. */
function walk(document: Document.Parsed, place: (offset: number) => { line: number; column: number }) {
  const places = new Map<string, Place>();
  const problems: Problem[] = [];
  let nodes = 0;
  const report = (offset: number, path: readonly (string | number)[], message: string) =>
    problems.push({ ...place(offset), path, message });

  const convert = (
    node: Node | null,
    path: readonly (string | number)[],
    key: number,
    at: number | undefined,
  ): unknown => {
    nodes += 1;
    const offset = at ?? node?.range?.[0] ?? key;
    if (nodes > nodeLimit || path.length > depthLimit) {
      if (problems.length === 0) report(offset, path, 'aliases or nesting make the file too large');
      return undefined;
    }
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target === undefined) report(offset, path, plainWords['BAD_ALIAS']!);
      return convert(target ?? null, path, key, offset);
    }
    const text = isScalar(node) && typeof node.source === 'string' ? node.source : undefined;
    places.set(pathKey(path), text === undefined ? { key, value: offset } : { key, value: offset, text });
    if (isMap(node)) return map(node.items as Pair<Node, Node | null>[], path, at);
    if (isSeq(node)) return node.items.map((item, n) => convert(item as Node, [...path, n], offset, at));
    return isScalar(node) ? node.value : null;
  };

  const map = (
    items: readonly Pair<Node, Node | null>[],
    path: readonly (string | number)[],
    at: number | undefined,
  ) => {
    const data: Record<string, unknown> = {};
    const seen = new Set<string>();
    for (const { key, value } of items) {
      const offset = at ?? key.range?.[0] ?? 0;
      const name = isScalar(key) ? key.value : undefined;
      if (typeof name !== 'string') report(offset, path, plainWords['NON_STRING_KEY']!);
      else if (seen.has(name)) report(offset, [...path, name], 'this key is there twice; remove one');
      else if (name === '<<') report(offset, [...path, name], 'merge keys (<<) are not read; write the values out');
      else if (name === '__proto__') report(offset, [...path, name], 'this cannot be a key');
      else {
        seen.add(name);
        if (!name.startsWith('x-')) data[name] = convert(value, [...path, name], offset, at);
      }
    }
    return data;
  };

  return { data: convert(document.contents, [], 0, undefined), places, problems };
}
