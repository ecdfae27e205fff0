import { Failure } from '../failure.ts';
import { openWorkspace } from '../workspace/store/workspace-store.ts';
import type { CommandRequest } from './base-command.ts';
import { changeServer } from './change-server.ts';
import { cutoversOf, pageOf, usersOf, withCutover, withoutCutover } from './cutover-edit.ts';
import { chooseServer } from './session.ts';
import type { CutoverChange, CutoverList } from './views/cutover-view.ts';

type BackFlags = { readonly 'dry-run': boolean };
type CutoverFlags = BackFlags & { readonly to: string; readonly users?: string | undefined };

/** What `openimis cutover` does. */
export async function cutover(given: CommandRequest<CutoverFlags>, typed: string | undefined): Promise<CutoverChange> {
  const { request, page } = serverAndPage(given, typed);
  const { to } = given.flags;
  const users = usersOf(given.flags.users);
  const who = users === undefined ? {} : { users };
  let found = page;
  const change = await changeServer(request, {
    event: 'cutover',
    fields: { page, to, users },
    edit: (text, config, server) => {
      found = pageOf(page, config, server);
      const row = cutoversOf(config, server).find((candidate) => candidate.page === found);
      const same = row?.to === to && row.users?.join('\n') === users?.join('\n');
      return same ? text : withCutover(text, server, { page: found, to, ...who });
    },
  });
  return { ...change, page: found, to, ...who };
}

/** What `openimis cutover back` does. */
export async function cutoverBack(given: CommandRequest<BackFlags>, typed: string | undefined): Promise<CutoverChange> {
  const { request, page } = serverAndPage(given, typed);
  let found = page;
  const change = await changeServer(request, {
    event: 'cutover-back',
    fields: { page },
    edit: (text, config, server) => {
      found = pageOf(page, config, server);
      return withoutCutover(text, config, server, found);
    },
  });
  return { ...change, page: found };
}

/** What `openimis cutover list` does; no engine is asked. */
export async function listCutovers({ folder, name }: CommandRequest<unknown>): Promise<CutoverList> {
  const { config } = await openWorkspace(folder);
  const server = chooseServer(config, name);
  return { server, cutovers: cutoversOf(config, server) };
}

/** `openimis cutover /Claim.aspx` in a workspace of one server means its page. */
function serverAndPage<F>(
  request: CommandRequest<F>,
  typed: string | undefined,
): { readonly request: CommandRequest<F>; readonly page: string } {
  if (typed !== undefined) return { request, page: typed };
  if (request.name?.startsWith('/') === true) return { request: { ...request, name: undefined }, page: request.name };
  throw new Failure('VALUE_MISSING', 'the page of the legacy is missing', ['as the last argument: /Claim.aspx']);
}
