import { describe, expect, it } from 'vitest';

import { readOpenimisJson } from '../../src/modules/openimis-json.ts';
import { failureOf } from '../workspace/failure-of.ts';

const file = (...modules: readonly object[]): string => JSON.stringify({ modules }, undefined, 2);

describe("upstream's openimis.json", () => {
  it('gives backend and frontend modules, and says where each stands', () => {
    const set = readOpenimisJson(
      file({ name: 'core', pip: 'openimis-be-core==1.0.4' }, { name: 'CoreModule', npm: '@openimis/fe-core@1.4.0' }),
      'x.json',
    );
    expect(set.components.backend).toEqual([
      { package: 'openimis-be-core', module: 'core', source: { kind: 'version', version: '1.0.4' }, spec: 'openimis-be-core==1.0.4', origin: 'x.json:5:14' }, // prettier-ignore
    ]);
    expect(set.components.frontend?.[0]).toMatchObject({ package: '@openimis/fe-core', module: 'core' });
  });

  it('takes the name from the repository when there is no #egg, and the old form of the backend', () => {
    const set = readOpenimisJson(
      file(
        { name: 'fhir', pip: 'git+https://example.org/x/openimis-be-api_fhir_r4_py.git@main' },
        { name: 'own', pip: 'git+https://example.org/x/something.git' },
        { name: 'old', package: 'openimis-be-old', version: '1.0.0' },
      ),
      'x.json',
    );
    expect(set.components.backend?.map((pin) => pin.package)).toEqual([
      'openimis-be-api-fhir-r4',
      'openimis-be-own',
      'openimis-be-old',
    ]);
  });

  it('reads CRLF, tabs and a byte order mark; the same module twice is there once', () => {
    const text = `\uFEFF{\r\n\t"modules": [\r\n\t\t{"name": "core", "pip": "openimis-be-core==1.0.4"},\r\n\t\t{"name": "core", "pip": "openimis-be-core==v1.0.4"}\r\n\t]\r\n}\r\n`;
    expect(readOpenimisJson(text, 'x.json').components.backend).toHaveLength(1);
  });

  it.each([
    [
      '{"modules": [\n  {"name": "a", "pip": "a==1"},\n]}',
      'x.json:3:1: there is a comma before this, and nothing follows it',
    ],
    ['{"modules": [\n<<<<<<< HEAD\n]}', 'x.json:2:1: a merge conflict of git is not resolved here'],
    ['{"modules": [\n\u00a0{}]}', 'x.json:2:1: this blank is a no-break space'],
    ['{"modules": [', 'x.json:1:14: the file ends too early'],
    ['', 'x.json:1:1: the file ends too early'],
    ['[]', 'x.json: there is no list "modules" in it'],
    [
      '{"modules": [\n{"name": "a", "pip": "a==latest"}]}',
      'x.json:2:22: module 1 (a) has "a==latest", which pip would not take',
    ],
    ['{"modules": [{"name": "a"}]}', 'x.json:1:14: module 1 is not a name with pip or npm'],
    [
      '{"modules": [{"name": "a", "pip": "a==1"},\n{"name": "a", "pip": "A==2"}]}',
      'x.json:2:22: module 2 is a, which is there before with another version (x.json:1:35)',
    ],
  ])('refuses %j with the place', (text, message) => {
    const failure = failureOf(() => readOpenimisJson(text, 'x.json'));
    expect([failure.code, failure.message]).toEqual(['PINS_UNREADABLE', message]);
  });
});
