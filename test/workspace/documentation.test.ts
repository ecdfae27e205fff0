import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { workspaceJsonSchema } from '../../src/workspace/json-schema.ts';
import { parseWorkspace } from '../../src/workspace/parse.ts';
import { packageFolder } from '../support/cli.ts';

const page = readFileSync(join(packageFolder, 'docs/workspace.md'), 'utf8');
const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';

/** Names of all properties anywhere in a JSON Schema. */
function propertyNames(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === 'properties'
      ? [...Object.keys(value as object), ...Object.values(value as object).flatMap(propertyNames)]
      : propertyNames(value),
  );
}

describe('docs/workspace.md', () => {
  it('shows a file that is valid as it stands', () => {
    expect(Object.keys(parseWorkspace(example, 'docs/workspace.md').servers)).toEqual(['test', 'older', 'archive']);
  });

  it.each([...new Set(propertyNames(workspaceJsonSchema()))])('shows the key %s', (key) => {
    expect(example).toMatch(new RegExp(`\\b${key}:`));
  });
});
