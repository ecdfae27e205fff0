import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Failure } from '../../src/failure.ts';
import { findServer, parseWorkspace, valueProblem } from '../../src/workspace/parse.ts';
import { failureOf } from './failure-of.ts';

const parse = (text: string) => parseWorkspace(text, 'openimis.yaml');
const errors = (text: string) => failureOf(() => parse(text)).message;
const server = (body: string) => `version: 1\nservers:\n  test: ${body}\n`;

/** The example of design.md section 4. */
const example = `# comment
version: 1
servers:
  test:
    legacy:
      dns: imistest.hib.gov.np        # optional: some installations have an IP only
      ip: 203.0.113.10
      url: http://imistest.hib.gov.np/
    database: { name: openIMIS-demo-1.3.0, user: imisuser }
    gateway: { dns: new.example.org, http: 80, https: 443, certificate: self-signed, signOn: legacy }
    release: "1.1.0"
    components: { frontend: {}, ibackend: {}, backend: {}, worker: { replicas: 1 } }
    pins:
      ibackend: { openimis-be-core: "0.0.12", openimis-be-report: null }
      backend:  { openimis-be-core: "0.0.11" }
`;

describe('parseWorkspace', () => {
  it('reads the example of the design as written, without defaults', () => {
    const { servers } = parse(example);
    expect(servers['test']).toMatchObject({
      legacy: { dns: 'imistest.hib.gov.np', ip: '203.0.113.10' },
      pins: { ibackend: { 'openimis-be-core': '0.0.12', 'openimis-be-report': null } },
    });
    expect(servers['test']?.database).toEqual({ name: 'openIMIS-demo-1.3.0', user: 'imisuser' });
  });

  it.each([
    [
      'unknown key, nearest',
      server('{ databse: {} }'),
      '3:11: servers.test.databse: unknown key (did you mean "database"?)',
    ],
    ['unknown key, far', server('{ qqqqqq: {} }'), 'known here: legacy, database, gateway'],
    [
      'unknown key on top',
      'version: 1\nserver: {}\nservers: {}\n',
      '2:1: server: unknown key (did you mean "servers"?)',
    ],
    [
      'unquoted release',
      server('{ release: 1.1 }'),
      '3:20: servers.test.release: must be a text: put it in quotes: "1.1"',
    ],
    ['unquoted release that loses a 0', server('{ release: 24.10 }'), 'put it in quotes: "24.10"'],
    [
      'unknown release',
      server('{ release: "1.1" }'),
      'is not a known release (did you mean "1.1.0"?); known: 1.0.0, 1.1.0',
    ],
    ['number as name', server('{ database: { name: 2019 } }'), 'put it in quotes: "2019"'],
    ['port as text', server('{ gateway: { http: "80" } }'), 'gateway.http: must be a number, without quotes'],
    ['port out of range', server('{ gateway: { http: 65536 } }'), 'a whole number from 1 to 65535'],
    ['port with a fraction', server('{ gateway: { http: 80.5 } }'), 'gateway.http: must be a whole number'],
    [
      'a word of two',
      server('{ gateway: { signOn: legacyy } }'),
      'one of: legacy, application (did you mean "legacy"?)',
    ],
    ['nothing where a map is', server('{ components: { frontend: } }'), 'write {} for an empty one'],
    ['a list where a map is', server('[]'), 'servers.test: must be a map, not a list'],
    ['no version', 'servers: {}\n', '1:1: version: is missing'],
    ['another version', 'version: 2\nservers: {}\n', '1:10: version: must be one of: 1'],
    ['no servers', 'version: 1\n', 'servers: is missing'],
    ['empty file', '', '1:1: must be a map'],
    ['a password', server('{ database: { password: hunter2 } }'), 'secrets are never in this file'],
    ['a name in capitals', 'version: 1\nservers:\n  TEST: {}\n', "3:3: servers.TEST: a server's name starts"],
    ['a path as name', 'version: 1\nservers:\n  ../x: {}\n', "3:3: servers.../x: a server's name"],
    [
      'key twice',
      server('{ release: "1.0.0", release: "1.1.0" }'),
      '3:29: servers.test.release: this key is there twice',
    ],
    ['server twice', 'version: 1\nservers:\n  a: {}\n  a: {}\n', '4:3: servers.a: this key is there twice'],
    ['tab', 'version: 1\nservers:\n\ttest: {}\n', '3:1: a tab cannot indent YAML'],
    ['unknown alias', server('*x'), 'the alias (*name) has no anchor'],
    [
      'merge key',
      'version: 1\nx-a: &a { release: "1.0.0" }\nservers:\n  a: { <<: *a }\n',
      '4:8: servers.a."<<": merge keys (<<) are not read',
    ],
    ['tag', server('!!python/object {}'), 'a tag (!something) is not used here'],
    ['list as key', server('{ [a]: 1 }'), 'a key is text'],
    ['merge conflict', `version: 1\n<<<<<<< HEAD\nservers: {}\n`, '2:1: a merge conflict of git'],
    ['two documents', 'version: 1\nservers: {}\n---\na: 1\n', 'several documents'],
    ['another YAML', '%YAML 1.1\n---\nversion: 1\nservers: {}\n', '%YAML'],
    ['NUL', 'version: 1\nservers: {}\n# \0\n', '3:3: the file holds a NUL'],
    ['open bracket', 'version: 1\nservers: {\n', 'openimis.yaml:'],
    ['__proto__', 'version: 1\n__proto__: { x: 1 }\nservers: {}\n', '2:1: __proto__: this cannot be a key'],
    ['id that is none', 'version: 1\nid: abc\nservers: {}\n', '2:5: id: is the id that `openimis init` wrote'],
    ['fact that is a list', server('{ facts: { a: [1] } }'), 'facts.a: must be a text, a number, true or false'],
  ])('%s', (_what, text, part) => {
    const failure = failureOf(() => parse(text));
    expect(failure.code).toBe('WORKSPACE_INVALID');
    expect(failure.message).toContain(part);
    expect(failure.message).not.toContain('hunter2');
  });

  it('lists all problems in the order of the file, ten of them written out', () => {
    const text = `version: 1\nservers:\n${Array.from({ length: 12 }, (_, n) => `  s${n}: { relaese: 1 }\n`).join('')}`;
    const lines = errors(text).split('\n');
    expect(lines[0]).toBe('openimis.yaml has 12 problems:');
    expect(lines).toHaveLength(12);
    expect(lines[1]).toContain('openimis.yaml:3:9: servers.s0.relaese');
    expect(lines[11]).toContain('... and 2 more');
  });

  it('points at the right place behind CRLF, and in a value that came through an alias', () => {
    expect(errors('version: 1\r\nservers:\r\n  a:\r\n    release: "9"\r\n')).toContain('openimis.yaml:4:14:');
    expect(errors('version: 1\nx-r: &r { release: "9" }\nservers:\n  a: *r\n')).toContain(':4:6: servers.a.release');
  });

  it('leaves x- keys alone, whatever is in them, and follows aliases', () => {
    const text =
      'version: 1\nx-a: &a [1, { y: 2 }]\nx-db: &db { name: n, user: u }\nservers:\n  x-b: *a\n  a: { x-c: 1, database: *db }\n';
    expect(parse(text)).toEqual({ version: 1, servers: { a: { database: { name: 'n', user: 'u' } } } });
  });

  it('names like those of every object are only names', () => {
    const config = parse('version: 1\nservers:\n  a: { pins: { backend: { constructor: "1" } } }\n');
    expect(Object.entries(config.servers['a']?.pins?.backend ?? {})).toEqual([['constructor', '1']]);
    for (const name of ['constructor', '__proto__', 'toString'])
      expect(failureOf(() => findServer(config, name)).code).toBe('SERVER_UNKNOWN');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it.each([
    [
      'aliases that multiply',
      `a: &a0 [x,x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 9 }, (_, n) => `x${n}: &a${n + 1} [${`*a${n},`.repeat(10)}]`).join('\n')}\n`,
    ],
    ['deep brackets', '['.repeat(100_000)],
    ['deep maps', 'a: '.repeat(50_000)],
    ['deep indents', Array.from({ length: 900 }, (_, n) => `${' '.repeat(n)}k:`).join('\n')],
    ['many keys', Array.from({ length: 40_000 }, (_, n) => `k${n}: 1`).join('\n')],
    ['a huge file', `version: 1\n# ${'x'.repeat(600_000)}`],
    ['a huge key', `version: 1\n${'k'.repeat(400_000)}: 1\n`],
    ['itself', 'version: 1\nservers: &s\n  a: *s\n'],
  ])('%s are refused within seconds', (_what, text) => {
    const start = performance.now();
    const message = errors(text);
    expect(performance.now() - start).toBeLessThan(5000);
    expect(message.length).toBeLessThan(5000);
  });

  it('never throws anything but WORKSPACE_INVALID', () => {
    const words = [
      'version',
      'servers',
      ': ',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '&a',
      '*a',
      '!',
      '|',
      '>',
      '#',
      '-',
      'test',
      '1',
      '?',
      '%',
      '\t',
      '<<',
      '__proto__',
      'x-',
      ',',
      '\r',
    ];
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...words)).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, fc.boolean(), (some, inside) => {
        try {
          parse(inside ? `version: 1\nservers:\n  test:\n    database: ${some}` : some);
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
          expect((error as Failure).code).toBe('WORKSPACE_INVALID');
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('keeps a value byte for byte or refuses it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 140 }), (value) => {
        const text = server(
          `{ database: { user: ${JSON.stringify(value)} }, pins: { backend: { a: ${JSON.stringify(value)} } } }`,
        );
        try {
          const { database, pins } = parse(text).servers['test']!;
          expect([database?.user, pins?.backend?.['a']]).toEqual([value, value]);
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
        }
      }),
    );
    for (const value of [`a'b"c$$\{d}; {e} \\n # : - नेपाल 🐘`, '${HOME}$$', '%00', 'null', 'true', '~', '1e3'])
      expect(parse(server(`{ database: { user: ${JSON.stringify(value)} } }`)).servers['test']?.database?.user).toBe(
        value,
      );
  });
});

describe('valueProblem', () => {
  it.each([
    ['gateway.http', '8080', undefined],
    ['gateway.http', '0', 'must be a whole number from 1 to 65535'],
    ['gateway.http', 'x', 'must be a whole number'],
    ['database.user', "O'Hara", undefined],
    ['database.user', '', 'is empty'],
    ['database.name', '2019', undefined],
    ['gateway.signOn', 'both', 'must be one of: legacy, application'],
    ['release', '1.1', 'is not a known release'],
    ['pins.backend.a', '1', undefined],
    ['nothing.there', '1', 'is not a key of a server'],
  ])('%s = %j: %s', (path, text, part) => {
    if (part === undefined) expect(valueProblem(path, text)).toBeUndefined();
    else expect(valueProblem(path, text)).toContain(part);
  });
});
