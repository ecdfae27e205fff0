import { Failure } from '../failure.ts';
import { diffPins } from '../modules/diff-pins.ts';
import { importPins } from '../modules/import-pins.ts';
import { type ModuleKind, type OpenimisJson, pinsOf } from '../modules/openimis-json.ts';
import type { PinComponent } from '../modules/package-name.ts';
import { type PinnedModule, readPin } from '../modules/pin-set.ts';
import { lostInPin } from '../modules/pin-text.ts';
import { baseModules, effectivePins } from '../modules/pins.ts';
import { setValue } from '../workspace/edit.ts';
import { findServer } from '../workspace/parse.ts';
import { importedFile, writeImported } from '../workspace/store/imported-store.ts';
import { openWorkspace, saveWorkspaceText, type Workspace } from '../workspace/store/workspace-store.ts';
import { exportedText, keptForms, type KeptForms, kindOf } from './export-pins.ts';
import { readImportSource } from './import-source.ts';
import { requireReadable, withPin, withText } from './pin-edits.ts';
import type { PinEdit } from './pin-words.ts';
import { pinnedComponentsOf, releaseOfServer, serverPins } from './server-pins.ts';
import { chooseServer } from './session.ts';

export type ImportRequest = {
  readonly folder: string | undefined;
  readonly server: string;
  /** FILE, DIR or GIT-URL@REF. */
  readonly from: string;
  readonly component: PinComponent | undefined;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
};

export type ImportedComponent = {
  readonly component: PinComponent;
  readonly modules: number;
  readonly edits: readonly PinEdit[];
  /** Where its form is kept, when the pins alone do not give the file back. */
  readonly kept?: string;
};

export type Imported = {
  readonly server: string;
  readonly from: string;
  readonly commit?: string;
  readonly release?: string;
  readonly components: readonly ImportedComponent[];
  readonly changed: boolean;
};

type Part = { readonly component: PinComponent; readonly json: OpenimisJson; readonly pins: readonly PinnedModule[] };

/**
 * Makes a server's modules those of upstream's openimis.json: as few pins as possible on top of the release, and the file itself
 * where its names, order or other keys cannot be told from them. Nothing is written unless all of it is right.
 */
export async function importOpenimisJson(request: ImportRequest): Promise<Imported> {
  const workspace = await openWorkspace(request.folder);
  const server = chooseServer(workspace.config, request.server);
  const source = await readImportSource(request.from, request.signal);
  const parts = partsOf(source.files, workspace, server, request.component);
  const before = await keptForms(workspace, server);
  const { next, edits } = await edited(workspace, server, parts);
  const forms = await neededForms(next, server, parts, before);
  const changed = next.text !== workspace.text || parts.some(({ component }) => forms[component] !== before[component]);
  request.signal.throwIfAborted();
  if (changed && !request.dryRun) await write(workspace, next.text, server, parts, before, forms);
  const { release } = findServer(workspace.config, server);
  return {
    server,
    from: source.from,
    ...(source.commit === undefined ? {} : { commit: source.commit }),
    ...(release === undefined ? {} : { release }),
    components: parts.map(({ component, pins }) => ({
      component,
      modules: pins.length,
      edits: edits.get(component) ?? [],
      ...(forms[component] === undefined ? {} : { kept: importedFile(server, component) }),
    })),
    changed,
  };
}

