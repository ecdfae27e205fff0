import { createServer } from 'node:net';
import { createSecureContext, type SecureContextOptions } from 'node:tls';

import { closeServer, listen, trackSockets } from '../listening.ts';
import { serveConnection } from './connection.ts';
import { tablesOf, type TableList } from './databases.ts';
import { usual } from './plays.ts';
import type { Server, SqlServerAvailability, SqlServerOptions, SqlServerState } from './server.ts';

export type SqlServer = {
  readonly host: string;
  readonly port: number;
  readonly state: SqlServerState;
  /** Rows of a table of a database, for tests. */
  rows(database: string, table: string): readonly (readonly (string | number | null)[])[];
  setAvailability(availability: SqlServerAvailability): void;
  close(): Promise<void>;
};

/** A login and a database for tests; the sandbox gives its own. */
export const defaultLogin = { user: 'imisuser', password: 'stand-in-password' } as const;

/** Starts the stand-in of SQL Server's protocol. Rejects when the port is taken or encryption is wanted without a key. */
export async function startSqlServer(options: SqlServerOptions = {}): Promise<SqlServer> {
  const encryption = options.encryption ?? (options.tls === undefined ? 'not-supported' : 'off');
  if (encryption !== 'not-supported' && options.tls === undefined)
    throw new Error(`encryption "${encryption}" needs a key and a certificate`);
  const databases: Readonly<Record<string, TableList>> = options.databases ?? { openIMIS: 'modular' };
  const plays = { ...usual, ...options.plays };
  const server: Server = {
    logins: options.logins ?? [defaultLogin],
    databases: Object.entries(databases).map(([name, list]) => ({
      name,
      tables: tablesOf(list, plays),
    })),
    encryption,
    // TDS 7.x cannot carry TLS 1.3: its tickets come after the handshake, when records are no longer wrapped.
    secureContext:
      options.tls === undefined ? undefined : createSecureContext({ ...options.tls, ...protocolOf(options) }),
    version: options.version ?? '14.0.3465.1',
    roles: options.roles ?? ['db_datareader', 'db_datawriter', 'db_ddladmin', 'execute'],
    plays,
    state: {
      connections: 0,
      logins: 0,
      failedLogins: 0,
      lastLogin: undefined,
      batches: [],
      writes: [],
      refused: [],
      brokenConnections: 0,
      availability: 'up',
    },
    onWrite: options.onWrite ?? (() => {}),
  };
  const tcp = createServer((socket) => {
    server.state.connections += 1;
    if (server.state.availability === 'up') return serveConnection(server, socket, 50 + server.state.connections);
    socket.on('error', () => socket.destroy());
    if (server.state.availability === 'refuse') socket.resetAndDestroy();
    else if (server.state.availability === 'garbage') socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    else socket.resume();
  });
  const sockets = trackSockets(tcp);
  const host = options.host ?? '127.0.0.1';
  const port = await listen(tcp, host, options.port ?? 0);
  return {
    host,
    port,
    state: server.state,
    rows: (database, table) =>
      server.databases.find(({ name }) => name === database)?.tables.find(({ name }) => name === table)?.rows ?? [],
    setAvailability: (availability) => void (server.state.availability = availability),
    close: () => closeServer(tcp, sockets),
  };
}

function protocolOf({ protocol = 'TLSv1.2' }: SqlServerOptions): SecureContextOptions {
  if (protocol === 'TLSv1.2') return { maxVersion: protocol };
  return { minVersion: protocol, maxVersion: protocol, ciphers: 'DEFAULT@SECLEVEL=0' };
}
