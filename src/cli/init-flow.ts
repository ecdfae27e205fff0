import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';

import { Failure } from '../failure.ts';
import { packageRoot } from '../package-root.ts';
import type { CatalogueEntry } from '../workspace/catalogue.ts';
import { type MissingValue, missingValues, notDeployable } from '../workspace/complete.ts';
import { newWorkspaceText } from '../workspace/edit.ts';
import { parseWorkspace, serverNames, valueProblem } from '../workspace/parse.ts';
import { serverNameProblem } from '../workspace/server-name.ts';
import { loadCatalogue } from '../workspace/store/catalogue-store.ts';
import {
  createWorkspace,
  openWorkspace,
  saveWorkspaceText,
  type Workspace,
  workspaceFile,
} from '../workspace/store/workspace-store.ts';
import { type NewServer, withServer } from './init-server.ts';
import { encryptionProblem, encryptionQuestion, pinValues } from './legacy-pin.ts';
import { askText } from './prompts.ts';
import { chooseServer } from './session.ts';
import { checkedValues, type ServerFlagValues, type ServerValue } from './server-flags.ts';

export type InitRequest = {
  /** Value of `--workspace`. */
  readonly folder: string | undefined;
  readonly name: string | undefined;
  readonly flags: ServerFlagValues;
  /** Only the T-SQL for a DBA is wanted: name and login of the database are enough. */
  readonly grants?: boolean;
  readonly interactive: boolean;
  readonly signal: AbortSignal;
};

/** What `init` is going to write; nothing is written yet. */
export type InitDraft = {
  readonly folder: string;
  /** The workspace as it is; undefined: there is none yet. */
  readonly workspace: Workspace | undefined;
  readonly server: NewServer;
  /** openimis.yaml with the server in it. */
  readonly text: string;
};

/** Puts template, flags and answers together. Throws VALUE_MISSING naming every flag when nobody can be asked. */
export async function draftServer(request: InitRequest): Promise<InitDraft> {
  const workspace = await existingWorkspace(request.folder);
  const start = workspace?.text ?? newWorkspaceText(randomUUID(), '');
  const template = await catalogueEntry(request.flags.from);
  // A known server keeps its name; `init --from test`, then `init --from qa` makes two.
  const name = request.name ?? template?.name ?? unnamed(start);
  const problem = serverNameProblem(name);
  if (problem !== undefined) throw new Failure('USAGE', problem, ['choose a name like test, qa or main']);
  const pins = request.flags['legacy-tls'] === 'pin';
  // A pin without its certificate is no valid file: both come together, at the end.
  const given = checkedValues(request.flags).filter(({ path }) => !pins || path.join('.') !== 'legacy.tls');
  let server: NewServer = { name, template, values: given };
  let text = withServer(start, server);
  const confirm = alreadyThere(start, name) ? [] : unconfirmed(template, server.values);
  const wanted = ({ path }: MissingValue): boolean =>
    request.grants !== true || path === 'database.name' || path === 'database.user';
  const questions = (): readonly MissingValue[] => [...confirm, ...lacking(text, name, pins)].filter(wanted);
  if (!request.interactive && questions().length > 0) throw valuesMissing(name, questions());
  for (let next = questions()[0]; next !== undefined; next = questions()[0]) {
    const asked = next;
    const suggestion = confirm.includes(asked) ? fromTemplate(template, asked.path) : undefined;
    const value = await askText(
      { ...asked, ...(suggestion === undefined ? {} : { default: suggestion }) },
      (typed) => (asked.path === 'legacy.tls' ? encryptionProblem(typed) : valueProblem(asked.path, typed)),
      request.signal,
    );
    if (confirm.includes(asked)) confirm.splice(confirm.indexOf(asked), 1);
    server = { ...server, values: [...server.values, { path: asked.path.split('.'), value }] };
    text = withServer(start, server);
  }
  if (pins) {
    const values = await pinValues(parseWorkspace(text, workspaceFile), name, request.flags, request);
    server = { ...server, values: [...server.values, ...values] };
    text = withServer(start, server);
  }
  return { folder: workspace?.folder ?? resolve(request.folder ?? '.'), workspace, server, text };
}

/** Writes openimis.yaml (atomically) when the draft changes it, and returns the workspace as it is now. */
export async function saveDraft(draft: InitDraft): Promise<Workspace> {
  const workspace = draft.workspace ?? (await createWorkspace(draft.folder));
  return saveWorkspaceText(workspace, withServer(workspace.text, draft.server));
}

/** Does the server of the workspace lack values that `draftServer` would ask for? */
export async function lacksValues(folder: string | undefined, asked: string | undefined): Promise<boolean> {
  const { config, text } = await openWorkspace(folder);
  return lacking(text, chooseServer(config, asked), false).length > 0;
}

/** A server that is only catalogued lacks nothing. */
function lacking(text: string, name: string, pins: boolean): readonly MissingValue[] {
  const config = parseWorkspace(text, workspaceFile);
  if (notDeployable(config, name) !== undefined) return [];
  const missing = missingValues(config, name);
  return pins ? missing : [...missing, ...encryptionQuestion(config, name)];
}

async function existingWorkspace(folder: string | undefined): Promise<Workspace | undefined> {
  try {
    return await openWorkspace(folder);
  } catch (error) {
    if (error instanceof Failure && error.code === 'WORKSPACE_MISSING') return undefined;
    throw error;
  }
}

/** A fresh workspace gets a server `main`; otherwise the only one is meant. Throws SERVER_AMBIGUOUS. */
function unnamed(text: string): string {
  const config = parseWorkspace(text, workspaceFile);
  return serverNames(config).length === 0 ? 'main' : chooseServer(config, undefined);
}

function alreadyThere(text: string, name: string): boolean {
  return serverNames(parseWorkspace(text, workspaceFile)).includes(name);
}

async function catalogueEntry(name: string | undefined): Promise<CatalogueEntry | undefined> {
  if (name === undefined) return undefined;
  const catalogue = await loadCatalogue(packageRoot());
  const entry = catalogue.get(name);
  if (entry !== undefined) return entry;
  throw new Failure(
    'USAGE',
    `the catalogue has no server ${JSON.stringify(name.slice(0, 64))}; it has ${[...catalogue.keys()].join(', ')}`,
    ['openimis init NAME --from test'],
  );
}

/** Addresses of a template belong to somebody: each is asked for, or given by its flag, before anything contacts it. */
function unconfirmed(template: CatalogueEntry | undefined, values: readonly ServerValue[]): MissingValue[] {
  const given = values.map(({ path }) => path.join('.'));
  return (template?.confirm ?? [])
    .filter((path) => !given.includes(path))
    .map((path) => {
      const word = path.replace('.', '-');
      return {
        path,
        flag: `--${word}`,
        variable: `OPENIMIS_${word.replaceAll('-', '_').toUpperCase()}`,
        question: `Is this yours? ${path}`,
        where: 'it comes from the catalogue; nothing is contacted before you confirm or replace it',
      };
    });
}

function fromTemplate(template: CatalogueEntry | undefined, path: string): string | undefined {
  const value = path
    .split('.')
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], template?.server);
  return typeof value === 'string' ? value : undefined;
}

function valuesMissing(name: string, missing: readonly MissingValue[]): Failure {
  const count = missing.length === 1 ? 'one more value' : `${missing.length} more values`;
  return new Failure(
    'VALUE_MISSING',
    `server ${name} needs ${count}, and there is no terminal to ask at`,
    missing.map(({ flag, variable, question, where }) => `${flag} VALUE (or ${variable}=VALUE): ${question}; ${where}`),
  );
}
