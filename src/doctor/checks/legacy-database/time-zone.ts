import { defineCheck } from '../../check.ts';
import { ok, warning } from '../../finding.ts';
import { firstRow } from '../../rows.ts';

export const check = defineCheck({
  title: 'SQL Server and this box are in the same time zone',
  expected: 'the same distance from UTC',
  why: 'the legacy writes local times: near midnight the new side would write the day before or after',
  needs: ['legacy-database/database'],
  probes: ['database'],
  judge: ({ database: { answers, askedAt } }) => {
    const seen = firstRow(answers, 'server');
    if ('unseen' in seen) return seen.unseen;
    const { row } = seen;
    const theirs = Number(row.zone);
    const ours = -new Date(askedAt ?? Date.now()).getTimezoneOffset();
    if (theirs === ours) return ok(`both are ${zone(ours)}`);
    return warning(`SQL Server is at ${zone(theirs)}, this box at ${zone(ours)}`, [
      'timedatectl list-timezones; sudo timedatectl set-timezone <Region/City>    the zone of the legacy, on this box',
    ]);
  },
});

function zone(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? '-' : '+'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}
