import { defineCheck } from '../../check.ts';
import { ok, warning } from '../../finding.ts';
import { firstRow } from '../../rows.ts';

export const check = defineCheck({
  title: 'the compatibility level is not older than SQL Server 2008',
  expected: '100 or more',
  why: 'at 80 and 90 SQL Server does not understand what Django sends (MERGE, date types)',
  needs: ['legacy-database/database'],
  probes: ['database'],
  judge: ({ database: { answers, settings } }) => {
    const seen = firstRow(answers, 'database');
    if ('unseen' in seen) return seen.unseen;
    const { row } = seen;
    const level = Number(row.compatibility);
    if (level >= 100) return ok(String(level));
    return warning(String(level), [
      `ALTER DATABASE [${settings.name.replaceAll(']', ']]')}] SET COMPATIBILITY_LEVEL = 100    by the DBA, after trying it on a copy: the legacy runs on this database too`,
    ]);
  },
});
