import { lookup } from 'node:dns/promises';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';

import type { Connection as TediousConnection } from 'tedious';

import {
  type Answer,
  type Answers,
  lockTimeout,
  type QuestionName,
  questions,
  worthAsking,
} from './database-questions.ts';
import { askQuestion } from './ask-question.ts';
import { errorCodes, isWithoutEncryption } from './database-failure.ts';
import { openPort, type Reach } from './reach.ts';
import { type ShownTls, shownTls } from './shown-tls.ts';
import { askSqlBrowser, type SqlInstance } from './sql-browser.ts';

export type InspectionOptions = {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly user: string;
  /** Without one nothing is logged in: the greeting and TLS are looked at, and the connection is cut. */
  readonly password?: string;
  readonly encryption: 'required' | 'optional';
  /** Seconds for connection and login together, and again for all questions. */
  readonly timeout: number;
  /** Of SQL Browser; default 1434. */
  readonly browserPort?: number;
};

/** `encryption` as the server's PRELOGIN says it: OFF and NOT_SUP mean that it will not encrypt everything. */
export type Greeting = { readonly version: string; readonly encryption: string };

export type LoginOutcome =
  | { readonly kind: 'ok'; readonly encrypted: boolean }
  /** `state` tells more than the client is told otherwise; most servers send 1 for everything. */
  | { readonly kind: 'refused'; readonly errors: readonly { readonly number: number; readonly state: number }[] }
  | { readonly kind: 'no-password' | 'no-encryption' | 'tls-failed' | 'not-sql-server' | 'cut' | 'silent' };

export type DatabaseInspection = {
  readonly reach: Reach;
  /** What SQL Browser says, asked only when the port does not answer; undefined: not asked, or no answer. */
  readonly instances?: readonly SqlInstance[];
  readonly greeting?: Greeting;
  readonly tls?: ShownTls;
  readonly login?: LoginOutcome;
  readonly answers: Answers;
  /** What was sent, in order. */
  readonly statements: readonly string[];
  /** Milliseconds since 1970 when the server told its time. */
  readonly askedAt?: number;
};

/** Looks at SQL Server over exactly one connection and only reads (database-questions.ts). Never throws. */
export async function inspectDatabase(options: InspectionOptions): Promise<DatabaseInspection> {
  const opening = openPort(options.host, options.port, options.timeout);
  const patience = Math.min(1000, options.timeout * 250);
  // A port that drops packets takes the whole time: SQL Browser is asked meanwhile.
  const soon = await Promise.race([opening, wait(patience, undefined, { ref: false })]);
  const asked = soon?.socket === undefined && soon?.reach.kind !== 'unresolved' ? browserOf(options) : undefined;
  const { reach, socket } = await opening;
  if (socket !== undefined) return { reach, ...(await inspectOver(socket, options)) };
  const instances = await asked;
  return { reach, ...(instances === undefined ? {} : { instances }), answers: {}, statements: [] };
}

async function browserOf({
  host,
  timeout,
  browserPort,
}: InspectionOptions): Promise<readonly SqlInstance[] | undefined> {
  const patience = Math.min(1.5, timeout / 2);
  const found = await Promise.race([
    lookup(host).catch(() => undefined),
    wait(patience * 1000, undefined, { ref: false }),
  ]);
  return found === undefined ? undefined : askSqlBrowser(found.address, patience, browserPort);
}

type Seen = {
  /** PRELOGIN messages so far: ours is the first, the server's the second. */
  greetings: number;
  greeting?: Greeting;
  tls?: ShownTls;
  readonly errors: { number: number; state: number }[];
  /** We cut the connection ourselves, because of this. */
  stopped?: 'no-password' | 'no-encryption';
  readonly stop: (why: 'no-password' | 'no-encryption') => void;
};

async function inspectOver(socket: Socket, options: InspectionOptions): Promise<Omit<DatabaseInspection, 'reach'>> {
  const cut = Promise.withResolvers<Error>();
  const seen: Seen = {
    greetings: 0,
    errors: [],
    stop: (why) => {
      seen.stopped = why;
      socket.destroy();
      // tedious would wait for its time to pass.
      cut.resolve(new Error(why));
    },
  };
  const connection = await connectionOf(socket, options, seen);
  const statements: string[] = [];
  try {
    const error = await Promise.race([loggedIn(connection), cut.promise]);
    const login = outcomeOf(error, seen);
    const known = {
      ...(seen.greeting === undefined ? {} : { greeting: seen.greeting }),
      ...(seen.tls === undefined ? {} : { tls: seen.tls }),
      login,
    };
    if (login.kind !== 'ok') return { ...known, answers: {}, statements };
    return { ...known, ...(await askAll(connection, options.timeout, statements)), statements };
  } finally {
    connection.close();
    socket.destroy();
  }
}

