import { describe, expect, it } from 'vitest';

import { databaseFailure, type ServerMessage } from '../../src/legacy/database-failure.ts';

const target = { host: 'db.example.org', port: 1433, name: 'IMIS', user: 'imisuser', encryption: 'required' } as const;
const coded = (code: string, cause?: unknown): Error =>
  Object.assign(new Error(`driver says ${code}`), { code, cause });
const message = (number: number): ServerMessage => ({ number, message: `text of ${number}` });

/** As mssql throws it: the cause is three levels down (domain.md section 7). */
const buried = (code: string): Error => {
  const aggregate = Object.assign(new AggregateError([coded(code)]), { code });
  return Object.assign(coded('ESOCKET'), { originalError: coded('ESOCKET', aggregate) });
};

describe('what a person is told', () => {
  it.each([
    ['LEGACY_DATABASE_LOGIN_FAILED', coded('ELOGIN'), [message(18456)], /refused the user imisuser: wrong user/],
    ['LEGACY_DATABASE_LOGIN_FAILED', coded('ELOGIN'), [message(18486)], /locked out/],
    ['LEGACY_DATABASE_LOGIN_FAILED', coded('ELOGIN'), [message(18488)], /expired or must be changed/],
    ['LEGACY_DATABASE_LOGIN_FAILED', coded('ELOGIN'), [message(18470)], /disabled/],
    ['LEGACY_DATABASE_LOGIN_FAILED', coded('ELOGIN'), [message(18452)], /Windows logins only/],
    ['LEGACY_DATABASE_LOGIN_FAILED', coded('ELOGIN'), [], /refused the user imisuser$/],
    ['LEGACY_DATABASE_UNKNOWN', coded('ELOGIN'), [message(4060), message(18456)], /no database IMIS/],
    ['LEGACY_DATABASE_UNENCRYPTED', coded('EENCRYPT'), [], /password was not sent/],
    ['LEGACY_DATABASE_UNENCRYPTED', buried('ERR_SSL_UNSUPPORTED_PROTOCOL'), [], /no encryption/],
    ['LEGACY_DATABASE_UNREACHABLE', buried('ECONNREFUSED'), [], /nothing listens/],
    ['LEGACY_DATABASE_UNREACHABLE', buried('EHOSTUNREACH'), [], /no route/],
    ['LEGACY_DATABASE_UNREACHABLE', coded('ETIMEOUT'), [], /no answer in time/],
    ['LEGACY_DATABASE_UNREACHABLE', buried('ECONNRESET'), [], /cut/],
    ['LEGACY_DATABASE_UNREACHABLE', new Error('odd'), [], /not that of a SQL Server/],
    ['LEGACY_NAME_UNRESOLVED', buried('ENOTFOUND'), [], /db\.example\.org, does not resolve/],
    ['LEGACY_NAME_UNRESOLVED', buried('EAI_AGAIN'), [], /does not resolve/],
  ] as const)('%s', (code, error, messages, text) => {
    const failure = databaseFailure(error, messages, target);
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(text);
    expect(failure.hints.length).toBeGreaterThan(0);
    expect(failure.exitCode).toBe(5);
  });

  it('survives an error that contains itself', () => {
    const loop = coded('ESOCKET');
    loop.cause = loop;
    expect(databaseFailure(loop, [], target).code).toBe('LEGACY_DATABASE_UNREACHABLE');
  });
});
