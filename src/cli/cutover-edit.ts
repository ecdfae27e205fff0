import { Failure } from '../failure.ts';
import { legacyPageProblem, loginProblem, successorProblem } from '../workspace/cutover-values.ts';
import { deleteValue, setValue } from '../workspace/edit.ts';
import { findServer } from '../workspace/parse.ts';
import type { WorkspaceConfig } from '../workspace/schema.ts';

export type CutoverRow = { readonly page: string; readonly to: string; readonly users?: readonly string[] };

/** What openimis.yaml says, in its order. */
export function cutoversOf(config: WorkspaceConfig, server: string): readonly CutoverRow[] {
  return Object.entries(findServer(config, server).gateway?.cutover ?? {}).map(([page, rule]) => ({ page, ...rule }));
}

/**
 * The page as openimis.yaml has it: below the virtual directory, which may be typed too.
 * @throws Failure USAGE
 */
export function pageOf(typed: string, config: WorkspaceConfig, server: string): string {
  const { legacy } = findServer(config, server);
  const folder = (URL.parse(legacy?.url ?? '')?.pathname ?? '/').replace(/\/+$/, '');
  const isInside = folder !== '' && typed.toLowerCase().startsWith(`${folder.toLowerCase()}/`);
  const page = isInside ? typed.slice(folder.length) : typed;
  const problem = legacyPageProblem(page);
  if (problem !== undefined) throw new Failure('USAGE', `${shown(typed)} ${problem}`, ['/Claim.aspx']);
  return keyOf(page, config, server) ?? page;
}

/** The same page as it is spelt in openimis.yaml already. */
function keyOf(page: string, config: WorkspaceConfig, server: string): string | undefined {
  return cutoversOf(config, server).find((row) => row.page.toLowerCase() === page.toLowerCase())?.page;
}

/** `a, b` as typed after --users. @throws Failure USAGE */
export function usersOf(typed: string | undefined): readonly string[] | undefined {
  if (typed === undefined) return undefined;
  const users = typed.split(',').map((user) => user.trim());
  for (const user of users) {
    const problem = loginProblem(user);
    if (problem !== undefined)
      throw new Failure('USAGE', `--users: ${shown(user)} ${problem}`, ['--users Admin,clerk']);
  }
  return users;
}

export function withCutover(text: string, server: string, { page, to, users }: CutoverRow): string {
  const problem = successorProblem(to);
  if (problem !== undefined)
    throw new Failure('USAGE', `--to ${shown(to)} ${problem}`, ['--to /front/claim/healthFacilities']);
  return setValue(text, ['servers', server, 'gateway', 'cutover', page], users === undefined ? { to } : { to, users });
}

/** @throws Failure USAGE for a page that is not cut over */
export function withoutCutover(text: string, config: WorkspaceConfig, server: string, page: string): string {
  const rows = cutoversOf(config, server);
  if (keyOf(page, config, server) === undefined)
    throw new Failure('USAGE', `${shown(page)} is not cut over on server ${server}`, [
      rows.length === 0 ? 'no page is' : `these are: ${rows.map((row) => row.page).join(', ')}`,
      `openimis cutover list ${server}`,
    ]);
  const gateway = ['servers', server, 'gateway'];
  return deleteValue(text, rows.length === 1 ? [...gateway, 'cutover'] : [...gateway, 'cutover', page]);
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
