import { defineCheck } from '../../check.ts';
import { ok, warning } from '../../finding.ts';
import { firstRow } from '../../rows.ts';

export const check = defineCheck({
  title: 'the collation of the database does not mind the case of names',
  expected: 'a collation with _CI_, the same as that of the server',
  why: 'the legacy lets "ADMIN" in as Admin; with a collation that minds case, the two sides disagree who that is. Another collation than the server’s makes procedures with temporary tables fail',
  needs: ['legacy-database/database'],
  probes: ['database'],
  judge: ({ database: { answers } }) => {
    const database = firstRow(answers, 'database');
    if ('unseen' in database) return database.unseen;
    const server = firstRow(answers, 'server');
    const own = String(database.row.collation);
    if (!/_CI(_|$)/i.test(own))
      return warning(`${own} minds upper and lower case`, [
        'changing it means making the database anew: talk to the DBA; until then users must type their login exactly as it is stored',
      ]);
    const other = 'unseen' in server ? own : String(server.row.collation);
    if (own.toLowerCase() !== other.toLowerCase())
      return warning(`${own}; the server has ${other}`, [
        'watch for "Cannot resolve the collation conflict" (error 468) in the logs; the cure is a server, or an instance, with the collation of the database',
      ]);
    return ok(own);
  },
});
