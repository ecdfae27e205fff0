import type { Running } from '../listening.ts';
import { makeCertificate } from '../make-certificate.ts';
import { choice, keyPair, secret, SettingError, text, wholeNumber, type Environment } from '../settings.ts';
import { tableLists } from './databases.ts';
import { startSqlServer } from './start-sql-server.ts';
import { encryptionModes } from './tds/prelogin.ts';

/** The stand-in SQL Server as a process; its variables begin with SQL_SERVER_. */
export async function runSqlServer(env: Environment): Promise<Running> {
  const password = secret(env, 'SQL_SERVER_PASSWORD');
  if (password === undefined) throw new SettingError('SQL_SERVER_PASSWORD_FILE is missing: the login needs a password');
  const database = text(env, 'SQL_SERVER_DATABASE') ?? 'openIMIS';
  const user = text(env, 'SQL_SERVER_USER') ?? 'imisuser';
  const encryption = choice(env, 'SQL_SERVER_ENCRYPTION', encryptionModes, 'off');
  const given = keyPair(env, 'SQL_SERVER');
  const tls = encryption === 'not-supported' ? undefined : (given ?? (await makeCertificate('stand-in')));
  const version = text(env, 'SQL_SERVER_VERSION');
  const server = await startSqlServer({
    host: text(env, 'SQL_SERVER_HOST') ?? '0.0.0.0',
    port: wholeNumber(env, 'SQL_SERVER_PORT', 1433),
    logins: [{ user, password }],
    databases: { [database]: choice(env, 'SQL_SERVER_TABLES', tableLists, 'modular') },
    encryption,
    // An idle stack writes nothing: who looks at this log can see it.
    onWrite: (statement) => console.log(`write: ${JSON.stringify(statement.slice(0, 200))}`),
    ...(tls === undefined ? {} : { tls }),
    ...(version === undefined ? {} : { version }),
  });
  return {
    describe: `SQL Server's protocol at ${server.host}:${server.port}, database ${database}, user ${user}, encryption ${encryption}`,
    close: () => server.close(),
  };
}
