import type { MaintenanceResult } from '../../deployment/maintenance.ts';
import { harmless, paint } from '../paint.ts';

export function maintenanceView({ server, maintenance, changed, notes }: MaintenanceResult): string {
  const head = `${paint('bold', server)}: `;
  const said = notes.map((note) => `  ${paint('yellow', 'warning')} ${harmless(note)}`);
  if (maintenance === undefined)
    return [`${head}${changed ? 'the maintenance has ended' : 'there is no maintenance'}; the new side answers`, ...said].join('\n'); // prettier-ignore
  return [
    `${head}maintenance of the new side since ${maintenance.since} by ${harmless(maintenance.by)}; the legacy stays reachable`,
    ...harmless(maintenance.message)
      .split('\n')
      .map((line) => `  ${line}`),
    ...said,
    `Next: openimis maintenance ${server} off`,
  ].join('\n');
}
