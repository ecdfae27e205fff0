import { defineCheck } from '../../check.ts';
import { ok, problem } from '../../finding.ts';
import { kindOf } from '../../rows.ts';

export const check = defineCheck({
  title: 'it is an openIMIS database',
  expected: 'the table tblUsers, and the other tables of the legacy',
  why: 'another database on the same server would be filled with tables that nobody there wants',
  needs: ['legacy-database/right-read'],
  probes: ['database'],
  judge: ({ database: { answers, settings } }) => {
    const kind = kindOf(answers);
    if ('unseen' in kind) return kind.unseen;
    if (kind.legacy) return ok(`the tables of the legacy are there (${kind.tables} tables)`);
    return problem(`${settings.name} has ${kind.tables} tables and none of them is tblUsers`, [
      'ImisConnectionString in web.config of the legacy has the right name: correct database.name in openimis.yaml',
    ]);
  },
});
