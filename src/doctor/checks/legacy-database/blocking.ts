import { rowsOf } from '../../../legacy/database-questions.ts';
import { defineCheck } from '../../check.ts';
import { ok, skipped, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'nobody waits long for a lock',
  expected: 'no session that has been blocked for more than 30 s',
  why: 'pages of both sides hang as long as it lasts',
  needs: ['legacy-database/database'],
  probes: ['database'],
  judge: ({ database: { answers } }) => {
    const rows = rowsOf(answers, 'blocked');
    if (rows === undefined)
      return skipped('the login may not see other sessions (VIEW SERVER STATE), and does not need to');
    const long = rows.filter(({ milliseconds }) => Number(milliseconds) > 30_000);
    if (long.length === 0) return ok(rows.length === 0 ? 'nobody waits' : `${rows.length} wait, none for long`);
    const words = long.map(
      ({ session_id, blocker, milliseconds }) =>
        `session ${session_id} has waited ${Math.round(Number(milliseconds) / 1000)} s for session ${blocker}`,
    );
    return warning(words.slice(0, 5).join('; '), [
      `EXEC sp_who2 ${String(long[0]?.blocker)}    who that is; the DBA decides whether to KILL it`,
    ]);
  },
});
