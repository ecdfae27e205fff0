import { defineCheck } from '../../check.ts';
import { ok } from '../../finding.ts';
import { firstRow } from '../../rows.ts';

export const check = defineCheck({
  title: 'how readers and writers of the two sides meet',
  expected: 'to know it; both work',
  why: 'without row versions a long report of one side holds up the writers of the other',
  needs: ['legacy-database/database'],
  probes: ['database'],
  judge: ({ database: { answers } }) => {
    const seen = firstRow(answers, 'database');
    if ('unseen' in seen) return seen.unseen;
    const { row } = seen;
    if (row.committed_snapshot === 1) return ok('READ_COMMITTED_SNAPSHOT is on: readers do not wait for writers');
    return ok(
      `READ_COMMITTED_SNAPSHOT is off (snapshot isolation ${String(row.snapshot)}): readers wait for writers, as the legacy is used to`,
    );
  },
});
