import { defineCheck } from '../../check.ts';
import { judgeRight } from '../../rights.ts';

export const check = defineCheck({
  title: 'the login may read all tables',
  expected: 'the role db_datareader',
  why: 'every page of the new side reads',
  needs: ['legacy-database/database'],
  probes: ['database'],
  judge: ({ database }) =>
    judgeRight(
      database,
      'may_select',
      'read all tables',
      (login) => `EXEC sp_addrolemember N'db_datareader', ${login}`,
    ),
});
