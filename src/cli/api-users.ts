import { recordAudit } from '../deployment/audit.ts';
import { apiUsersOf, changeApiUsers, planApiUsers, type Reporter } from '../deployment/change-api-users.ts';
import { openDeployment } from '../deployment/open-deployment.ts';
import { Failure } from '../failure.ts';
import type { ApiUser, ApiUsers } from '../workspace/api-users.ts';
import { readSecrets } from '../workspace/store/secrets-store.ts';
import { openWorkspace, type Workspace } from '../workspace/store/workspace-store.ts';
import { apiUserWords, requireUsableName, type RestrictionFlags, withRestrictions } from './api-user-flags.ts';
import { hashPassword, namesPassword, newPassword, type PasswordFlags } from './api-user-password.ts';
import { apiUserWarnings, type ShownApiUser, shownApiUser } from './api-user-warnings.ts';
import type { CommandRequest } from './base-command.ts';
import { needConsent } from './prompts.ts';
import { chooseServer } from './session.ts';
import { type ListMode, taskList } from './task-list.ts';
import { withEngine } from './with-engine.ts';

export type ApiUserChange = {
  readonly server: string;
  readonly action: 'add' | 'change' | 'remove';
  readonly user: ShownApiUser;
  readonly done: boolean;
  /** `now`: the running gateway works like that; `next-deploy`: nothing of the server runs here yet. */
  readonly effective: 'now' | 'next-deploy';
  readonly warnings: readonly string[];
  readonly passwordFile?: string;
};

type UserRequest<F> = CommandRequest<F & { readonly 'dry-run': boolean }> & {
  readonly args: { readonly server?: string | undefined; readonly name?: string | undefined };
};

/** What the words of the command are about, and the API users there are. */
async function target(request: UserRequest<unknown>): Promise<{
  readonly workspace: Workspace;
  readonly server: string;
  readonly name: string;
  readonly there: ApiUsers;
}> {
  const { server: word, name } = apiUserWords(request.args);
  const workspace = await openWorkspace(request.folder);
  const server = chooseServer(workspace.config, word ?? request.name);
  return { workspace, server, name, there: apiUsersOf(await readSecrets(workspace.folder, server)) };
}

export async function addApiUser(request: UserRequest<RestrictionFlags & PasswordFlags>): Promise<ApiUserChange> {
  const { workspace, server, name, there } = await target(request);
  requireUsableName(name);
  requireNew(there, server, name);
  const draft = withRestrictions({ name, hash: '', as: name }, request.flags, new Date());
  const hash = request.flags['dry-run'] ? '' : await hashPassword(await newPassword(name, request.flags, request));
  const user = { ...draft, hash };
  return apply(request, { workspace, server, action: 'add', user }, (now) => {
    requireNew(now, server, name);
    return { ...now, users: [...now.users, user] };
  });
}

export async function changeApiUser(
  request: UserRequest<RestrictionFlags & PasswordFlags & { readonly password: boolean }>,
): Promise<ApiUserChange> {
  const { workspace, server, name, there } = await target(request);
  const { flags } = request;
  const restrictions = [flags.as, flags.paths, flags.from, flags.expires].some((flag) => flag !== undefined);
  const password = flags.password || namesPassword(flags);
  if (!restrictions && !password)
    throw new Failure('USAGE', 'nothing to change was named', ['--password asks for a new one', 'see --help']);
  const before = find(there, server, name);
  withRestrictions(before, flags, new Date());
  const hash = password && !flags['dry-run'] ? await hashPassword(await newPassword(name, flags, request)) : undefined;
  const changed = (now: ApiUser): ApiUser => ({
    ...withRestrictions(now, flags, new Date()),
    ...(hash === undefined ? {} : { hash }),
  });
  return apply(request, { workspace, server, action: 'change', user: changed(before) }, (now) => {
    find(now, server, name);
    return { ...now, users: now.users.map((user) => (user.name === name ? changed(user) : user)) };
  });
}