async function connectionOf(socket: Socket, options: InspectionOptions, seen: Seen): Promise<TediousConnection> {
  const { Connection } = (await import('tedious')).default;
  const connection = new Connection({
    server: options.host,
    authentication: { type: 'default', options: { userName: options.user, password: options.password ?? '' } },
    options: {
      port: options.port,
      database: options.name,
      appName: 'openimis doctor',
      encrypt: true,
      trustServerCertificate: true,
      // A read-only intent would lead to another replica than the one that the applications will use.
      readOnlyIntent: false,
      connectionIsolationLevel: 1,
      // tedious counts "unknown database" among what passes, and would come back three times.
      maxRetriesOnTransientErrors: 0,
      connectTimeout: options.timeout * 1000,
      requestTimeout: options.timeout * 1000,
      cryptoCredentialsDetails: { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' },
      connector: () => Promise.resolve(socket),
      debug: { payload: true, data: false, packet: false, token: false },
    },
  });
  connection.on('error', () => {});
  connection.on('errorMessage', ({ number, state }) => seen.errors.push({ number, state }));
  connection.on('debug', (text: string) => {
    const match = /^\s*PreLogin - version:(\d+\.\d+\.\d+\.\d+), encryption:0x[0-9A-Fa-f]{2}\((\w*)\)/.exec(text);
    if (match?.[1] === undefined || match[2] === undefined || ++seen.greetings !== 2) return;
    seen.greeting = { version: match[1], encryption: match[2] };
    const encrypts = match[2] === 'ON' || match[2] === 'REQ';
    if (encrypts) return;
    // Nothing more leaves this machine: the login would be in clear.
    if (options.encryption === 'required') seen.stop('no-encryption');
    else if (options.password === undefined) seen.stop('no-password');
    // The one way to go on in clear over the same connection; asked for with database.encryption: optional.
    else (connection as unknown as { config: { options: { encrypt: boolean } } }).config.options.encrypt = false;
  });
  connection.on('secure', (cleartext: TLSSocket) => {
    seen.tls = shownTls(cleartext);
    if (options.password === undefined) seen.stop('no-password');
  });
  return connection;
}

function loggedIn(connection: TediousConnection): Promise<Error | undefined> {
  return new Promise((resolve) => connection.connect((error) => resolve(error ?? undefined)));
}

function outcomeOf(error: Error | undefined, seen: Seen): LoginOutcome {
  if (error === undefined) return { kind: 'ok', encrypted: seen.tls !== undefined };
  if (seen.errors.length > 0) return { kind: 'refused', errors: seen.errors };
  if (seen.stopped !== undefined) return { kind: seen.stopped };
  const codes = errorCodes(error);
  if (seen.greeting === undefined)
    return {
      kind: codes.includes('ETIMEOUT') ? 'silent' : codes.includes('ECONNRESET') ? 'cut' : 'not-sql-server',
    };
  if (seen.tls === undefined && isWithoutEncryption(codes)) return { kind: 'tls-failed' };
  return { kind: codes.includes('ETIMEOUT') ? 'silent' : 'cut' };
}

/** Asks one question after the other until one is not answered in time or the connection is gone. */
async function askAll(
  connection: TediousConnection,
  timeout: number,
  statements: string[],
): Promise<Pick<DatabaseInspection, 'answers' | 'askedAt'>> {
  const answers: { -readonly [Name in QuestionName]?: Answer } = {};
  const deadline = performance.now() + timeout * 1000;
  let askedAt: number | undefined;
  const ask = (sql: string) => {
    statements.push(sql);
    return askQuestion(connection, sql, Math.max(1, deadline - performance.now()));
  };
  await ask(lockTimeout);
  for (const name of Object.keys(questions) as QuestionName[]) {
    if (!worthAsking(name, answers)) continue;
    const before = Date.now();
    const answer = await ask(questions[name]);
    // The server told its time somewhere between the two.
    if (name === 'server') askedAt = (before + Date.now()) / 2;
    answers[name] = answer;
    if (!('rows' in answer) && answer.number === undefined) break;
  }
  return { answers, ...(askedAt === undefined ? {} : { askedAt }) };
}
