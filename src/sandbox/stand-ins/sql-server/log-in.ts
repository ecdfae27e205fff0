import { timingSafeEqual } from 'node:crypto';

import { SqlError } from './query/values.ts';
import type { Server } from './server.ts';
import { readLogin7, type Login7 } from './tds/login7.ts';
import { done, errorToken, isWide, loginTokens, type ServerError } from './tds/tokens.ts';

export type LoggedIn = {
  readonly user: string;
  readonly database: string;
  readonly hostName: string;
  readonly application: string;
  readonly wide: boolean;
  readonly packetSize: number;
  /** Everything is encrypted, not the login alone. */
  readonly encrypted: boolean;
};

const oldestTds = 0x71000000;
const newestTds = 0x74000004;

/** Checks a LOGIN7: user (in any case), password, database. The answer has what SQL Server says: 18456, 4060, 18452. */
export function logIn(
  server: Server,
  data: Buffer,
  how: { readonly loginEncrypted: boolean; readonly encrypted: boolean },
): { readonly answer: Buffer; readonly user?: LoggedIn } {
  const login = readLogin7(data);
  const tdsVersion = Math.min(login.tdsVersion, newestTds);
  const wide = isWide(tdsVersion);
  const refuse = (...errors: readonly ServerError[]): { readonly answer: Buffer } => {
    server.state.failedLogins += 1;
    return {
      answer: Buffer.concat([...errors.map((error) => errorToken(wide, error)), done(wide, 'done', { error: true })]),
    };
  };
  if (tdsVersion < oldestTds) return refuse(failed(17828, 20, 'The client is too old: it does not speak TDS 7.1.'));
  if (login.integrated)
    return refuse(
      failed(
        18452,
        14,
        'Login failed. The login is from an untrusted domain and cannot be used with Integrated authentication.',
      ),
    );
  const { refusal } = server.plays;
  if (refusal !== undefined)
    return refuse({ ...failed(refusal.number, 14, `Login failed for user '${login.user}'.`), state: refusal.state });
  if (!isKnown(server, login)) return refuse(failed(18456, 14, `Login failed for user '${login.user}'.`));
  const database = databaseName(server, login.database);
  if (database === undefined)
    return refuse(
      failed(4060, 11, `Cannot open database "${login.database}" requested by the login. The login failed.`),
      failed(18456, 14, `Login failed for user '${login.user}'.`),
    );
  server.state.logins += 1;
  server.state.lastLogin = {
    user: login.user,
    database,
    application: login.application,
    hostName: login.hostName,
    encrypted: how.loginEncrypted,
  };
  const packetSize = Math.min(Math.max(login.packetSize, 512), 32_767);
  return {
    answer: loginTokens(tdsVersion, database, packetSize, server.version),
    user: {
      user: login.user,
      database,
      hostName: login.hostName,
      application: login.application,
      wide,
      packetSize,
      encrypted: how.encrypted,
    },
  };
}

const failed = (number: number, severity: number, message: string): ServerError => ({
  number,
  state: 1,
  severity,
  message,
});

function isKnown(server: Server, login: Login7): boolean {
  return server.logins.some(
    ({ user, password }) => user.toLowerCase() === login.user.toLowerCase() && sameSecret(password, login.password),
  );
}

function sameSecret(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The database as it is spelt on the server; without one `master`. */
export function databaseName(server: Server, wanted: string): string | undefined {
  if (wanted === '') return 'master';
  return server.databases.find(({ name }) => name.toLowerCase() === wanted.toLowerCase())?.name;
}

/** What a failed statement answers. */
export function serverError(error: unknown): ServerError {
  if (error instanceof SqlError)
    return { number: error.number, state: 1, severity: error.severity, message: error.message };
  throw error;
}