/** Which component gets which modules. Throws USAGE when none or no such one does, PINS_UNREADABLE for what a pin cannot say. */
function partsOf(
  files: readonly OpenimisJson[],
  workspace: Workspace,
  server: string,
  asked: PinComponent | undefined,
): readonly Part[] {
  const has = pinnedComponentsOf(findServer(workspace.config, server));
  const target = (kind: ModuleKind): PinComponent =>
    asked !== undefined && kindOf(asked) === kind
      ? asked
      : kind === 'backend' && !has.includes('backend') && has.includes('ibackend')
        ? 'ibackend'
        : kind;
  const parts = files.flatMap((json) =>
    Object.entries(pinsOf(json)).flatMap(([kind, pins]): readonly Part[] => {
      const component = target(kind as ModuleKind);
      return asked !== undefined && component !== asked ? [] : [{ component, json, pins }];
    }),
  );
  if (parts.length === 0) throw new Failure('USAGE', `there are no modules for ${asked ?? 'any component'} in it`, ['a backend has modules with pip, a frontend with npm']); // prettier-ignore
  const twice = parts.find(({ component }, index) => parts.findIndex((one) => one.component === component) !== index);
  if (twice !== undefined)
    throw new Failure('USAGE', `several files have modules for ${twice.component}`, ['name one file']);
  for (const { component } of parts)
    if (!has.includes(component))
      throw new Failure('USAGE', `server ${server} has no ${component}`, [
        `it has: ${has.join(', ') || 'none'}; --component imports one of them only`,
        `or add it: servers.${server}.components.${component} in openimis.yaml`,
      ]);
  for (const { json, component } of parts)
    for (const { kind, pin } of json.modules) {
      const lost = kind === kindOf(component) ? lostInPin(pin.spec) : undefined;
      if (lost !== undefined) throw new Failure('PINS_UNREADABLE', `${pin.origin}: ${pin.package} ${lost}`, []);
    }
  return parts;
}

async function edited(workspace: Workspace, server: string, parts: readonly Part[]) {
  const config = findServer(workspace.config, server);
  const release = await releaseOfServer(config);
  const edits = new Map<PinComponent, readonly PinEdit[]>();
  let { text } = workspace;
  for (const { component, pins } of parts) {
    const base = effectivePins(component, baseModules(release, component)).map(readPin);
    const wanted = importPins(component, base, config.pins?.[component] ?? {}, pins);
    const list = wanted.map((one): PinEdit => ({ ...one, component, extra: false }));
    text = withEdits(text, server, component, list, config.pins?.[component] === undefined);
    edits.set(component, list);
  }
  const next = withText(workspace, text);
  await requireReadable(next, server);
  const made = await serverPins(next, server);
  for (const { component, pins } of parts) {
    const wanted = { name: 'file', components: { [component]: pins }, extra: made.extra };
    if (!diffPins(wanted, made, component).identical)
      throw new Error(`import of ${component} did not give what was read`);
  }
  return { next, edits };
}

/** `fresh`: the component has no pins yet, and gets all of them at once. */
function withEdits(
  text: string,
  server: string,
  component: PinComponent,
  list: readonly PinEdit[],
  fresh: boolean,
): string {
  if (fresh && list.length > 0) {
    const pins = Object.fromEntries(list.map((edit) => [edit.package, edit.value as string | null]));
    return setValue(text, ['servers', server, 'pins', component], pins);
  }
  // Removals last: a map that becomes empty would go, and its comments with it.
  const removals = list.filter(({ value }) => value === undefined);
  const others = list.filter(({ value }) => value !== undefined);
  return [...others, ...removals].reduce((edited, edit) => withPin(edited, server, edit), text);
}

/** The forms to keep: none for a component whose export gives the file back without. */
async function neededForms(
  next: Workspace,
  server: string,
  parts: readonly Part[],
  before: KeptForms,
): Promise<KeptForms> {
  const forms: Partial<Record<PinComponent, string>> = { ...before };
  for (const { component, json } of parts) forms[component] = json.text;
  const needed: Partial<Record<PinComponent, string>> = { ...forms };
  for (const { component, json } of parts) {
    const others: Partial<Record<PinComponent, string>> = { ...forms };
    delete others[component];
    const without = await exportedText(next, server, component, others);
    if (JSON.stringify(JSON.parse(without)) === JSON.stringify(json.data)) delete needed[component];
    const back = await exportedText(next, server, component, forms);
    if (back !== json.text) throw new Error(`export of ${component} would not give the file back`);
  }
  return needed;
}

/** Forms first: without its pins a form changes nothing. What cannot be finished is taken back. */
async function write(
  workspace: Workspace,
  text: string,
  server: string,
  parts: readonly Part[],
  before: KeptForms,
  forms: KeptForms,
): Promise<void> {
  const { folder } = workspace;
  const done: PinComponent[] = [];
  try {
    for (const { component } of parts) {
      if (forms[component] === before[component]) continue;
      await writeImported(folder, server, component, forms[component]);
      done.push(component);
    }
    await saveWorkspaceText(workspace, text);
  } catch (error) {
    for (const component of done)
      await writeImported(folder, server, component, before[component]).catch(() => undefined);
    throw error;
  }
}
