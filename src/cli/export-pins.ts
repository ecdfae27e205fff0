import { resolve } from 'node:path';

import { Failure } from '../failure.ts';
import { type ModuleKind, type OpenimisJson, parseOpenimisJson } from '../modules/openimis-json.ts';
import type { PinComponent } from '../modules/package-name.ts';
import type { PinnedModule } from '../modules/pin-set.ts';
import type { Release } from '../modules/release.ts';
import { knownNames, releaseJson, usualName } from '../modules/release-json.ts';
import { isReleaseName, releaseGeneration } from '../modules/release-names.ts';
import { type ExportedModule, newOpenimisJson, withModules } from '../modules/write-openimis-json.ts';
import { packageRoot } from '../package-root.ts';
import { findServer } from '../workspace/parse.ts';
import type { ServerConfig } from '../workspace/schema.ts';
import { writeTextFile } from '../workspace/store/files.ts';
import { importedFile, readImported } from '../workspace/store/imported-store.ts';
import { loadRelease, loadReleases } from '../workspace/store/release-store.ts';
import type { Workspace } from '../workspace/store/workspace-store.ts';
import type { PinSources } from './pin-sets.ts';
import { pinnedComponentsOf, releaseOfServer, serverPins } from './server-pins.ts';

/** Writes openimis.json as a whole or not at all. Throws WORKSPACE_READ_ONLY, DISK_FULL. */
export async function writeExport(output: string, text: string): Promise<string> {
  const file = resolve(output);
  try {
    await writeTextFile(file, text, { mode: 0o644 });
    return file;
  } catch (error) {
    if (error instanceof Failure) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such folder' : code === 'EISDIR' ? 'it is a folder' : String(code);
    throw new Failure('WORKSPACE_READ_ONLY', `${file} cannot be written: ${why}`, [
      'choose another file with --output',
    ]);
  }
}

export const kindOf = (component: PinComponent): ModuleKind => (component === 'frontend' ? 'frontend' : 'backend');

export type Exported = {
  readonly name: string;
  readonly component: PinComponent;
  /** openimis.json as upstream's programs read it. */
  readonly text: string;
  readonly modules: number;
  /** Packages of openimis.yaml that are no modules and therefore not in it. */
  readonly left: readonly string[];
};

/** Upstream's openimis.json of a server's component, or of a release. Throws USAGE, SERVER_UNKNOWN, PINS_UNREADABLE. */
export async function exportPins(word: string, component: PinComponent, sources: PinSources): Promise<Exported> {
  if (isReleaseName(word)) {
    const json = releaseJson(await loadRelease(packageRoot(), word), kindOf(component));
    if (json === undefined)
      throw new Failure('USAGE', `release ${word} has no ${component}`, ['openimis versions releases']);
    return { name: `release ${word}`, component, text: json.text, modules: json.modules.length, left: [] };
  }
  const workspace = await sources.workspace();
  const kept = await keptForms(workspace, word);
  const text = await exportedText(workspace, word, component, kept);
  const { components, extra } = await serverPins(workspace, word);
  const harmlessText = text.replace(/[\u007f-\u009f]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
  const left = (extra[component] ?? []).map((pin) => pin.package);
  // JSON escapes C0 itself; DEL and C1 must not reach a terminal either.
  return { name: word, component, text: harmlessText, modules: components[component]?.length ?? 0, left };
}

/** Text of the openimis.json that each component was imported from. */
export type KeptForms = Readonly<Partial<Record<PinComponent, string>>>;

export async function keptForms(workspace: Workspace, server: string): Promise<KeptForms> {
  const kept: Partial<Record<PinComponent, string>> = {};
  for (const component of pinnedComponentsOf(findServer(workspace.config, server))) {
    const text = await readImported(workspace.folder, server, component);
    if (text !== undefined) kept[component] = text;
  }
  return kept;
}

/** The modules that openimis.yaml says, in the form that was imported, or else in the release's, or else in a new one. */
export async function exportedText(
  workspace: Workspace,
  name: string,
  component: PinComponent,
  kept: KeptForms,
): Promise<string> {
  const server = findServer(workspace.config, name);
  const { components } = await serverPins(workspace, name);
  const pins = components[component];
  if (pins === undefined)
    throw new Failure('USAGE', `server ${name} has no ${component}`, [
      `it has: ${Object.keys(components).join(', ') || 'no component with modules'}`,
    ]);
  const kind = kindOf(component);
  const form = await formOf(name, server, component, kept);
  // A file of both kinds follows both only when both were imported from it.
  const other = (['frontend', 'backend', 'ibackend'] as const).find(
    (one) => kindOf(one) !== kind && kept[one] !== undefined && kept[one] === kept[component],
  );
  const others = other === undefined ? [] : (components[other] ?? []).map((pin) => exported(kindOf(other), pin));
  const isNamed = (pin: PinnedModule): boolean =>
    form?.modules.some((one) => one.kind === kind && one.pin.package === pin.package) === true;
  if (form !== undefined && pins.every(isNamed))
    return withModules(form, kind, pins.map((pin) => exported(kind, pin)), others); // prettier-ignore
  const releases = [...(await loadReleases(packageRoot())).values()];
  const names = knownNames(releases, kind);
  const modules = pins.map((pin) => exported(kind, pin, names));
  return form === undefined
    ? newOpenimisJson(kind, modules, topOf(server, kind, releases))
    : withModules(form, kind, modules, others);
}

function exported(kind: ModuleKind, pin: PinnedModule, names?: ReadonlyMap<string, string>): ExportedModule {
  const name = names?.get(pin.package) ?? usualName(kind, pin.module);
  return { name, package: pin.package, source: pin.source };
}

async function formOf(
  name: string,
  server: ServerConfig,
  component: PinComponent,
  kept: KeptForms,
): Promise<OpenimisJson | undefined> {
  const text = kept[component];
  if (text !== undefined) return parseOpenimisJson(text, importedFile(name, component));
  const release = await releaseOfServer(server);
  return release === undefined ? undefined : releaseJson(release, kindOf(component));
}

/** A frontend needs locales: those of the release that the server starts like. */
function topOf(
  server: ServerConfig,
  kind: ModuleKind,
  releases: readonly Release[],
): Readonly<Record<string, unknown>> {
  if (kind === 'backend') return {};
  const having = releases.filter(({ frontend }) => frontend?.locales !== undefined);
  const like = having.find(({ name }) => releaseGeneration(name) === server.generation) ?? having[0];
  return like?.frontend?.locales === undefined ? {} : { locales: like.frontend.locales };
}
