import { Failure } from '../failure.ts';
import type { OwnPin } from '../modules/hotfix.ts';
import { deleteValue, setValue } from '../workspace/edit.ts';
import { parseWorkspace } from '../workspace/parse.ts';
import type { WorkspaceConfig } from '../workspace/schema.ts';
import { openWorkspace, saveWorkspaceText, type Workspace, workspaceFile } from '../workspace/store/workspace-store.ts';
import { checkHotfix, type PinEdit, type PinRequest, readEdit } from './pin-words.ts';
import { serverPins } from './server-pins.ts';
import { chooseServer } from './session.ts';

export type PinEdits = {
  readonly server: string;
  readonly file: string;
  readonly edits: readonly PinEdit[];
  readonly changed: boolean;
};

/** Writes pins into openimis.yaml, or takes them out; comments and order stay. Throws USAGE for what cannot be read. */
export async function editPins(request: PinRequest): Promise<PinEdits> {
  const workspace = await openWorkspace(request.folder);
  const server = chooseServer(workspace.config, request.name);
  if (request.words.length === 0) throw new Failure('USAGE', 'no module was named', ['e.g. core=1.4.0']);
  checkHotfix(request, new Date());
  let { text } = workspace;
  const edits: PinEdit[] = [];
  for (const word of request.words) {
    const edit = await readEdit(word, server, withText(workspace, text), request);
    text = withPin(text, server, edit);
    edits.push(edit);
  }
  const changed = text !== workspace.text;
  await requireReadable(withText(workspace, text), server);
  request.signal.throwIfAborted();
  if (changed && !request.dryRun) await saveWorkspaceText(workspace, text);
  return { server, file: workspace.file, edits, changed };
}

const configOf = (text: string): WorkspaceConfig => parseWorkspace(text, workspaceFile);

/** Text of openimis.yaml after one edit; a map that becomes empty goes too. */
export function withPin(text: string, server: string, edit: Omit<PinEdit, 'before'>): string {
  const { component, package: name, value, extra } = edit;
  const key = extra ? 'extra' : 'pins';
  const path = ['servers', server, key, component, name];
  const all = configOf(text).servers[server]?.[key] ?? {};
  const own = all[component] ?? {};
  if (value !== undefined) return setPin(text, path, own[name], value);
  if (Object.keys(own).length > 1) return deleteValue(text, path);
  return deleteValue(text, path.slice(0, Object.keys(all).length > 1 ? 4 : 3));
}

function setPin(text: string, path: readonly string[], before: OwnPin | null | undefined, value: OwnPin | null) {
  const isMap = (one: unknown): one is object => typeof one === 'object' && one !== null;
  if (!isMap(value) || !isMap(before)) return setValue(text, path, value);
  return Object.entries(value).reduce((edited, [key, part]) => setValue(edited, [...path, key], part), text);
}

/** The workspace as it would be with this text. Throws WORKSPACE_INVALID. */
export function withText(workspace: Workspace, text: string): Workspace {
  return { ...workspace, text, config: configOf(text) };
}

/** What is written must be readable: `null` for a module that no release has would not be. Throws USAGE. */
export async function requireReadable(next: Workspace, server: string): Promise<void> {
  try {
    await serverPins(next, server);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const hint = `openimis versions unpin ${server} MODULE takes a pin of openimis.yaml out; --remove takes out what the release has`;
    throw new Failure('USAGE', `${error.message}; nothing was written`, [hint]);
  }
}
