import { defineCheck } from '../../check.ts';
import { ok, problem } from '../../finding.ts';

export const check = defineCheck({
  title: 'the database login is not a published one',
  expected: 'a password that stands in no manual, and not the login sa',
  why: 'upstream published its default password, and who knows it owns the national database',
  probes: ['database'],
  judge: ({ database: { publishedPassword, settings } }) => {
    const fix = [
      'ALTER LOGIN [<login>] WITH PASSWORD = ... on SQL Server, then DATABASE_PASSWORD in secrets/<server>.env',
    ];
    if (publishedPassword) return problem('the password is one that upstream published', fix);
    if (settings.user.toLowerCase() === 'sa')
      return problem('the login is sa, who may do everything on the whole SQL Server', [
        'openimis init --grants    prints the T-SQL for a login of its own',
      ]);
    return ok('neither the published password nor sa (compared here, not tried there)');
  },
});
