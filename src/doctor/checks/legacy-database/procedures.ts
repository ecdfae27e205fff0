import { procedures, rowsOf } from '../../../legacy/database-questions.ts';
import { defineCheck } from '../../check.ts';
import { ok, warning } from '../../finding.ts';
import { unanswered } from '../../rows.ts';

export const check = defineCheck({
  title: 'the stored procedures of the legacy are there',
  expected: `all of ${procedures.join(', ')}`,
  why: 'the backend calls them: claims, batches and policy enquiries fail without',
  needs: ['legacy-database/is-openimis', 'legacy-database/right-execute'],
  probes: ['database'],
  judge: ({ database: { answers } }) => {
    const rows = rowsOf(answers, 'procedures');
    if (rows === undefined) return unanswered(answers, 'procedures');
    const there = rows.map(({ name }) => String(name).toLowerCase());
    const missing = procedures.filter((name) => !there.includes(name.toLowerCase()));
    if (missing.length === 0) return ok(`all ${procedures.length} are there`);
    return warning(`missing: ${missing.join(', ')}`, [
      "they are in the legacy's database scripts (openIMIS database_ms_sqlserver, Stored procedures): the DBA runs those of the legacy's version",
    ]);
  },
});
