import { defineCheck } from '../../check.ts';
import { ok, skipped, warning } from '../../finding.ts';
import { firstRow } from '../../rows.ts';

export const check = defineCheck({
  title: 'a login may make tables, for the migrations',
  expected: 'the role db_ddladmin for database.migrate, or for the login itself',
  why: 'migrations make and change tables; without this right they stop half way',
  needs: ['legacy-database/database'],
  probes: ['database'],
  judge: ({ database: { answers, settings } }) => {
    const seen = firstRow(answers, 'rights');
    if ('unseen' in seen) return seen.unseen;
    const { row } = seen;
    const may = row.may_create_table === 1 && row.may_alter === 1;
    const { migrate, user } = settings;
    if (migrate !== undefined && migrate.user.toLowerCase() !== user.toLowerCase())
      return may
        ? warning(`${migrate.user} is for migrations, and ${user} may make tables as well`, [
            `EXEC sp_droprolemember N'db_ddladmin', N'${user.replaceAll("'", "''")}'    by the DBA: who serves pages needs no such right`,
          ])
        : skipped(`migrations use ${migrate.user}, whose rights only that login can see`);
    return may
      ? ok(`${user} may make and change tables`)
      : warning(`${user} may not make tables: it can serve, but not migrate`, [
          `EXEC sp_addrolemember N'db_ddladmin', N'${user.replaceAll("'", "''")}'    by the DBA, before the next migration`,
          'or a login of its own: servers.<name>.database.migrate.user; openimis init --grants prints both',
        ]);
  },
});
