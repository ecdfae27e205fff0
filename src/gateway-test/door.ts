import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';

import type { Route } from '../stack/stack.ts';

/** The running gateway as somebody outside meets it, and what is known of its server. */
export type Door = {
  readonly server: string;
  /** Where to connect to; the name below need not resolve. */
  readonly address: string;
  readonly https: number;
  readonly http: number;
  /** Name that browsers use: Host header and name asked for in TLS. */
  readonly dns: string;
  readonly signOn: 'legacy' | 'application';
  /** Virtual directory of the legacy, ending in `/`; undefined without a legacy. */
  readonly legacyPath?: string;
  readonly routes: readonly Pick<Route, 'name' | 'path' | 'target' | 'access'>[];
  /** Name of the secret header, when this machine has the server's secrets. */
  readonly identityHeader?: string;
};

export type DoorRequest = {
  readonly method?: string;
  readonly path: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
  /** Over plain http. */
  readonly plain?: boolean;
  /** Instead of the gateway's own name. */
  readonly host?: string;
};

export type DoorAnswer = {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly setCookies: readonly string[];
  readonly body: string;
};

/** Milliseconds that one answer may take, and bytes of it that are read. */
const patience = 15_000;
const longestBody = 256 * 1024;

/** `name`, or `name:port` where the port is not the scheme's own. */
export function hostHeader({ dns, https }: Pick<Door, 'dns' | 'https'>): string {
  const name = dns.includes(':') ? `[${dns}]` : dns;
  return https === 443 ? name : `${name}:${https}`;
}

/** TLS asks for a name, never for an address. */
export const serverName = (dns: string): string => (isIP(dns) === 0 ? dns : '');

/** One request on a connection of its own. The certificate is judged by checks of its own, so here it is not. */
export function ask(door: Door, asked: DoorRequest): Promise<DoorAnswer> {
  const headers = [['Host', asked.host ?? hostHeader(door)], ...(asked.headers ?? [])].flat();
  if (asked.body !== undefined) headers.push('Content-Length', String(Buffer.byteLength(asked.body)));
  const options = {
    host: door.address,
    path: asked.path,
    method: asked.method ?? 'GET',
    // A list keeps duplicates and spelling; Node's types know only the other form.
    headers: headers as unknown as OutgoingHttpHeaders,
    setHost: false,
    agent: false,
    timeout: patience,
  };
  return new Promise((resolve, reject) => {
    const received = (response: IncomingMessage): void => {
      const chunks: Buffer[] = [];
      let size = 0;
      const end = (): void =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          setCookies: response.headers['set-cookie'] ?? [],
          body: Buffer.concat(chunks).toString('utf8'),
        });
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > longestBody) end();
        if (size > longestBody) request.destroy();
      });
      response.on('error', reject);
      response.on('end', end);
    };
    const request =
      asked.plain === true
        ? httpRequest({ ...options, port: door.http }, received)
        : httpsRequest(
            { ...options, port: door.https, servername: serverName(door.dns), rejectUnauthorized: false },
            received,
          );
    request.on('timeout', () => request.destroy(new Error(`no answer within ${patience / 1000} s`)));
    request.on('error', reject);
    request.end(asked.body);
  });
}

/** Sends these bytes over TLS and returns what comes back until the gateway closes or says nothing more. */
export function askRaw(door: Door, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTls(
      { host: door.address, port: door.https, servername: serverName(door.dns), rejectUnauthorized: false },
      () => socket.write(bytes, 'latin1'),
    );
    let text = '';
    // A gateway that waits for more has not refused.
    socket.setTimeout(5000, () => socket.destroy(text === '' ? new Error('no answer within 5 s') : undefined));
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (text.length > longestBody) socket.destroy();
    });
    socket.on('error', (error: Error) => {
      if (text === '') reject(error);
      else resolve(text);
    });
    socket.on('close', () => resolve(text));
  });
}
