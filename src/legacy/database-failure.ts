import { Failure } from '../failure.ts';

/** An error message of SQL Server (number 18456: login failed, 4060: unknown database). */
export type ServerMessage = { readonly number: number; readonly message: string };

export type DatabaseTarget = {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly user: string;
  readonly encryption: 'required' | 'optional';
};

/** Login failed, disabled, locked, password expired or to be changed, Windows logins only. */
const loginNumbers = new Set([18456, 18470, 18486, 18487, 18488, 18452]);
const unknownDatabaseNumbers = new Set([4060, 911]);

/** Every error code on the way down: mssql hides the cause three levels deep (domain.md section 7). */
export function errorCodes(error: unknown): readonly string[] {
  const codes: string[] = [];
  const seen = new Set<unknown>();
  const queue: unknown[] = [error];
  while (queue.length > 0) {
    const next = queue.shift();
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    const { code, cause, originalError, errors } = next as Record<string, unknown>;
    if (typeof code === 'string') codes.push(code);
    queue.push(originalError, cause, ...(Array.isArray(errors) ? (errors as readonly unknown[]) : []));
  }
  return codes;
}

/** Did the two sides find no encryption that both accept? */
export function isWithoutEncryption(codes: readonly string[]): boolean {
  return codes.some((code) => code === 'EENCRYPT' || code === 'EPROTO' || code.startsWith('ERR_SSL_'));
}

/**
 * The failure that a person understands, from what mssql threw and the messages the server sent before.
 * The driver's own message is never passed on: it may quote what the server chose to say.
 */
export function databaseFailure(error: unknown, messages: readonly ServerMessage[], target: DatabaseTarget): Failure {
  const where = `${target.host}:${target.port}`;
  const codes = errorCodes(error);
  const numbers = messages.map(({ number }) => number);
  // SQL Server sends 4060 *and* 18456 for an unknown database: the first is the cause.
  if (numbers.some((number) => unknownDatabaseNumbers.has(number)))
    return new Failure(
      'LEGACY_DATABASE_UNKNOWN',
      `SQL Server at ${where} has no database ${target.name} that the user ${target.user} may open`,
      ['correct database.name in openimis.yaml (--database-name)', grantsHint],
      { cause: error },
    );
  const login = numbers.find((number) => loginNumbers.has(number));
  if (login !== undefined || (codes.includes('ELOGIN') && !isWithoutEncryption(codes)))
    return new Failure(
      'LEGACY_DATABASE_LOGIN_FAILED',
      `SQL Server at ${where} refused the user ${target.user}${login === undefined ? '' : `: ${loginReason(login)}`}`,
      ['correct database.user or its password (DATABASE_PASSWORD in the secrets file)', grantsHint],
      { cause: error },
    );
  if (isWithoutEncryption(codes))
    return new Failure(
      'LEGACY_DATABASE_UNENCRYPTED',
      `SQL Server at ${where} offers no encryption that this machine accepts, so the password was not sent`,
      [
        'install a certificate on the SQL Server (SQL Server Configuration Manager, Force Encryption)',
        'or, on a network nobody else can listen to: database.encryption: optional in openimis.yaml',
      ],
      { cause: error },
    );
  if (codes.some((code) => code === 'ENOTFOUND' || code === 'EAI_AGAIN'))
    return new Failure(
      'LEGACY_NAME_UNRESOLVED',
      `the name of the database server, ${target.host}, does not resolve on this machine`,
      [
        `getent hosts ${target.host}`,
        'give the address instead: database.host in openimis.yaml (--database-host), or correct the DNS',
      ],
      { cause: error },
    );
  return new Failure(
    'LEGACY_DATABASE_UNREACHABLE',
    `SQL Server does not answer at ${where}: ${unreachableReason(codes)}`,
    [
      'is TCP/IP switched on for SQL Server (Configuration Manager), and does its firewall let this machine in?',
      'correct database.host and database.port in openimis.yaml (--database-host, --database-port)',
    ],
    { cause: error },
  );
}

const grantsHint = 'openimis init --grants prints what a database administrator has to run';

function loginReason(number: number): string {
  switch (number) {
    case 18470:
      return 'the login is disabled';
    case 18486:
      return 'the login is locked out';
    case 18487:
    case 18488:
      return 'its password has expired or must be changed';
    case 18452:
      return 'the server accepts Windows logins only (needs "SQL Server and Windows Authentication mode")';
    default:
      return 'wrong user or password';
  }
}

function unreachableReason(codes: readonly string[]): string {
  if (codes.includes('ECONNREFUSED')) return 'nothing listens there (connection refused)';
  if (codes.some((code) => code === 'EHOSTUNREACH' || code === 'ENETUNREACH')) return 'no route to that address';
  if (codes.some((code) => code === 'ETIMEOUT' || code === 'ETIMEDOUT')) return 'no answer in time';
  if (codes.some((code) => code === 'ECONNRESET' || code === 'EPIPE')) return 'the connection was cut';
  return 'the answer is not that of a SQL Server';
}
