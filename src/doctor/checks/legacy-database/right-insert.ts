import { defineCheck } from '../../check.ts';
import { judgeRight } from '../../rights.ts';

export const check = defineCheck({
  title: 'the login may add rows',
  expected: 'the role db_datawriter',
  why: 'claims, users and mutations are new rows',
  needs: ['legacy-database/database'],
  probes: ['database'],
  judge: ({ database }) =>
    judgeRight(database, 'may_insert', 'add rows', (login) => `EXEC sp_addrolemember N'db_datawriter', ${login}`),
});
