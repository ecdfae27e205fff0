import { Failure } from '../failure.ts';
import { packageKey, type PinComponent } from '../modules/package-name.ts';
import { packageOf, pinComponents } from '../modules/pin-set.ts';
import { readPinValue } from '../modules/pin-source.ts';
import { deleteValue, setValue } from '../workspace/edit.ts';
import { findServer, parseWorkspace } from '../workspace/parse.ts';
import { openWorkspace, saveWorkspaceText, type Workspace, workspaceFile } from '../workspace/store/workspace-store.ts';
import { pinSetOf } from './pin-sets.ts';
import { chooseServer } from './session.ts';

export type PinEdit = {
  readonly component: PinComponent;
  /** The key of openimis.yaml. */
  readonly package: string;
  /** Undefined: the pin is taken out. `null`: the module of the release is removed. */
  readonly value: string | null | undefined;
  readonly before: string | null | undefined;
};

export type PinEdits = {
  readonly server: string;
  readonly file: string;
  readonly edits: readonly PinEdit[];
  readonly changed: boolean;
};

export type PinRequest = {
  readonly folder: string | undefined;
  readonly name: string | undefined;
  /** `core=0.0.12`, `ibackend:claim=git+https://…@v1`, and to unpin `core`. */
  readonly words: readonly string[];
  readonly component: PinComponent | undefined;
  readonly kind: 'pin' | 'remove' | 'unpin';
  readonly dryRun: boolean;
};

/** Writes pins into openimis.yaml, or takes them out; comments and order stay. Throws USAGE for what cannot be read. */
export async function editPins(request: PinRequest): Promise<PinEdits> {
  const workspace = await openWorkspace(request.folder);
  const server = chooseServer(workspace.config, request.name);
  if (request.words.length === 0) throw new Failure('USAGE', 'no module was named', ['e.g. core=1.4.0']);
  let { text } = workspace;
  const edits: PinEdit[] = [];
  for (const word of request.words) {
    const edit = await readEdit(word, server, workspace, request);
    const path = ['servers', server, 'pins', edit.component, edit.package];
    text = edit.value === undefined ? deleteValue(text, path) : setValue(text, path, edit.value);
    edits.push(edit);
  }
  const changed = text !== workspace.text;
  await requireReadable(workspace, text, server);
  if (changed && !request.dryRun) await saveWorkspaceText(workspace, text);
  return { server, file: workspace.file, edits, changed };
}

/** What is written must be readable: `null` for a module that no release has would not be. */
async function requireReadable(workspace: Workspace, text: string, server: string): Promise<void> {
  const next = { ...workspace, text, config: parseWorkspace(text, workspaceFile) };
  try {
    await pinSetOf(server, { workspace: () => Promise.resolve(next) });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const hint = `openimis versions unpin ${server} MODULE takes a pin of openimis.yaml out; --remove takes out what the release has`;
    throw new Failure('USAGE', `${error.message}; nothing was written`, [hint]);
  }
}

async function readEdit(word: string, server: string, workspace: Workspace, request: PinRequest): Promise<PinEdit> {
  const parts = /^(?:(frontend|backend|ibackend):)?([^=\s]+?)(?:=(.*))?$/s.exec(word);
  const given = parts?.[1] as PinComponent | undefined;
  const module = parts?.[2];
  const value = parts?.[3];
  if (module === undefined || (request.kind === 'pin') !== (value !== undefined))
    throw new Failure('USAGE', `${JSON.stringify(word.slice(0, 120))} is not ${form(request.kind)}`, [
      `openimis versions ${request.kind === 'unpin' ? 'unpin' : 'pin'} ${server} ${request.kind === 'pin' ? 'core=1.4.0' : 'core'} --component backend`,
    ]);
  const component = given ?? request.component ?? (await onlyComponent(module, server, workspace));
  if (value !== undefined && readPinValue(component, value) === undefined)
    throw new Failure(
      'USAGE',
      `${JSON.stringify(value.slice(0, 120))} is no version that ${component === 'frontend' ? 'npm' : 'pip'} would take`,
      [
        component === 'frontend' ? 'e.g. 1.4.0 or git+https://host/repository.git#tag' : 'e.g. 1.4.0 or git+https://host/repository.git@tag', // prettier-ignore
      ],
    );
  const own = findServer(workspace.config, server).pins?.[component] ?? {};
  const wanted = packageOf(component, module);
  const written = Object.keys(own).find((key) => packageKey(component, key) === packageKey(component, wanted));
  if (request.kind === 'unpin' && written === undefined)
    throw new Failure('USAGE', `${module} is not pinned for ${component} of ${server} in openimis.yaml`, [
      `openimis versions list ${server} --origin says where each version comes from`,
    ]);
  const kept = request.kind === 'unpin' ? undefined : request.kind === 'remove' ? null : value;
  return {
    component,
    package: written ?? wanted,
    value: kept,
    before: written === undefined ? undefined : own[written],
  };
}

const form = (kind: PinRequest['kind']): string => (kind === 'pin' ? 'MODULE=VERSION' : "a module's name");

/** The component that has such a module, when exactly one has. */
async function onlyComponent(module: string, server: string, workspace: Workspace): Promise<PinComponent> {
  const { components } = await pinSetOf(server, { workspace: () => Promise.resolve(workspace) });
  const there = pinComponents.filter((component) => components[component] !== undefined);
  const having = there.filter((component) => {
    const wanted = packageKey(component, packageOf(component, module));
    return components[component]?.some((pin) => pin.package === wanted);
  });
  if (having.length === 1) return having[0]!;
  const why =
    having.length === 0
      ? `no component of ${server} has a module ${module}`
      : `${having.join(' and ')} have a module ${module}`;
  throw new Failure(
    'USAGE',
    `${why}: say which component is meant`,
    there.map((component) => `--component ${component}`),
  );
}
