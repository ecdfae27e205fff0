import { defineCheck } from '../../check.ts';
import { judgeRight } from '../../rights.ts';

export const check = defineCheck({
  title: 'the login may delete rows',
  expected: 'the role db_datawriter',
  why: "upstream's health page writes and deletes a row, sessions are deleted when they end",
  needs: ['legacy-database/database'],
  probes: ['database'],
  judge: ({ database }) =>
    judgeRight(database, 'may_delete', 'delete rows', (login) => `EXEC sp_addrolemember N'db_datawriter', ${login}`),
});
