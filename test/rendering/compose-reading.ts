import { parse } from 'yaml';
import { expect } from 'vitest';

import { packageRoot } from '../../src/package-root.ts';
import { renderProject } from '../../src/rendering/compose.ts';
import { loadTemplates } from '../../src/rendering/templates/load.ts';
import type { Stack } from '../../src/stack/stack.ts';

export const templates = await loadTemplates(packageRoot(), ['compose', 'gateway']);

export type Compose = {
  readonly name: string;
  readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly networks: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly volumes?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly configs?: Readonly<Record<string, { readonly content: string }>>;
  readonly secrets?: Readonly<Record<string, unknown>>;
};

/** The revision's project as a YAML reader of that version sees it. */
export function current(stack: Stack, version: '1.1' | '1.2' = '1.2'): Compose {
  return parse(renderProject(stack.current, stack, templates).compose, { version }) as Compose;
}

/** What Compose makes of `$`: `$$` is one, anything else would be a variable. */
export function interpolated(value: string): string {
  const rest = value.replaceAll('$$', '');
  expect(rest).not.toContain('$');
  return value.replaceAll('$$', '$');
}