export async function removeApiUser(request: UserRequest<unknown>): Promise<ApiUserChange> {
  const { workspace, server, name, there } = await target(request);
  const user = find(there, server, name);
  if (!request.flags['dry-run'])
    await needConsent(`Remove the API user ${name} of ${server}? Programs that use it are refused at once`, request);
  return apply(request, { workspace, server, action: 'remove', user }, (now) => {
    find(now, server, name);
    return { ...now, users: now.users.filter((one) => one.name !== name) };
  });
}

/** Exactly this name: never another one that begins or ends like it. Throws API_USER_UNKNOWN. */
export function find({ users }: ApiUsers, server: string, name: string): ApiUser {
  const found = users.find((user) => user.name === name);
  if (found !== undefined) return found;
  const near = users.find((user) => user.name.toLowerCase() === name.toLowerCase())?.name;
  throw new Failure('API_USER_UNKNOWN', `${server} has no API user ${name}`, [
    ...(near === undefined ? [] : [`upper and lower case count: there is ${near}`]),
    `openimis users list ${server}`,
  ]);
}

function requireNew({ users }: ApiUsers, server: string, name: string): void {
  const there = users.find((user) => user.name.toLowerCase() === name.toLowerCase());
  if (there === undefined) return;
  const same = there.name === name ? '' : ` (only the case of letters differs)`;
  throw new Failure('API_USER_EXISTS', `${server} has an API user ${there.name} already${same}`, [
    `openimis users change ${server} ${there.name} --password   gives a new password`,
    `openimis users list ${server}`,
  ]);
}

type Change = Pick<ApiUserChange, 'server' | 'action'> & { readonly workspace: Workspace; readonly user: ApiUser };

async function apply(
  request: UserRequest<unknown>,
  { workspace, server, action, user }: Change,
  edit: (users: ApiUsers) => ApiUsers,
): Promise<ApiUserChange> {
  const { config, folder } = workspace;
  return withEngine(async (engine) => {
    const secrets = await readSecrets(folder, server);
    const context = await openDeployment(engine, { config, folder, name: server, secrets });
    const dryRun = request.flags['dry-run'];
    const { state } = dryRun
      ? await planApiUsers(context, edit)
      : await changeApiUsers(context, edit, reporter(request.mode), request.signal);
    const problem = dryRun ? undefined : await recordAudit(context, `api-user-${action}`, { apiUser: user.name });
    return {
      server,
      action,
      user: shownApiUser(user, new Date()),
      done: !dryRun,
      effective: state === 'not-deployed' ? 'next-deploy' : 'now',
      warnings: [
        ...(action === 'remove' ? [] : apiUserWarnings(context.server, user)),
        ...(problem === undefined ? [] : [problem]),
      ],
      ...generated(request.flags),
    };
  });
}

const reporter =
  (mode: ListMode): Reporter =>
  async (steps, work) => {
    const list = await taskList(steps, mode);
    try {
      return await work(list.events);
    } finally {
      await list.end();
    }
  };

function generated(flags: unknown): { readonly passwordFile?: string } {
  const file = (flags as PasswordFlags)['generate-to'];
  return file === undefined ? {} : { passwordFile: file };
}

export type ListedApiUsers = {
  readonly server: string;
  readonly users: readonly ShownApiUser[];
  /** How many lines of API_USERS are not understood: for the gateway they are nobody. */
  readonly broken: number;
};

/** The API users as the secrets say; no engine is asked. */
export async function listApiUsers(folder: string | undefined, name: string | undefined): Promise<ListedApiUsers> {
  const workspace = await openWorkspace(folder);
  const server = chooseServer(workspace.config, name);
  const { users, broken } = apiUsersOf(await readSecrets(workspace.folder, server));
  const now = new Date();
  return { server, users: users.map((user) => shownApiUser(user, now)), broken: broken.length };
}
