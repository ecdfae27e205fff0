import { Failure } from '../failure.ts';
import { since } from '../modules/generation.ts';
import { byUntil, daysOver, type OpenHotfix } from '../modules/hotfix.ts';
import type { PinComponent } from '../modules/package-name.ts';
import { type Pinned, pinComponents, type PinnedModule, type PinSet, readPin } from '../modules/pin-set.ts';
import { baseModules, effectivePins } from '../modules/pins.ts';
import type { Release } from '../modules/release.ts';
import { isReleaseName, releaseGeneration, type ReleaseName, releaseNames } from '../modules/release-names.ts';
import { packageRoot } from '../package-root.ts';
import { nearest } from '../workspace/nearest.ts';
import { serverNames } from '../workspace/parse.ts';
import { loadRelease } from '../workspace/store/release-store.ts';
import { openWorkspace, type Workspace } from '../workspace/store/workspace-store.ts';
import { serverPins } from './server-pins.ts';
import { chooseServer } from './session.ts';
import type { PinList } from './views/pins-view.ts';

/** What can be named where pins are compared. The workspace is only opened when a word may be a server. */
export type PinSources = { readonly workspace: () => Promise<Workspace> };

export function pinSources(folder: string | undefined): PinSources {
  let opened: Promise<Workspace> | undefined;
  return { workspace: () => (opened ??= openWorkspace(folder)) };
}

/**
 * A server of the workspace, one of its revisions (`test@r7`), what of it runs (`test@running`), an
 * upstream release, an openimis.json or a lock file (or their
 * folder). Throws SERVER_UNKNOWN naming what there is, PINS_UNREADABLE, LOCK_INVALID, WORKSPACE_INVALID,
 * NOT_DEPLOYED, USAGE, ENGINE_*.
 */
export async function pinSetOf(word: string, sources: PinSources): Promise<PinSet> {
  if (isReleaseName(word)) return releasePins(await loadRelease(packageRoot(), word), word);
  if (isFileWord(word)) return (await import('./file-pins.ts')).filePins(word);
  const workspace = await sources.workspace();
  const names = serverNames(workspace.config);
  if (names.includes(word)) return serverPins(workspace, word);
  const [, server = word, revision] = /^([^@]*)@r([1-9]\d{0,8})$/.exec(word) ?? [];
  if (revision !== undefined && names.includes(server))
    return (await import('./revision-set.ts')).revisionSet(workspace, server, Number(revision));
  const running = /^(.+)@running$/.exec(word)?.[1];
  if (running !== undefined && names.includes(running)) return pinsThatRun(workspace.folder, running);
  throw unknownName(word, names);
}

/** Is a word meant to be a file? `./x`, `x/`, `x.json`, and `x.json@test` for one server of a lock file. */
function isFileWord(word: string): boolean {
  return /[/\\]|^\.\.?$|\.json$|\.json@[^@]*$/i.test(word);
}

function unknownName(word: string, names: readonly string[]): Failure {
  const server = word.replace(/@.*$/s, '');
  const shown = JSON.stringify(word.slice(0, 64));
  if (names.includes(server))
    return new Failure('USAGE', `${shown} is no revision of ${server}`, [
      `a revision is written ${server}@r7, what runs now ${server}@running; openimis status ${server} lists them`,
    ]);
  const near = nearest(server, [...names, ...releaseNames]);
  return new Failure(
    'SERVER_UNKNOWN',
    `there is no server and no release ${shown}${near === undefined ? '' : ` (did you mean ${near}?)`}`,
    [
      `servers: ${names.join(', ') || 'none'}`,
      `releases: ${releaseNames.join(', ')}`,
      'a file or folder is written with a slash: ./openimis.json',
    ],
  );
}

/** Pins of what a command names, or of the only server of the workspace. */
export async function namedPins(request: {
  readonly folder: string | undefined;
  readonly name: string | undefined;
  readonly flags: { readonly component?: PinComponent | undefined };
}): Promise<PinSet> {
  const sources = pinSources(request.folder);
  const word = request.name ?? chooseServer((await sources.workspace()).config, undefined);
  return onlyComponent(await pinSetOf(word, sources), request.flags.component);
}

/** By the labels of the images: the engine is asked, no registry and no container. */
async function pinsThatRun(folder: string, name: string): Promise<PinSet> {
  const { withServerOnEngine } = await import('./server-session.ts');
  const { runningPins } = await import('../deployment/running-pins.ts');
  return withServerOnEngine({ folder, name }, runningPins);
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
