import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'vitest';

import { exportPins } from '../../src/cli/export-pins.ts';
import { importOpenimisJson } from '../../src/cli/import-pins.ts';
import { pinSources } from '../../src/cli/pin-sets.ts';
import type { PinComponent } from '../../src/modules/package-name.ts';
import { packageRoot } from '../../src/package-root.ts';
import { loadReleases } from '../../src/workspace/store/release-store.ts';
import { inTemporaryFolder } from '../support/cli.ts';

export const yaml = `version: 1
servers:
  test:   # on top of a release
    release: "1.1.0"
    components: { frontend: {}, ibackend: {}, backend: {} }
    pins:
      # agreed with the ministry
      backend: { openimis-be-core:  '1.0.5' }   # keep
  bare: { generation: "1.0", components: { frontend: {}, backend: {} } }
  backend-only: { release: "1.1.0", components: { backend: {} } }
`;
export const releases = await loadReleases(packageRoot());

export type Box = { readonly folder: string; readonly file: string; readonly read: () => Promise<string> };

export function workspace(use: (box: Box) => Promise<void>, text = yaml): Promise<void> {
  return inTemporaryFolder(async (folder) => {
    const file = join(folder, 'openimis.yaml');
    await writeFile(file, text);
    await use({ folder, file, read: () => readFile(file, 'utf8') });
  });
}

export const { signal } = new AbortController();
export const take = (folder: string, server: string, from: string, component?: PinComponent) =>
  importOpenimisJson({ folder, server, from, component, dryRun: false, signal });
export const give = async (folder: string, server: string, component: PinComponent): Promise<string> =>
  (await exportPins(server, component, pinSources(folder))).text;

/** Imports into a server and exports again: the same, byte for byte or at least in every value and its order. */
export async function thereAndBack({ folder }: Box, server: string, text: string, component: PinComponent) {
  const from = join(folder, 'it.json');
  await writeFile(from, text);
  const done = await take(folder, server, from, component);
  const back = await give(folder, server, component);
  expect(JSON.stringify(JSON.parse(back))).toBe(JSON.stringify(JSON.parse(text.replace(/^\uFEFF/, ''))));
  expect((await take(folder, server, from, component)).changed).toBe(false);
  return { done, back };
}
