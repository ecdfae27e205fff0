import { Failure } from '../failure.ts';
import { databaseFailure, errorCodes, isWithoutEncryption, type ServerMessage } from './database-failure.ts';
import { type Column, databaseKind, type DatabaseKind, markedColumns } from './database-version.ts';

export type DatabaseProbeOptions = {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly user: string;
  readonly password: string;
  readonly encryption: 'required' | 'optional';
  /** Seconds, for the connection and for each question. */
  readonly timeout: number;
};

export type DatabaseProbe = DatabaseKind & {
  /** The connection was encrypted (the certificate itself is not verified). */
  readonly encrypted: boolean;
  /** Product version, e.g. `15.0.2000.5`. */
  readonly serverVersion: string;
};

/**
 * Logs in to the legacy SQL Server and looks which tables it has; only reads system views.
 * With `encryption: required` no password leaves this machine unless the connection is encrypted.
 * @throws Failure LEGACY_DATABASE_* or LEGACY_NAME_UNRESOLVED
 */
export async function probeDatabase(options: DatabaseProbeOptions): Promise<DatabaseProbe> {
  try {
    return await probe(options, true);
  } catch (error) {
    if (options.encryption === 'optional' && error instanceof Unusable && isWithoutEncryption(errorCodes(error.cause)))
      return await probe(options, false).catch((second: unknown) => {
        throw asFailure(second, options);
      });
    throw asFailure(error, options);
  }
}

/** @throws Failure LEGACY_DATABASE_NOT_MIGRATED when the modular backend's tables are not there */
export function requireMigrated(probe: DatabaseProbe, database: { readonly name: string }): void {
  if (!probe.legacy)
    throw new Failure(
      'LEGACY_DATABASE_NOT_MIGRATED',
      `the database ${database.name} has no table tblUsers: it is not an openIMIS database`,
      ['correct database.name in openimis.yaml (--database-name)'],
    );
  if (!probe.modular)
    throw new Failure(
      'LEGACY_DATABASE_NOT_MIGRATED',
      `the database ${database.name} (openIMIS ${probe.legacyVersion ?? 'of unknown version'}) does not have the tables of the modular openIMIS yet (django_migrations, core_User, ...)`,
      [
        'openimis never makes them by accident: make a backup, then run the migrations of your release once, by hand, with the backend image: ' +
          '/openimis-be/script/entrypoint.sh manage migrate',
      ],
    );
}

/** Carries what the server said besides what the driver threw. */
class Unusable extends Error {
  readonly messages: readonly ServerMessage[];

  constructor(messages: readonly ServerMessage[], cause: unknown) {
    super('the database cannot be used', { cause });
    this.messages = messages;
  }
}

function asFailure(error: unknown, options: DatabaseProbeOptions): Failure {
  return error instanceof Unusable
    ? databaseFailure(error.cause, error.messages, options)
    : databaseFailure(error, [], options);
}

async function probe(options: DatabaseProbeOptions, encrypt: boolean): Promise<DatabaseProbe> {
  const { ConnectionPool } = (await import('mssql')).default;
  const messages: ServerMessage[] = [];
  const milliseconds = options.timeout * 1000;
  const pool = new ConnectionPool({
    server: options.host,
    port: options.port,
    database: options.name,
    user: options.user,
    password: options.password,
    connectionTimeout: milliseconds,
    requestTimeout: milliseconds,
    pool: { min: 0, max: 1, acquireTimeoutMillis: milliseconds },
    options: {
      encrypt,
      trustServerCertificate: true,
      appName: 'openimis',
      readOnlyIntent: false,
      // Servers as old as the legacy speak TLS 1.0 with weak certificates: still better than a password in clear.
      cryptoCredentialsDetails: { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' },
    },
    // mssql drops the number of a refused login: only the driver's events have it.
    beforeConnect: (connection) => {
      connection.on('errorMessage', ({ number, message }: ServerMessage) => messages.push({ number, message }));
    },
  });
  // Without a listener an error of an idle connection ends the process; ours are thrown by the calls below.
  pool.on('error', () => {});
  try {
    await pool.connect();
    const tables = await ask<{ name: string }>(pool, tablesQuery);
    const columns = await ask<ColumnRow>(pool, columnsQuery);
    const [version] = await ask<{ version: string }>(pool, versionQuery);
    return {
      ...databaseKind(
        tables.map(({ name }) => name),
        columns.map(asColumn),
      ),
      encrypted: encrypt,
      serverVersion: version?.version ?? 'unknown',
    };
  } catch (error) {
    throw new Unusable(messages, error);
  } finally {
    await pool.close().catch(() => {});
  }
}

type Asked = { request(): { query<Row>(text: string): Promise<{ recordset: Row[] | undefined }> } };

async function ask<Row>(pool: Asked, text: string): Promise<readonly Row[]> {
  return (await pool.request().query<Row>(text)).recordset ?? [];
}

type ColumnRow = { readonly table_name: string; readonly column_name: string; readonly characters: number | null };

function asColumn(row: ColumnRow): Column {
  const named = { table: row.table_name, column: row.column_name };
  return row.characters === null ? named : { ...named, length: row.characters };
}

const quoted = (names: Iterable<string>): string => [...names].map((name) => `'${name}'`).join(', ');

/** All three read system views only and take no locks on the operator's tables. */
export const tablesQuery = 'SELECT name FROM sys.tables';
export const columnsQuery =
  'SELECT TABLE_NAME AS table_name, COLUMN_NAME AS column_name, CHARACTER_MAXIMUM_LENGTH AS characters ' +
  `FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME IN (${quoted(new Set(markedColumns.map(({ table }) => table)))}) ` +
  `AND COLUMN_NAME IN (${quoted(new Set(markedColumns.map(({ column }) => column)))})`;
export const versionQuery = "SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(64)) AS version";
