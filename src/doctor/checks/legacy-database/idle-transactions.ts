import { rowsOf } from '../../../legacy/database-questions.ts';
import { defineCheck } from '../../check.ts';
import { ok, skipped, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'nobody left a transaction open',
  expected: 'no session that has held a transaction and done nothing for five minutes',
  why: 'it keeps its locks until somebody ends it, and the log cannot be emptied',
  needs: ['legacy-database/database'],
  probes: ['database'],
  judge: ({ database: { answers } }) => {
    const rows = rowsOf(answers, 'idle');
    if (rows === undefined)
      return skipped('the login may not see other sessions (VIEW SERVER STATE), and does not need to');
    const long = rows.filter(({ seconds }) => Number(seconds) > 300);
    if (long.length === 0) return ok('none');
    const words = long.map(
      ({ session_id, host, program, seconds }) =>
        `session ${session_id} (${String(program)} on ${String(host)}) for ${Math.round(Number(seconds) / 60)} min`,
    );
    return warning(words.slice(0, 5).join('; '), [
      `DBCC INPUTBUFFER(${String(long[0]?.session_id)})    what it did last; the DBA decides whether to KILL it`,
    ]);
  },
});
