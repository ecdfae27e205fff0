import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Connection, Request } from 'tedious';

import {
  defaultLogin,
  startSqlServer,
  type SqlServer,
} from '../../src/sandbox/stand-ins/sql-server/start-sql-server.ts';
import type { SqlServerOptions } from '../../src/sandbox/stand-ins/sql-server/server.ts';
import { makeCertificate } from '../../src/sandbox/stand-ins/make-certificate.ts';

let certificate: Promise<{ key: string; cert: string }> | undefined;
/** One key pair for all tests of a file: making one takes a moment. */
export const keyPair = (): Promise<{ key: string; cert: string }> => (certificate ??= makeCertificate('stand-in'));

export async function withSqlServer(
  options: SqlServerOptions,
  use: (server: SqlServer) => Promise<void>,
): Promise<void> {
  const server = await startSqlServer(options);
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

export type Wish = {
  readonly encrypt?: boolean;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
};

export type Failed = { readonly failed: true; readonly code: string; readonly numbers: readonly number[] };
export type Answered = {
  readonly failed: false;
  readonly rows: readonly (readonly unknown[])[];
  readonly errors: readonly number[];
};

/** Logs in with tedious, runs one statement, logs out. */
export function askTedious(server: SqlServer, sql: string, wish: Wish = {}): Promise<Answered | Failed> {
  const connection = new Connection({
    server: server.host,
    authentication: {
      type: 'default',
      options: { userName: wish.user ?? defaultLogin.user, password: wish.password ?? defaultLogin.password },
    },
    options: {
      port: server.port,
      database: wish.database ?? 'openIMIS',
      encrypt: wish.encrypt ?? false,
      trustServerCertificate: true,
      connectTimeout: 10_000,
      rowCollectionOnRequestCompletion: true,
    },
  });
  const numbers: number[] = [];
  connection.on('errorMessage', (message) => numbers.push(message.number));
  connection.on('error', () => {});
  return new Promise((resolve) => {
    connection.connect((error) => {
      if (error) {
        resolve({ failed: true, code: 'code' in error ? String(error.code) : '', numbers });
        connection.close();
        return;
      }
      const request = new Request(sql, (_failed, _count, rows: { value: unknown }[][]) => {
        connection.on('end', () =>
          resolve({ failed: false, rows: (rows ?? []).map((row) => row.map((cell) => cell.value)), errors: numbers }),
        );
        connection.close();
      });
      connection.execSql(request);
    });
  });
}

export type TsqlAnswer = { readonly code: number; readonly output: string };

/** Runs FreeTDS' tsql with its settings from a folder of its own; `encryption` as freetds.conf spells it. */
export async function askTsql(
  server: SqlServer,
  sql: string,
  wish: Wish & { readonly encryption?: 'off' | 'request' | 'require'; readonly tds?: string } = {},
): Promise<TsqlAnswer> {
  const folder = await mkdtemp(join(tmpdir(), 'tsql-'));
  const file = join(folder, 'freetds.conf');
  const settings = [`host = ${server.host}`, `port = ${server.port}`, `tds version = ${wish.tds ?? '7.4'}`];
  await writeFile(
    file,
    `[standin]\n${settings.join('\n')}\nencryption = ${wish.encryption ?? 'off'}\nclient charset = UTF-8\n`,
  );
  const child = spawn(
    'tsql',
    [
      '-S',
      'standin',
      '-U',
      wish.user ?? defaultLogin.user,
      '-P',
      wish.password ?? defaultLogin.password,
      '-D',
      wish.database ?? 'openIMIS',
      '-o',
      'q',
    ],
    { env: { ...process.env, FREETDSCONF: file, HOME: folder } },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.on('error', () => {});
  child.stdin.end(`${sql}\ngo\nexit\n`);
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit) => resolve(exit ?? -1));
  });
  await rm(folder, { recursive: true });
  return { code, output };
}
