import { rowsOf } from '../../../legacy/database-questions.ts';
import { defineCheck } from '../../check.ts';
import { ok, skipped, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'the database is backed up',
  expected: 'a full backup within the last seven days',
  why: 'before migrations, a backup is the only way back',
  needs: ['legacy-database/database'],
  probes: ['database'],
  judge: ({ database: { answers, settings } }) => {
    const rows = rowsOf(answers, 'backup');
    if (rows === undefined)
      return skipped(
        'the login may not read msdb, where SQL Server notes its backups: ask the DBA when the last one was',
      );
    const hours = rows[0]?.hours;
    const fix = [
      `BACKUP DATABASE [${settings.name.replaceAll(']', ']]')}] TO DISK = '...' WITH CHECKSUM    by the DBA; and a plan that does it every night`,
    ];
    if (typeof hours !== 'number') return warning('SQL Server notes no full backup of it', fix);
    if (hours <= 24 * 7) return ok(`the last full backup is ${hours} hours old`);
    return warning(`the last full backup is ${Math.floor(hours / 24)} days old`, fix);
  },
});
