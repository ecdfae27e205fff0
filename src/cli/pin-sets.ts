import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { Failure } from '../failure.ts';
import { since } from '../modules/generation.ts';
import { byUntil, daysOver, type OpenHotfix } from '../modules/hotfix.ts';
import { readOpenimisJson } from '../modules/openimis-json.ts';
import type { PinComponent } from '../modules/package-name.ts';
import { type Pinned, pinComponents, type PinnedModule, type PinSet, readPin } from '../modules/pin-set.ts';
import { baseModules, effectivePins } from '../modules/pins.ts';
import type { Release } from '../modules/release.ts';
import { isReleaseName, releaseGeneration, type ReleaseName, releaseNames } from '../modules/release-names.ts';
import { packageRoot } from '../package-root.ts';
import { nearest } from '../workspace/nearest.ts';
import { serverNames } from '../workspace/parse.ts';
import { readTextFile } from '../workspace/store/files.ts';
import { loadRelease } from '../workspace/store/release-store.ts';
import { openWorkspace, type Workspace } from '../workspace/store/workspace-store.ts';
import { serverPins } from './server-pins.ts';
import type { PinList } from './views/pins-view.ts';

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

/** The set without its other components; undefined leaves it as it is. */
export function onlyComponent(set: PinSet, only: PinComponent | undefined): PinSet {
  const keep = (pinned: Pinned): Pinned =>
    only === undefined ? pinned : only in pinned ? { [only]: pinned[only] } : {};
  return { ...set, components: keep(set.components), extra: keep(set.extra) };
}

/** The set with the open hotfixes of the server that it is, if it is one; `only` leaves the other components out. */
export async function listPins(word: string, sources: PinSources, only: PinComponent | undefined): Promise<PinList> {
  const set = onlyComponent(await pinSetOf(word, sources), only);
  const hotfixes = pinComponents
    .flatMap((component) =>
      [set.components[component], set.extra[component]].flatMap((pins = []) =>
        pins.map((pin) => hotfixOf(component, pin)),
      ),
    )
    .filter((hotfix) => hotfix !== undefined)
    .sort(byUntil);
  return { ...set, hotfixes };
}

function hotfixOf(component: PinComponent, pin: PinnedModule): OpenHotfix | undefined {
  const { package: name, module, spec, hotfix } = pin;
  if (hotfix === undefined) return undefined;
  return { component, package: name, module, pin: spec, ...hotfix, daysOver: daysOver(hotfix.until, new Date()) };
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
  return { name: `release ${name}`, components: Object.fromEntries(components), extra: {} };
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
