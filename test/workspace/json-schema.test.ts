import { readFile } from 'node:fs/promises';

import { expect, it } from 'vitest';

import { packageRoot } from '../../src/package-root.ts';
import { workspaceJsonSchema, workspaceJsonSchemaText } from '../../src/workspace/json-schema.ts';
import { jsonSchemaFile } from '../../src/workspace/store/write-json-schema.ts';
import * as values from '../../src/workspace/values.ts';

type Json = { readonly [key: string]: Json };

it('the checked-in copy is what the schema says now', async () => {
  const copy = await readFile(`${packageRoot()}/${jsonSchemaFile}`, 'utf8');
  expect(copy, `${jsonSchemaFile} is old; write it anew with: npm run schema`).toBe(workspaceJsonSchemaText());
});

it('every object is strict, and lets x- keys through', () => {
  let objects = 0;
  const look = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('type' in node && node.type === 'object') {
      objects += 1;
      expect(node, path).toMatchObject({ additionalProperties: false, patternProperties: { '^x-': {} } });
    }
    for (const [key, value] of Object.entries(node)) look(value, `${path}.${key}`);
  };
  look(workspaceJsonSchema(), '');
  expect(objects).toBeGreaterThan(12);
});

it('every key has words that explain it', () => {
  const look = (node: Json, path: string): void => {
    for (const [key, value] of Object.entries(node['properties'] ?? {})) {
      expect(typeof value['description'], `${path}.${key}`).toBe('string');
      look(value, `${path}.${key}`);
    }
    for (const value of Object.values(node['patternProperties'] ?? {})) look(value, `${path}.*`);
  };
  look(workspaceJsonSchema() as Json, '');
});

it('a pattern of the schema refuses nothing that the check accepts', () => {
  const pairs: readonly (readonly [string, values.Check, readonly string[]])[] = [
    [values.hostNamePattern, values.hostNameProblem, ['a', 'A.b-c.org', '1.a', 'x'.repeat(63)]],
    [values.urlPattern, values.urlProblem, ['http://a', 'https://a.b:1/c/', 'http://[2001:db8::1]/%20/']],
    [values.imagePattern, values.imageProblem, ['a', 'r.io:5/a/b:c', `a@sha256:${'0'.repeat(64)}`]],
    [values.subnetPattern, values.subnetProblem, ['10.0.0.0/24']],
    [values.npmNamePattern, values.npmNameProblem, ['@openimis/fe-core']],
    [values.pythonNamePattern, values.pythonNameProblem, ['openimis-be-api_fhir']],
  ];
  for (const [pattern, check, samples] of pairs)
    for (const sample of samples) {
      expect(check(sample)).toBeUndefined();
      expect(sample).toMatch(new RegExp(pattern));
    }
});
