import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';

import {
  addServer,
  deleteValue,
  newWorkspaceText,
  type Plain,
  setValue,
  setWorkspaceId,
} from '../../src/workspace/edit.ts';
import { parseWorkspace } from '../../src/workspace/parse.ts';
import { failureOf } from './failure-of.ts';

const text = `# head
version: 1   # v

servers:
    test:      # my server
        legacy: { dns: a.b,   ip: 1.2.3.4 }  # hello

        database:
            name: "x"   # name
            # about user
            user: 'u'
        gateway:
    qa: {}
# tail
`;
const parse = (some: string) => parseYaml(some) as Record<string, Record<string, unknown>>;
const at = (...path: string[]) => ['servers', 'test', ...path];
const replaced = (from: string, to: string) => text.replace(from, to);

describe('setValue changes one place', () => {
  it.each<[string, readonly string[], Plain, string]>([
    ['a value in a flow map', at('legacy', 'ip'), '9.9.9.9', replaced('1.2.3.4', '9.9.9.9')],
    ['a quoted value', at('database', 'user'), "it's", replaced("'u'", "'it''s'")],
    ['a value in double quotes', at('database', 'name'), 'y"\\', replaced('"x"', '"y\\"\\\\"')],
    ['a number', ['version'], 2, replaced('version: 1', 'version: 2')],
    [
      'a new key in a flow map',
      at('legacy', 'url'),
      'http://a.b/',
      replaced('1.2.3.4 }', '1.2.3.4, url: "http://a.b/" }'),
    ],
    ['a new key in a block map', at('database', 'port'), 1444, replaced("'u'\n", "'u'\n            port: 1444\n")],
    [
      'a key below one without value',
      at('gateway', 'dns'),
      'n.org',
      replaced('gateway:\n', 'gateway:\n            dns: n.org\n'),
    ],
    [
      'a key below an empty map',
      ['servers', 'qa', 'release'],
      '1.1.0',
      replaced('qa: {}\n', 'qa:\n        release: "1.1.0"\n'),
    ],
    [
      'keys on the way',
      at('pins', 'backend', 'a'),
      '1.0',
      replaced('gateway:\n', 'gateway:\n        pins:\n            backend:\n                a: "1.0"\n'),
    ],
    [
      'a map',
      at('components'),
      { frontend: {}, worker: { replicas: 1 } },
      replaced(
        'gateway:\n',
        'gateway:\n        components:\n            frontend: {}\n            worker:\n                replicas: 1\n',
      ),
    ],
  ])('%s', (_what, path, value, expected) => {
    expect(setValue(text, path, value)).toBe(expected);
    const crlf = (some: string) => some.replaceAll('\n', '\r\n');
    expect(setValue(crlf(text), path, value)).toBe(crlf(expected));
  });

  it('in a file that does not end with a line end', () => {
    expect(setValue('version: 1\nservers: {}', ['id'], 'x')).toBe('version: 1\nservers: {}\nid: x\n');
  });

  it('a map over a value, on its line', () => {
    expect(setValue(text, at('database', 'name'), { a: 1, b: '1.0' })).toBe(
      replaced('"x"   # name', '{ a: 1, b: "1.0" }   # name'),
    );
  });

  it('a value over a map of either kind, and a map over a map in braces', () => {
    expect(setValue(text, at('legacy'), '1.0')).toBe(
      replaced('legacy: { dns: a.b,   ip: 1.2.3.4 }  # hello', 'legacy: "1.0"  # hello'),
    );
    expect(setValue(text, at('legacy'), { a: 1 })).toBe(replaced('{ dns: a.b,   ip: 1.2.3.4 }', '{ a: 1 }'));
    expect(setValue(text, at('database'), '1.0')).toBe(
      text.replace(/ {8}database:\n[^]*'u'\n/, '        database: "1.0"\n'),
    );
  });

  it.each<[string, readonly string[], string]>([
    ['version: 1\nx: &a { b: 1 }\nservers:\n  test: *a\n', at('b'), 'servers.test is an alias'],
    ['version: 1\nservers:\n  test: 1\n', at('b'), 'servers.test is not a map'],
    ['version: [\n', ['id'], 'nothing was changed'],
    ['a: 1\na: 2\n', ['id'], 'this key is there twice'],
  ])('refuses %j', (some, path, part) => {
    const { code, message } = failureOf(() => setValue(some, path, 'x'));
    expect([code, message]).toEqual(['WORKSPACE_INVALID', expect.stringContaining(part)]);
  });
});

describe('deleteValue', () => {
  it.each<[string, readonly string[], string]>([
    ['a line', at('database', 'name'), replaced('            name: "x"   # name\n', '')],
    ['the last line of a map', at('database', 'user'), replaced("            user: 'u'\n", '')],
    ['the first of a flow map', at('legacy', 'dns'), replaced('dns: a.b,   ', '')],
    ['the last of a flow map', at('legacy', 'ip'), replaced(',   ip: 1.2.3.4', '')],
    ['a block', at('database'), text.replace(/ {8}database:\n[^]*'u'\n/, '')],
    ['what is not there', at('nothing'), text],
  ])('%s', (_what, path, expected) => expect(deleteValue(text, path)).toBe(expected));

  it('the only key of a map leaves an empty map', () => {
    expect(parse(deleteValue('a:\n  b: 1 # c\nd: 2\n', ['a', 'b']))).toEqual({ a: {}, d: 2 });
  });
});

describe('addServer', () => {
  const fresh = newWorkspaceText('00000000-0000-4000-8000-000000000000', './s.json');

  it('to a new workspace, which names its schema on the first line', () => {
    expect(fresh.split('\n')[0]).toBe('# yaml-language-server: $schema=./s.json');
    const result = addServer(fresh, 'main', { legacy: { ip: '10.0.0.1' }, components: { backend: {} } });
    expect(result).toBe(
      fresh.replace(
        'servers: {}\n',
        'servers:\n  main:\n    legacy:\n      ip: 10.0.0.1\n    components:\n      backend: {}\n',
      ),
    );
    expect(parseWorkspace(result, 'openimis.yaml').servers['main']?.legacy).toEqual({ ip: '10.0.0.1' });
  });

  it('behind the others, with the comments of a template', () => {
    const body = '# about it\nlegacy:\n  dns: c.d # here\n\n# which\ncomponents: { backend: {} }\n';
    const result = addServer(text, 'demo', body);
    const lines =
      '    demo:\n        # about it\n        legacy:\n          dns: c.d # here\n\n        # which\n        components: { backend: {} }\n';
    expect(result).toBe(replaced('qa: {}\n', `qa: {}\n${lines}`));
  });

  it('never over one that is there', () => {
    expect(failureOf(() => addServer(text, 'qa', {})).code).toBe('SERVER_EXISTS');
  });
});

it('the id goes below the version', () => {
  expect(setWorkspaceId(text, 'abc')).toBe(replaced('# v\n', '# v\nid: abc\n'));
  expect(setWorkspaceId(text.replaceAll('\n', '\r\n'), 'abc')).toBe(
    replaced('# v\n', '# v\nid: abc\n').replaceAll('\n', '\r\n'),
  );
  expect(setWorkspaceId('{ version: 1, servers: {} }', 'abc')).toContain('id: abc');
});
