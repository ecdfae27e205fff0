import { defineCheck } from '../../check.ts';
import { ok, problem, skipped, type Verdict } from '../../finding.ts';
import { type LoginRefusal, loginRefusal } from '../../login-refusal.ts';

export const check = defineCheck({
  title: 'SQL Server accepts the login',
  expected: 'a SQL Server login with the password of the secrets file',
  why: 'the backends use this login, and stop when it fails',
  needs: ['legacy-database/encryption'],
  probes: ['database'],
  judge: ({ database: { login, settings, where } }) => {
    const { user } = settings;
    switch (login?.kind) {
      case 'ok':
        return ok(`${user} is logged in`);
      case 'refused': {
        const refusal = loginRefusal(login.errors);
        return refusal === 'unknown-database' ? ok(`${user} is known there`) : refused(refusal, user);
      }
      case 'no-password':
        return skipped('the password is not known yet (DATABASE_PASSWORD): openimis init asks for it');
      case 'silent':
        return problem(`${where} did not answer the login in time`, [
          'is SQL Server overloaded? On it: SELECT * FROM sys.dm_exec_requests',
        ]);
      case 'no-encryption':
      case 'tls-failed':
      case 'not-sql-server':
      case 'cut':
      case undefined:
        return problem(`${where} cut the connection at the login`, [
          'the ERRORLOG of SQL Server says why (Management, SQL Server Logs)',
        ]);
    }
  },
});

function refused(refusal: LoginRefusal, user: string): Verdict {
  const { found, fix, ask } = refusal;
  return problem(`${user}: ${found}`, fix, ask === undefined ? undefined : `SQL Server, login ${user}: ${ask}`);
}
