import { request as httpRequest, type IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';

import { openPort, type Reach } from './reach.ts';
import { type ShownTls, shownTls } from './shown-tls.ts';

export type SiteRequest = {
  readonly scheme: 'http' | 'https';
  readonly connect: string;
  readonly port: number;
  /** Value of the Host header. */
  readonly host: string;
  /** The name asked for in TLS: the host without its port. */
  readonly name: string;
  readonly path: string;
  readonly referer: string;
  /** Seconds for everything. */
  readonly timeout: number;
};

/** `undefined` in `failure`: it answered. */
export type SiteAnswer = {
  readonly reach: Reach;
  readonly tls?: ShownTls;
  readonly failure?: 'no-tls' | 'not-http' | 'cut' | 'silent';
  readonly head?: {
    readonly status: number;
    readonly location?: string;
    readonly server?: string;
    /** Milliseconds since 1970 of its Date header, and when it came. */
    readonly date?: number;
    readonly cameAt: number;
    readonly cookies: readonly string[];
    /** Milliseconds from the request to the first byte of the answer. */
    readonly milliseconds: number;
  };
  readonly body: string;
};

const bodyLimit = 1024 * 1024;

/** One GET without cookies over one connection; never throws. Certificates are shown, not judged. */
export async function askSite(asked: SiteRequest): Promise<SiteAnswer> {
  const started = performance.now();
  const { reach, socket } = await openPort(asked.connect, asked.port, asked.timeout);
  if (socket === undefined) return { reach, body: '' };
  const left = Math.max(1, asked.timeout * 1000 - (performance.now() - started));
  let tls: ShownTls | undefined;
  let shaking = asked.scheme === 'https';
  const { promise, resolve } = Promise.withResolvers<SiteAnswer>();
  const fail = (failure: SiteAnswer['failure']): void =>
    resolve({ reach, ...(tls === undefined ? {} : { tls }), failure: failure ?? 'cut', body: '' });
  const timer = setTimeout(() => (fail('silent'), socket.destroy()), left);
  const wire =
    asked.scheme === 'http'
      ? socket
      : connectTls({
          socket,
          rejectUnauthorized: false,
          minVersion: 'TLSv1',
          ciphers: 'DEFAULT@SECLEVEL=0',
          ...(isIP(asked.name) === 0 ? { servername: asked.name } : {}),
        });
  const failed = (error: NodeJS.ErrnoException): void =>
    fail(shaking ? 'no-tls' : error.code?.startsWith('HPE_') === true ? 'not-http' : 'cut');
  wire.on('error', failed);
  wire.on('secureConnect', () => {
    shaking = false;
    tls = shownTls(wire as TLSSocket);
  });
  const request = httpRequest({
    createConnection: () => wire,
    method: 'GET',
    path: asked.path,
    headers: { Host: asked.host, Accept: 'text/html', 'User-Agent': 'openimis doctor', Referer: asked.referer },
  });
  const sent = performance.now();
  request.on('error', failed);
  request.on('response', (response) => {
    const head = headOf(response, performance.now() - sent);
    void bodyOf(response).then((body) => resolve({ reach, ...(tls === undefined ? {} : { tls }), head, body }));
  });
  request.end();
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    wire.destroy();
    socket.destroy();
  }
}

function headOf(response: IncomingMessage, milliseconds: number): NonNullable<SiteAnswer['head']> {
  const { statusCode: status = 0, headers } = response;
  const date = Date.parse(headers.date ?? '');
  return {
    status,
    ...(headers.location === undefined ? {} : { location: headers.location.slice(0, 500) }),
    ...(headers.server === undefined ? {} : { server: String(headers.server).slice(0, 80) }),
    ...(Number.isNaN(date) ? {} : { date }),
    cameAt: Date.now(),
    cookies: (headers['set-cookie'] ?? []).slice(0, 20),
    milliseconds: Math.round(milliseconds),
  };
}

/** Text up to a limit; a body that stops half way is what came of it. */
function bodyOf(response: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (): void => resolve(Buffer.concat(chunks).toString('utf8'));
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= bodyLimit) end();
    });
    response.on('end', end);
    response.on('close', end);
    response.on('error', end);
  });
}
