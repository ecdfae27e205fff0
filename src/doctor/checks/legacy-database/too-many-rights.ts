import { defineCheck } from '../../check.ts';
import { ok, warning } from '../../finding.ts';
import { firstRow } from '../../rows.ts';

export const check = defineCheck({
  title: 'the login may not do more than it needs',
  expected: 'neither sysadmin nor db_owner',
  why: 'a fault in a page of the new side would be able to drop the database',
  needs: ['legacy-database/database'],
  probes: ['database'],
  judge: ({ database: { answers, settings } }) => {
    const seen = firstRow(answers, 'rights');
    if ('unseen' in seen) return seen.unseen;
    const { row } = seen;
    const role = row.sysadmin === 1 ? 'sysadmin' : row.db_owner === 1 ? 'db_owner' : undefined;
    if (role === undefined) return ok('no role beyond reading, writing and making tables');
    return warning(`${settings.user} is ${role}`, [
      'openimis init --grants    prints a login with the rights that are needed, and no more',
    ]);
  },
});
