import type { SecureContext } from 'node:tls';

import type { StandInDatabase, TableList } from './databases.ts';
import type { Plays } from './plays.ts';
import type { EncryptionMode } from './tds/prelogin.ts';

export type SqlServerOptions = {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  readonly logins?: readonly { readonly user: string; readonly password: string }[];
  /** Tables by database; default: `openIMIS` with the legacy's and the modular ones. */
  readonly databases?: Readonly<Record<string, TableList>>;
  /** Default `off` when there is a key pair (SQL Server's own default), else `not-supported`. */
  readonly encryption?: EncryptionMode;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Product version; default 14.0.3465.1 (SQL Server 2017). */
  readonly version?: string;
  /** Database roles of every login, and `execute`; default: what the backends need. */
  readonly roles?: readonly string[];
  /** What it is like besides; the rest is as usual. */
  readonly plays?: Partial<Plays>;
  /** Newest TLS it speaks, and oldest: old Windows knows only 1.0. Default 1.2. */
  readonly protocol?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2';
  /** Called for each statement that changed a row. */
  readonly onWrite?: (statement: string) => void;
};

/** `refuse`: connections are reset; `hang`: accepted, never answered; `garbage`: something else answers. */
export type SqlServerAvailability = 'up' | 'refuse' | 'hang' | 'garbage';

export type SeenLogin = {
  readonly user: string;
  readonly database: string;
  readonly application: string;
  readonly hostName: string;
  readonly encrypted: boolean;
};

/** What happened so far, for tests; lists keep the newest thousand. */
export type SqlServerState = {
  connections: number;
  logins: number;
  failedLogins: number;
  lastLogin: SeenLogin | undefined;
  /** Batches and calls as they came. */
  readonly batches: string[];
  /** Statements that changed a row. */
  readonly writes: string[];
  /** Statements that were unknown or would have changed anything else. */
  readonly refused: string[];
  /** Connections cut because of what came over them. */
  brokenConnections: number;
  availability: SqlServerAvailability;
};

/** What the connections of one server share. */
export type Server = {
  readonly logins: readonly { readonly user: string; readonly password: string }[];
  readonly databases: readonly StandInDatabase[];
  readonly encryption: EncryptionMode;
  readonly secureContext: SecureContext | undefined;
  readonly version: string;
  readonly roles: readonly string[];
  readonly plays: Plays;
  readonly state: SqlServerState;
  readonly onWrite: (statement: string) => void;
};

const mostKept = 1000;

export function remember(list: string[], text: string): void {
  list.push(text.slice(0, 10_000));
  if (list.length > mostKept) list.shift();
}
