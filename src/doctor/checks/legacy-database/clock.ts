import { defineCheck } from '../../check.ts';
import { ok, problem, warning } from '../../finding.ts';
import { firstRow } from '../../rows.ts';

export const check = defineCheck({
  title: 'the clock of SQL Server agrees with this box',
  expected: 'less than 5 s apart',
  why: 'both sides write dates of validity into the same rows; one that lives in the future makes rows that are not valid yet',
  needs: ['legacy-database/database'],
  probes: ['database'],
  judge: ({ database: { answers, askedAt } }) => {
    const seen = firstRow(answers, 'server');
    if ('unseen' in seen) return seen.unseen;
    const { row } = seen;
    const theirs = Date.parse(`${String(row.utc)}Z`);
    if (Number.isNaN(theirs) || askedAt === undefined) return ok('it does not tell');
    const apart = Math.round((theirs - askedAt) / 1000);
    const found =
      apart === 0 ? 'the same time' : `SQL Server is ${Math.abs(apart)} s ${apart > 0 ? 'ahead' : 'behind'}`;
    const fix = [
      'timedatectl    on this box: "System clock synchronized: yes"?',
      'w32tm /query /status    on the Windows server; w32tm /resync puts it right',
    ];
    if (Math.abs(apart) < 5) return ok(found);
    if (Math.abs(apart) < 60) return warning(found, fix);
    return problem(found, fix);
  },
});
