/** Why SQL Server refuses a login; `ask`: what its owner must do, when the operator cannot. */
export type LoginRefusal = { readonly found: string; readonly fix: readonly string[]; readonly ask?: string };

type Refused = readonly { readonly number: number; readonly state: number }[];

const wrongPassword = 'type the password again: DATABASE_PASSWORD in secrets/<server>.env, or openimis init';
const inLog = 'the ERRORLOG on SQL Server has the true state of error 18456 (Management, SQL Server Logs)';

/** SQL Server tells clients state 1 for everything; older ones and some proxies pass the true one on. */
const states: Readonly<Record<number, LoginRefusal>> = {
  5: {
    found: 'there is no such login (18456, state 5)',
    fix: ['correct database.user in openimis.yaml', 'openimis init --grants    prints how to make one'],
    ask: 'there is no such login; please make it (we have a script with the rights that are needed).',
  },
  7: {
    found: 'the login is disabled and the password is wrong (18456, state 7)',
    fix: ['ALTER LOGIN [...] ENABLE    by the DBA', wrongPassword],
    ask: 'the login is disabled; please enable it and give us its password by a safe way.',
  },
  8: { found: 'the password is wrong (18456, state 8)', fix: [wrongPassword] },
  58: {
    found: 'the server accepts Windows logins only (18456, state 58)',
    fix: ['Server properties, Security: "SQL Server and Windows Authentication mode", then restart the service'],
    ask: 'the server accepts Windows logins only; please switch to "SQL Server and Windows Authentication mode" (server properties, Security) and restart the service.',
  },
};

const numbers: Readonly<Record<number, LoginRefusal>> = {
  18470: {
    found: 'the login is disabled (18470)',
    fix: ['ALTER LOGIN [...] ENABLE    by the DBA'],
    ask: 'the login is disabled; please enable it: ALTER LOGIN [...] ENABLE.',
  },
  18486: {
    found: 'the login is locked out after wrong passwords (18486)',
    fix: ["ALTER LOGIN [...] WITH PASSWORD = '...' UNLOCK    by the DBA", wrongPassword],
    ask: 'the login is locked out; please unlock it: ALTER LOGIN [...] WITH PASSWORD = ... UNLOCK.',
  },
  18487: {
    found: 'its password has expired (18487)',
    fix: ["ALTER LOGIN [...] WITH PASSWORD = '...', CHECK_EXPIRATION = OFF    by the DBA", wrongPassword],
    ask: 'its password has expired; please set a new one with CHECK_EXPIRATION = OFF, a program cannot change it.',
  },
  18488: {
    found: 'its password must be changed at the first login (18488)',
    fix: ["ALTER LOGIN [...] WITH PASSWORD = '...'    by the DBA, without MUST_CHANGE", wrongPassword],
    ask: 'its password must be changed at the first login, which a program cannot; please set one without MUST_CHANGE.',
  },
  18452: {
    found: 'the server accepts Windows logins only (18452)',
    fix: states[58]!.fix,
    ask: states[58]!.ask!,
  },
  18461: {
    found: 'the server is in single-user mode (18461)',
    fix: ['wait until the DBA has finished, then restart SQL Server without -m'],
    ask: 'the server is in single-user mode; please tell us when it is back.',
  },
  17142: {
    found: 'SQL Server is paused (17142)',
    fix: ['Services on the Windows server: SQL Server, Resume'],
    ask: 'the service SQL Server is paused; please resume it.',
  },
  18451: { found: 'SQL Server is shutting down (18451)', fix: ['try again when it is up'] },
  17809: {
    found: 'SQL Server has reached its limit of connections (17809)',
    fix: ["EXEC sp_configure 'user connections'    by the DBA; 0 means no limit of its own"],
    ask: 'the limit of connections is reached; please raise "user connections".',
  },
  17828: { found: 'the server does not understand this client (17828)', fix: [inLog] },
};

/** `unknown-database`: the login itself is fine; SQL Server says 4060 *and* 18456 then. */
export function loginRefusal(errors: Refused): LoginRefusal | 'unknown-database' {
  if (errors.some(({ number }) => number === 4060 || number === 911)) return 'unknown-database';
  const known = errors.find(({ number }) => numbers[number] !== undefined);
  if (known !== undefined) return numbers[known.number]!;
  const failed = errors.find(({ number }) => number === 18456);
  if (failed === undefined)
    return { found: `SQL Server refuses it (error ${errors.map(({ number }) => number).join(', ')})`, fix: [inLog] };
  const state = states[failed.state];
  if (state !== undefined) return state;
  return {
    found: 'wrong user or password (18456; the server does not say which)',
    fix: ['correct database.user in openimis.yaml', wrongPassword, inLog],
    ask: 'the login fails (18456); please check that it exists, is enabled, and that the server accepts SQL Server logins. The ERRORLOG has the state.',
  };
}
