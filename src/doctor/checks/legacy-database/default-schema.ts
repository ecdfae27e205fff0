import { defineCheck } from '../../check.ts';
import { ok, problem } from '../../finding.ts';
import { firstRow } from '../../rows.ts';

export const check = defineCheck({
  title: 'the default schema of the login is dbo',
  expected: 'dbo',
  why: 'the new side names tables without a schema: it would not find those of the legacy, and make its own elsewhere',
  needs: ['legacy-database/database'],
  probes: ['database'],
  judge: ({ database: { answers } }) => {
    const seen = firstRow(answers, 'rights');
    if ('unseen' in seen) return seen.unseen;
    const { row } = seen;
    const schema = String(row.default_schema);
    if (schema.toLowerCase() === 'dbo') return ok(schema);
    const statement = `ALTER USER [${String(row.user_name).replaceAll(']', ']]')}] WITH DEFAULT_SCHEMA = dbo`;
    return problem(
      schema,
      [`${statement}    by the DBA, in this database`],
      `SQL Server: please run, in the database: ${statement}`,
    );
  },
});
