import { randomUUID } from 'node:crypto';
import { lstat, mkdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { Failure } from '../../failure.ts';
import { newWorkspaceText, setWorkspaceId } from '../edit.ts';
import { workspaceJsonSchemaText } from '../json-schema.ts';
import { parseWorkspace } from '../parse.ts';
import type { WorkspaceConfig } from '../schema.ts';
import { fileLimit } from '../yaml-source.ts';
import { errorCode, makeFolders, readTextFile, type TextFile, trusted, writeFailure, writeTextFile } from './files.ts';

export const workspaceFile = 'openimis.yaml';
const editorSchema = '.openimis/openimis.schema.json';
const ignored = ['secrets/', '.openimis/'];
/** UTF-8 takes up to four bytes for what counts as one character. */
const byteLimit = 4 * fileLimit;

/** The folder with openimis.yaml, and what it said when it was read. */
export type Workspace = {
  readonly folder: string;
  readonly file: string;
  /** Without a byte order mark. */
  readonly text: string;
  readonly config: WorkspaceConfig;
};

/**
 * Opens the workspace in `folder` (or the file `folder` names), else the nearest one from `start` upwards, like git.
 * Throws WORKSPACE_MISSING, WORKSPACE_UNREADABLE, WORKSPACE_INVALID.
 */
export async function openWorkspace(folder?: string, start: string = process.cwd()): Promise<Workspace> {
  if (folder !== undefined) {
    const top = resolve(start, basename(folder) === workspaceFile ? dirname(folder) : folder);
    const found = await readFolder(top);
    if (found !== undefined) return found;
    throw missing(`there is no ${workspaceFile} in ${top}`);
  }
  for (let at = resolve(start); ; at = dirname(at)) {
    if (at !== resolve(start) || (await isOpenToAll(at))) await refuseStranger(at);
    const found = await readFolder(at);
    if (found !== undefined) return found;
    if (at === dirname(at)) break;
  }
  throw missing(`there is no ${workspaceFile} in ${resolve(start)} or a folder above it`);
}

function missing(message: string): Failure {
  return new Failure('WORKSPACE_MISSING', message, [
    'openimis init            writes one here',
    '--workspace FOLDER       names another folder',
  ]);
}

async function readFolder(folder: string): Promise<Workspace | undefined> {
  const file = join(folder, workspaceFile);
  const read = await readTextFile(file, byteLimit, 'WORKSPACE_UNREADABLE');
  if (read === undefined) {
    await refuseDeadLink(file);
    return undefined;
  }
  return { folder, file, text: read.text, config: parseWorkspace(read.text, workspaceFile) };
}

async function refuseDeadLink(file: string): Promise<void> {
  const status = await lstat(file).catch(() => undefined);
  if (status?.isSymbolicLink() === true)
    throw new Failure('WORKSPACE_UNREADABLE', `${file} is a symbolic link to something that is not there`, [
      `ls -l ${file}`,
    ]);
}

async function isOpenToAll(folder: string): Promise<boolean> {
  const status = await stat(folder).catch(() => undefined);
  return status !== undefined && (status.mode & 0o002) !== 0;
}

/** A file that another user left in a folder above, or in one where everybody writes (/tmp), must not decide what is deployed. */
async function refuseStranger(folder: string): Promise<void> {
  const file = join(folder, workspaceFile);
  const status = await stat(file).catch(() => undefined);
  if (status === undefined || trusted(status.uid)) return;
  throw new Failure('WORKSPACE_UNREADABLE', `${file} belongs to another user (uid ${status.uid})`, [
    `if you trust it: --workspace ${folder}`,
    'otherwise: openimis init writes one here',
  ]);
}

/**
 * Replaces openimis.yaml by `text` in one step, keeping mode, byte order mark and a symbolic link, and returns the
 * workspace as it is now. Throws WORKSPACE_INVALID when the text does not parse (nothing is written), WORKSPACE_CHANGED
 * when somebody else wrote the file since it was opened, WORKSPACE_READ_ONLY, DISK_FULL.
 */
export async function saveWorkspaceText(workspace: Workspace, text: string): Promise<Workspace> {
  const config = parseWorkspace(text, workspaceFile);
  if (text === workspace.text) return workspace;
  const now = await readTextFile(workspace.file, byteLimit, 'WORKSPACE_UNREADABLE');
  if (now?.text !== workspace.text) throw changed(workspace.file, now);
  const target = await realpath(workspace.file);
  await writeTextFile(target, (now.bom ? '\uFEFF' : '') + text, { mode: now.mode });
  return { ...workspace, text, config };
}

function changed(file: string, now: TextFile | undefined): Failure {
  const what = now === undefined ? 'was removed' : 'was changed by somebody else';
  return new Failure('WORKSPACE_CHANGED', `${file} ${what} while this command ran; nothing was written`, [
    'run the same command again',
  ]);
}

/**
 * Makes the folder a workspace: openimis.yaml with a new id and without servers, .gitignore, the schema for editors.
 * What is there already stays; an existing openimis.yaml is opened.
 */
export async function createWorkspace(folder: string): Promise<Workspace> {
  const top = resolve(folder);
  const file = join(top, workspaceFile);
  try {
    await makeFolders(top);
  } catch (error) {
    throw ['EEXIST', 'ENOTDIR'].includes(errorCode(error))
      ? new Failure('WORKSPACE_UNREADABLE', `${top} is not a folder`, ['name another one with --workspace'])
      : errorCode(error) === 'ENOENT'
        ? new Failure('WORKSPACE_READ_ONLY', `${top} cannot be made there`, ['name another folder with --workspace'])
        : writeFailure(error, file);
  }
  await refuseDeadLink(file);
  // Ignored before there is anything to ignore.
  await ignoreSecrets(top);
  await writeEditorSchema(top);
  const text = newWorkspaceText(randomUUID(), `./${editorSchema}`);
  await writeTextFile(file, text, { mode: 0o644, create: true });
  return openWorkspace(top);
}

/** Gives a hand-written workspace the id that labels need. */
export async function ensureWorkspaceId(workspace: Workspace): Promise<Workspace> {
  if (workspace.config.id !== undefined) return workspace;
  return saveWorkspaceText(workspace, setWorkspaceId(workspace.text, randomUUID()));
}

async function ignoreSecrets(folder: string): Promise<void> {
  const file = join(folder, '.gitignore');
  const there = await readTextFile(file, byteLimit, 'WORKSPACE_UNREADABLE');
  const text = there?.text ?? '';
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const lacking = ignored.filter(
    (line) => ![line, `/${line}`, line.slice(0, -1), `/${line.slice(0, -1)}`].some((form) => lines.includes(form)),
  );
  if (lacking.length === 0) return;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const gap = text === '' || text.endsWith('\n') ? '' : eol;
  await writeTextFile(file, text + gap + lacking.map((line) => line + eol).join(''), { mode: there?.mode ?? 0o644 });
}

/** A copy of the JSON Schema beside openimis.yaml: editors need no network, and it fits this version. */
async function writeEditorSchema(folder: string): Promise<void> {
  const file = join(folder, editorSchema);
  const text = workspaceJsonSchemaText();
  const there = await readTextFile(file, byteLimit, 'WORKSPACE_UNREADABLE');
  if (there?.text === text) return;
  try {
    await mkdir(dirname(file), { recursive: true });
  } catch (error) {
    throw writeFailure(error, file);
  }
  await writeTextFile(file, text, { mode: 0o644 });
}
