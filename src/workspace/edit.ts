import { type Document, isAlias, isMap, isScalar, type Node, parseDocument, stringify } from 'yaml';

import { Failure } from '../failure.ts';
import type { ServerConfig } from './schema.ts';
import { type Plain, spliceDelete, spliceSet } from './splice.ts';
import { readYaml, yamlOptions } from './yaml-source.ts';

export type { Plain } from './splice.ts';
type Path = readonly string[];

/**
 * Text of openimis.yaml with one value set (keys on the way are made). Every other line stays byte for byte where the
 * change can be cut into the text; otherwise the whole document is printed anew with its comments and order.
 * Throws WORKSPACE_INVALID when the text cannot be parsed, or the path leads through an alias or a plain value.
 */
export function setValue(text: string, path: Path, value: Plain): string {
  const document = readDocument(text);
  checkWay(document, path);
  const candidate = spliceSet(text, document, path, value);
  put(document, path, document.createNode(value));
  return settle(text, candidate, document);
}

/** Text of openimis.yaml without the key at a path; unchanged when it is not there. */
export function deleteValue(text: string, path: Path): string {
  const document = readDocument(text);
  checkWay(document, path);
  if (!document.hasIn(path)) return text;
  const candidate = spliceDelete(text, document, path);
  document.deleteIn(path);
  return settle(text, candidate, document);
}

/**
 * Adds `servers.<name>`. `body` is the server, or the YAML text of one (a catalogue file's body, comments are kept).
 * Throws SERVER_EXISTS; the caller parses the result before saving it.
 */
export function addServer(text: string, name: string, body: ServerConfig | string): string {
  const document = readDocument(text);
  if (document.hasIn(['servers', name]))
    throw new Failure('SERVER_EXISTS', `openimis.yaml already has a server ${name}`, [
      `openimis servers show ${name}`,
      'choose another name, or edit openimis.yaml',
    ]);
  if (typeof body !== 'string') return setValue(text, ['servers', name], body);
  const server = readDocument(body);
  const candidate = spliceSet(text, document, ['servers', name], { yaml: body.trimEnd() });
  put(document, ['servers', name], server.contents);
  return settle(text, candidate, document);
}

/** Puts `id` right below `version`, where a person expects it. */
export function setWorkspaceId(text: string, id: string): string {
  const line = /^version[ \t]*:[^\r\n]*(\r\n|\n|$)/m.exec(text);
  if (line !== null) {
    const eol = line[1] === '' ? '\n' : line[1]!;
    const before = text.slice(0, line.index + line[0].length) + (line[1] === '' ? eol : '');
    const candidate = `${before}id: ${id}${eol}${text.slice(line.index + line[0].length)}`;
    const document = readDocument(text);
    if (!document.has('id')) {
      document.set('id', id);
      // Only the order of keys differs, which does not count here.
      if (same(candidate, document)) return candidate;
    }
  }
  return setValue(text, ['id'], id);
}

function readDocument(text: string): Document.Parsed {
  const { problems } = readYaml(text);
  const [problem] = problems;
  if (problem !== undefined)
    throw new Failure(
      'WORKSPACE_INVALID',
      `openimis.yaml:${problem.line}:${problem.column}: ${problem.message}; nothing was changed`,
      ['correct the file, then run the same command again'],
    );
  return parseDocument(text, yamlOptions);
}

/** Every key on the way must lead to a map, to nothing, or not be there yet. */
function checkWay(document: Document.Parsed, path: Path): void {
  const fail = (length: number, what: string) =>
    new Failure('WORKSPACE_INVALID', `${path.slice(0, length).join('.') || 'openimis.yaml'} is ${what}`, [
      'edit openimis.yaml by hand',
    ]);
  let node: Node | null | undefined = document.contents;
  for (let length = 0; length < path.length; length++) {
    if (isAlias(node)) throw fail(length, 'an alias (*name), which is not edited by a command');
    if (node === null || node === undefined || (isScalar(node) && node.value === null)) return;
    if (!isMap(node)) throw fail(length, 'not a map');
    node = node.get(path[length], true);
  }
}

/** Like setIn, which refuses a key on the way that has no value yet (`gateway:`). */
function put(document: Document.Parsed, path: Path, node: Node | null): void {
  for (let length = 0; length < path.length; length++) {
    const way: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (way === undefined) break;
    if (!isScalar(way) || way.value !== null) continue;
    const map = document.createNode({});
    if (length === 0) document.contents = map as unknown as typeof document.contents;
    else document.setIn(path.slice(0, length), map);
    break;
  }
  document.setIn(path, node);
}

/** The cut text if it says the same as the edited document, else the document printed anew. */
function settle(text: string, candidate: string | undefined, document: Document.Parsed): string {
  if (candidate !== undefined && same(candidate, document)) return candidate;
  const printed = document.toString({ lineWidth: 0, flowCollectionPadding: true });
  const result = text.includes('\r\n') ? printed.replace(/\r?\n/g, '\r\n') : printed;
  if (!same(result, document))
    throw new Failure('WORKSPACE_INVALID', 'openimis.yaml has a form that cannot be edited by a command', [
      'edit it by hand',
    ]);
  return result;
}

function same(text: string, document: Document.Parsed): boolean {
  const parsed = parseDocument(text, yamlOptions);
  return parsed.errors.length === 0 && canonical(parsed.toJS()) === canonical(document.toJS());
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** A new openimis.yaml. `schema` is where editors find the JSON Schema. */
export function newWorkspaceText(id: string, schema: string): string {
  return [
    `# yaml-language-server: $schema=${schema}`,
    '# What openimis deploys. Secrets are never here, they are in secrets/<server>.env.',
    stringify({ version: 1, id, servers: {} }),
  ].join('\n');
}
