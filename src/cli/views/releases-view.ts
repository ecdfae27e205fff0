import type { Release } from '../../modules/release.ts';
import { table } from '../table.ts';

/** One line per release, oldest first. */
export function releasesView(releases: readonly Release[]): string {
  const rows = releases.map(({ name, backend, frontend }) => [
    name,
    backend?.date ?? frontend?.date ?? '-',
    assembly(backend),
    assembly(frontend),
  ]);
  return `${table(rows, ['RELEASE', 'DATE', 'BACKEND', 'FRONTEND'])}\nNext: openimis versions list 1.1.0, openimis versions diff 1.1.0 1.2.1`;
}

function assembly(part: Release['backend']): string {
  if (part === undefined) return '-';
  const kind = part.branch === true ? 'branch' : 'tag';
  return `${part.modules.length} modules at ${kind} ${part.ref} (${part.commit.slice(0, 7)})`;
}
