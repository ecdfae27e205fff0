import { lookup } from 'node:dns/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { closeServer, listen, trackSockets, type Running } from '../listening.ts';
import type { Environment } from '../settings.ts';
import {
  currentUser,
  graphql,
  healthPage,
  html,
  isModuleConfigurations,
  moduleConfigurations,
  notFound,
  serverError,
  sessionCookie,
  whoAmI,
  type BackendAnswer,
} from './backend-answers.ts';
import { backendSettings, type BackendSettings } from './backend-settings.ts';
import { openDatabase, type ApplicationDatabase, type DatabaseUser } from './database.ts';
import { isAllowedHost, requestMeta } from './request-meta.ts';

export type Backend = { readonly host: string; readonly port: number; close(): Promise<void> };

/** Bytes of a GraphQL request that are read. */
const longestBody = 1_000_000;

type Visit = {
  readonly settings: BackendSettings;
  readonly database: ApplicationDatabase;
  readonly meta: ReadonlyMap<string, string>;
  readonly url: URL;
  readonly body: string;
  readonly peer: string;
};

/** Starts the stand-in backend or ibackend (which of them: `siteRoot`). Rejects when the address is taken. */
export async function startBackend(settings: BackendSettings): Promise<Backend> {
  const database = openDatabase(settings.database);
  // Upstream trusts what the name `frontend` was when the process started (domain.md, "MODE=PROD").
  const trusted =
    settings.trustedProxy ??
    (settings.production
      ? await lookup('frontend').then(
          ({ address }) => address,
          () => undefined,
        )
      : undefined);
  const known = trusted === undefined ? settings : { ...settings, trustedProxy: trusted };
  const server = createServer((request, response) => {
    serve(known, database, request, response).catch(() => response.destroy());
  });
  const sockets = trackSockets(server);
  const port = await listen(server, settings.listen.host, settings.listen.port);
  return {
    host: settings.listen.host,
    port,
    close: async () => {
      await closeServer(server, sockets);
      await database.close();
    },
  };
}

/** The stand-in backend as a process: reads the variables that upstream's reads. */
export async function runBackend(env: Environment): Promise<Running> {
  const settings = backendSettings(env);
  const backend = await startBackend(settings);
  return {
    describe: `backend at http://${backend.host}:${backend.port}/${settings.siteRoot}/`,
    close: () => backend.close(),
  };
}

async function serve(
  settings: BackendSettings,
  database: ApplicationDatabase,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const visit: Visit = {
    settings,
    database,
    meta: requestMeta(request),
    url: new URL(`http://backend${(request.url ?? '/').replace(/^\/*/, '/')}`),
    body: await readBody(request),
    peer: (request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
  };
  const { answer, cookie } = await answerTo(visit, request.method ?? 'GET');
  response.writeHead(answer.status, {
    'Content-Type': answer.type,
    'Content-Length': Buffer.byteLength(answer.body),
    Server: 'waitress',
    Vary: 'Cookie',
    'X-Frame-Options': 'SAMEORIGIN',
    ...answer.headers,
    ...(cookie === undefined ? {} : { 'Set-Cookie': cookie }),
  });
  response.end(request.method === 'HEAD' ? undefined : answer.body);
}

type Answered = { readonly answer: BackendAnswer; readonly cookie?: string };

async function answerTo(visit: Visit, method: string): Promise<Answered> {
  const { settings, meta, url } = visit;
  if (!isAllowedHost(meta, settings.allowedHosts)) return { answer: html(400, '<h1>Bad Request (400)</h1>') };
  if (settings.production && !isHttps(visit)) {
    const location = `https://${meta.get('HTTP_HOST') ?? ''}${url.pathname}${url.search}`;
    return { answer: { ...html(301, ''), headers: { Location: location } } };
  }
  let user: DatabaseUser | undefined;
  try {
    user = await identify(visit);
  } catch {
    return { answer: serverError() };
  }
  const answer = await route(visit, method, user);
  const opensSession = user !== undefined && !/(^|;\s*)sessionid=/.test(meta.get('HTTP_COOKIE') ?? '');
  return opensSession ? { answer, cookie: sessionCookie() } : { answer };
}

async function route(visit: Visit, method: string, user: DatabaseUser | undefined): Promise<BackendAnswer> {
  const { settings, database, meta, url } = visit;
  const wantsHtml = (meta.get('HTTP_ACCEPT') ?? '').includes('text/html');
  if (url.pathname === '/ht/') return healthPage(database, url.searchParams.get('format') === 'json' || !wantsHtml);
  const prefix = `/${settings.siteRoot}/`;
  if (!url.pathname.startsWith(prefix)) return notFound();
  const path = url.pathname.slice(prefix.length);
  switch (path) {
    case 'graphql': {
      const query = graphqlQuery(visit, method);
      return isModuleConfigurations(query) ? moduleConfigurations(database) : graphql(query, wantsHtml, user);
    }
    case 'core/users/current_user/':
      return currentUser(user);
    case 'whoami':
    case 'whoami/':
      return whoAmI(settings, database, meta, user, !wantsHtml);
    case 'core/users/current_user':
    case 'graphql/':
      return path === 'graphql/' ? notFound() : { ...html(301, ''), headers: { Location: `${url.pathname}/` } };
    default:
      return notFound();
  }
}

/** The user whom the identity header names; rejects for a name that nobody has, as upstream's bare 500 does. */
async function identify({ settings, database, meta }: Visit): Promise<DatabaseUser | undefined> {
  const name = settings.identityHeader === undefined ? undefined : meta.get(settings.identityHeader);
  if (name === undefined || name === '') return undefined;
  const user = await database.findUser(Buffer.from(name, 'latin1').toString('utf8'));
  if (user === undefined) throw new Error('nobody has this name');
  return user;
}

/** https by the word of the trusted proxy, or asked from inside the container itself (the health check). */
function isHttps({ settings, meta, peer }: Visit): boolean {
  if (peer === settings.listen.host || peer === '127.0.0.1') return true;
  return peer === settings.trustedProxy && meta.get('HTTP_X_FORWARDED_PROTO') === 'https';
}

function graphqlQuery({ url, meta, body }: Visit, method: string): string | undefined {
  if (method !== 'POST') return url.searchParams.get('query') ?? undefined;
  if (!(meta.get('HTTP_CONTENT_TYPE') ?? '').includes('json'))
    return new URLSearchParams(body).get('query') ?? undefined;
  try {
    const sent: unknown = JSON.parse(body);
    const query = typeof sent === 'object' && sent !== null && 'query' in sent ? sent.query : undefined;
    return typeof query === 'string' ? query : undefined;
  } catch {
    return undefined;
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > longestBody) throw new Error('the body is longer than the stand-in reads');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
