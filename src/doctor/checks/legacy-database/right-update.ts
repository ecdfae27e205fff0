import { defineCheck } from '../../check.ts';
import { judgeRight } from '../../rights.ts';

export const check = defineCheck({
  title: 'the login may change rows',
  expected: 'the role db_datawriter',
  why: 'a claim that is reviewed is a row that changes',
  needs: ['legacy-database/database'],
  probes: ['database'],
  judge: ({ database }) =>
    judgeRight(database, 'may_update', 'change rows', (login) => `EXEC sp_addrolemember N'db_datawriter', ${login}`),
});
