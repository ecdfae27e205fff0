import { z } from 'zod';

import { workspaceSchema } from './schema.ts';

type Json = Record<string, unknown>;

/** JSON Schema (draft 7, what editors' YAML servers read best) of openimis.yaml, from the schema that checks it. */
export function workspaceJsonSchema(): Readonly<Json> {
  return z.toJSONSchema(workspaceSchema, {
    target: 'draft-7',
    io: 'input',
    override({ jsonSchema }) {
      const node = jsonSchema as Json;
      // A schema that is used again (optional) is seen twice.
      if (node['type'] !== 'object' || node['patternProperties'] !== undefined) return;
      const names = node['propertyNames'] as { pattern?: string } | undefined;
      // Keys that start with x- are free everywhere.
      node['patternProperties'] = { '^x-': {} };
      if (names?.pattern !== undefined) {
        node['patternProperties'] = { '^x-': {}, [names.pattern]: node['additionalProperties'] };
        delete node['propertyNames'];
      }
      node['additionalProperties'] = false;
    },
  });
}

/** The same as the text of a file. */
export function workspaceJsonSchemaText(): string {
  return `${JSON.stringify(workspaceJsonSchema(), null, 2)}\n`;
}
