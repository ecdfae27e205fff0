import { defineCheck } from '../../check.ts';
import { judgeRight } from '../../rights.ts';

export const check = defineCheck({
  title: 'the login may call the stored procedures',
  expected: 'EXECUTE on the schema dbo',
  why: 'claims are entered through dbo.uspUpdateClaimFromPhone, batches run through dbo.uspBatchProcess',
  needs: ['legacy-database/database'],
  probes: ['database'],
  judge: ({ database }) =>
    judgeRight(database, 'may_execute', 'call procedures', (_, name) => `GRANT EXECUTE ON SCHEMA::dbo TO ${name}`),
});
