import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { Failure } from '../failure.ts';
import { since } from '../modules/generation.ts';
import { readOpenimisJson } from '../modules/openimis-json.ts';
import { packageKey, type PinComponent } from '../modules/package-name.ts';
import { pinComponents, type PinnedModule, type PinSet, readPin } from '../modules/pin-set.ts';
import { baseModules, effectivePins, type Pin } from '../modules/pins.ts';
import type { Release } from '../modules/release.ts';
import { isReleaseName, releaseGeneration, type ReleaseName, releaseNames } from '../modules/release-names.ts';
import { packageRoot } from '../package-root.ts';
import { defaultComponents } from '../workspace/complete.ts';
import { nearest } from '../workspace/nearest.ts';
import { findServer, serverNames } from '../workspace/parse.ts';
import { readTextFile } from '../workspace/store/files.ts';
import { loadRelease } from '../workspace/store/release-store.ts';
import { openWorkspace, type Workspace, workspaceFile } from '../workspace/store/workspace-store.ts';
import { readYaml } from '../workspace/yaml-source.ts';

/** What can be named where pins are compared. The workspace is only opened when a word may be a server. */
export type PinSources = { readonly workspace: () => Promise<Workspace> };

export function pinSources(folder: string | undefined): PinSources {
  let opened: Promise<Workspace> | undefined;
  return { workspace: () => (opened ??= openWorkspace(folder)) };
}

/**
 * A server of the workspace, an upstream release, or an openimis.json (file or folder).
 * Throws SERVER_UNKNOWN naming what there is, PINS_UNREADABLE, WORKSPACE_INVALID.
 */
export async function pinSetOf(word: string, sources: PinSources): Promise<PinSet> {
  if (isReleaseName(word)) return releasePins(await loadRelease(packageRoot(), word), word);
  if (/[/\\]|\.json$/i.test(word)) return filePins(word);
  const workspace = await sources.workspace();
  const names = serverNames(workspace.config);
  if (names.includes(word)) return serverPins(workspace, word);
  const near = nearest(word, [...names, ...releaseNames]);
  throw new Failure(
    'SERVER_UNKNOWN',
    `there is no server and no release ${JSON.stringify(word.slice(0, 64))}${near === undefined ? '' : ` (did you mean ${near}?)`}`,
    [
      `servers: ${names.join(', ') || 'none'}`,
      `releases: ${releaseNames.join(', ')}`,
      'a file or folder is written with a slash: ./openimis.json',
    ],
  );
}

/** What a release pins; up to 1.1 the ibackend is a second container with the backend's modules. */
function releasePins(release: Release, name: ReleaseName): PinSet {
  const has: readonly PinComponent[] = since(releaseGeneration(name), '1.2')
    ? ['frontend', 'backend']
    : ['frontend', 'ibackend', 'backend'];
  const components = has.flatMap((component) => {
    const base = baseModules(release, component);
    return base === undefined ? [] : [[component, effectivePins(component, base).map(readPin)] as const];
  });
  return { name: `release ${name}`, components: Object.fromEntries(components) };
}

async function serverPins(workspace: Workspace, name: string): Promise<PinSet> {
  const server = findServer(workspace.config, name);
  const generation = server.release === undefined ? server.generation : releaseGeneration(server.release);
  const has = server.components ?? (generation === undefined ? {} : defaultComponents(generation));
  const release = server.release === undefined ? undefined : await loadRelease(packageRoot(), server.release);
  const source = readYaml(workspace.text);
  const placed = (pin: Pin): PinnedModule => {
    const written = Object.keys(server.pins?.[pin.component] ?? {}).find(
      (key) => packageKey(pin.component, key) === pin.package,
    );
    const line =
      pin.origin === workspaceFile && written !== undefined
        ? `:${source.locate(['servers', name, 'pins', pin.component, written]).keyLine}`
        : '';
    return readPin({ ...pin, origin: pin.origin + line });
  };
  const components = pinComponents
    .filter((component) => has[component] !== undefined)
    .map((component) => {
      const pins = effectivePins(component, baseModules(release, component), server.pins?.[component]);
      return [component, pins.map(placed)] as const;
    });
  return { name, components: Object.fromEntries(components) };
}

async function filePins(word: string): Promise<PinSet> {
  const isFolder = await stat(word).then(
    (status) => status.isDirectory(),
    () => false,
  );
  const file = isFolder ? join(word, 'openimis.json') : word;
  const read = await readTextFile(file, 8 * 1024 * 1024, 'PINS_UNREADABLE');
  if (read === undefined)
    throw new Failure('PINS_UNREADABLE', `there is no file ${file}`, ['name an openimis.json, or the folder of one']);
  return readOpenimisJson(read.text, file);
}
