import type { ServerChange } from '../change-server.ts';
import type { CutoverRow } from '../cutover-edit.ts';
import { paint } from '../paint.ts';
import { table } from '../table.ts';

export type CutoverChange = ServerChange & { readonly page: string; readonly to?: string; readonly users?: readonly string[] }; // prettier-ignore
export type CutoverList = { readonly server: string; readonly cutovers: readonly CutoverRow[] };

export function cutoverListView({ server, cutovers }: CutoverList): string {
  if (cutovers.length === 0) return `${server}: no page of the legacy is cut over`;
  const rows = cutovers.map(({ page, to, users }) => [page, to, users?.join(', ') ?? 'everybody']);
  return table(rows, ['PAGE', 'LEADS TO', 'FOR']);
}

export function cutoverView(change: CutoverChange): string {
  const { server, page, to, users } = change;
  const whom = users === undefined ? 'everybody' : users.join(', ');
  const what = to === undefined ? `${page} is the legacy's page again` : `${page} leads to ${to} for ${whom}`;
  if (!change.changed) return `${server}: ${what} already; nothing changed`;
  if (change.dryRun)
    return `${server}: ${what}: openimis.yaml${change.gateway === 'changes' ? ', then a reload of the gateway' : ''}\nnothing was changed`;
  const counts =
    change.gateway === 'not-deployed'
      ? `it counts from the next deploy on: openimis deploy ${server}`
      : to === undefined
        ? `Next: openimis cutover list ${server}`
        : `back in seconds: openimis cutover back ${server} ${page}`;
  return [
    `${paint('bold', server)}: ${what}`,
    ...change.notes.map((note) => `  ${paint('yellow', 'warning')} ${note}`),
    counts,
  ].join('\n');
}
