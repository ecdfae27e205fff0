import { defineCheck } from '../../check.ts';
import { ok, problem } from '../../finding.ts';
import { firstRow } from '../../rows.ts';

export const check = defineCheck({
  title: 'the database is online for everybody',
  expected: 'ONLINE, MULTI_USER, not read-only',
  why: 'in any other state the legacy and the new side do not work, or only one of them',
  needs: ['legacy-database/database'],
  probes: ['database'],
  judge: ({ database: { answers, settings } }) => {
    const seen = firstRow(answers, 'database');
    if ('unseen' in seen) return seen.unseen;
    const { row } = seen;
    const found = `${String(row.state)}, ${String(row.access)}${row.read_only === 1 ? ', READ_ONLY' : ''}`;
    if (row.state === 'ONLINE' && row.access === 'MULTI_USER' && row.read_only === 0) return ok(found);
    const name = `[${settings.name.replaceAll(']', ']]')}]`;
    return problem(
      found,
      [
        `ALTER DATABASE ${name} SET MULTI_USER; ALTER DATABASE ${name} SET READ_WRITE;    by the DBA, once nobody repairs it any more`,
      ],
      `SQL Server: the database ${settings.name} is ${found}; please bring it back to ONLINE, MULTI_USER and READ_WRITE.`,
    );
  },
});
