import { defineCheck } from '../../check.ts';
import { ok, problem } from '../../finding.ts';
import { loginRefusal } from '../../login-refusal.ts';

export const check = defineCheck({
  title: 'the database exists and the login may open it',
  expected: 'the database of database.name, with a user for the login',
  why: 'a wrong name and a missing user look the same from outside: SQL Server says 4060 to both',
  needs: ['legacy-database/login'],
  probes: ['database'],
  judge: ({ database: { login, settings } }) => {
    const { name, user } = settings;
    if (login?.kind !== 'refused' || loginRefusal(login.errors) !== 'unknown-database')
      return ok(`${name} is open to ${user}`);
    return problem(
      `there is no database ${name} that ${user} may open (4060)`,
      [
        'ImisConnectionString in web.config of the legacy has its name: correct database.name in openimis.yaml',
        'openimis init --grants    prints what gives the login a user in it',
      ],
      `SQL Server: please give the login ${user} a user in the database ${name} (default schema dbo), or tell us the right name of the database.`,
    );
  },
});
