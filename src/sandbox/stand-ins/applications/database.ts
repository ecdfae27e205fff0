import sql from 'mssql';

import type { DatabaseSettings } from './backend-settings.ts';

/** A row of tblUsers as the backend shows it. */
export type DatabaseUser = {
  readonly id: number;
  readonly loginName: string;
  readonly lastName: string;
  readonly otherNames: string;
  readonly language: string;
};

export type LoginCheck =
  | { readonly works: true; readonly database: string; readonly encrypted: boolean }
  | { readonly works: false; readonly why: string };

/** The stand-in application's way to SQL Server: real logins, a small pool. */
export type ApplicationDatabase = {
  /** Valid user by login name, under the collation: `ADMIN ` finds Admin. Rejects when the database does not answer. */
  findUser(loginName: string): Promise<DatabaseUser | undefined>;
  /** Logs in anew. */
  check(): Promise<LoginCheck>;
  /** What django-health-check does: writes a row, changes it, deletes it. Rejects when that fails. */
  writeAndDelete(): Promise<void>;
  close(): Promise<void>;
};

const patience = 10_000;

export function openDatabase(settings: DatabaseSettings): ApplicationDatabase {
  let pool: Promise<sql.ConnectionPool> | undefined;
  let encrypted = settings.encrypt;

  const connect = async (encrypt: boolean): Promise<sql.ConnectionPool> => {
    const made = new sql.ConnectionPool({
      server: settings.host,
      port: settings.port,
      database: settings.name,
      user: settings.user,
      password: settings.password,
      connectionTimeout: patience,
      requestTimeout: patience,
      pool: { min: 0, max: 4 },
      options: { encrypt, trustServerCertificate: true, appName: 'openimis stand-in' },
    });
    // An idle connection that breaks must not end the process; the next request connects again.
    made.on('error', () => void (pool = undefined));
    try {
      const ready = await made.connect();
      encrypted = encrypt;
      return ready;
    } catch (error) {
      // The server insists on encryption: Microsoft's driver then encrypts without being told.
      if (!encrypt && codeOf(error) === 'EENCRYPT') return connect(true);
      throw error;
    }
  };

  const connected = async (): Promise<sql.ConnectionPool> => {
    pool ??= connect(settings.encrypt);
    try {
      return await pool;
    } catch (error) {
      pool = undefined;
      throw error;
    }
  };

  return {
    findUser: async (loginName) => {
      const request = (await connected()).request().input('name', sql.NVarChar(4000), loginName);
      const { recordset } = await request.query<Record<string, unknown>>(
        'SELECT TOP 1 UserID, LoginName, LastName, OtherNames, LanguageID FROM tblUsers WHERE LoginName = @name AND ValidityTo IS NULL',
      );
      return recordset[0] === undefined ? undefined : userOf(recordset[0]);
    },
    check: async () => {
      try {
        const fresh = await connect(settings.encrypt);
        try {
          const { recordset } = await fresh.request().query<{ name: string }>('SELECT DB_NAME() AS name');
          return { works: true, database: recordset[0]?.name ?? '', encrypted };
        } finally {
          await fresh.close();
        }
      } catch (error) {
        return { works: false, why: codeOf(error) };
      }
    },
    writeAndDelete: async () => {
      const ready = await connected();
      await ready.request().query("INSERT INTO health_check_db_testmodel (title) VALUES ('test')");
      await ready.request().query("UPDATE health_check_db_testmodel SET title = 'newtest' WHERE title = 'test'");
      await ready.request().query("DELETE FROM health_check_db_testmodel WHERE title = 'newtest'");
    },
    close: async () => {
      const open = await pool?.catch(() => undefined);
      await open?.close();
    },
  };
}

function userOf(row: Readonly<Record<string, unknown>>): DatabaseUser {
  const text = (name: string): string => (typeof row[name] === 'string' ? row[name] : '');
  return {
    id: Number(row['UserID']),
    loginName: text('LoginName'),
    lastName: text('LastName'),
    otherNames: text('OtherNames'),
    language: text('LanguageID'),
  };
}

/** A driver's error as one word; its text may quote what the server said. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'ERROR';
}
