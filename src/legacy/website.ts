import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';

import { Failure } from '../failure.ts';
import { readLoginPage } from './login-page.ts';

export type WebsiteProbeOptions = {
  readonly scheme: 'http' | 'https';
  /** Address or name to connect to. */
  readonly connect: string;
  readonly port: number;
  /** Value of the Host header, and the name asked for in TLS. */
  readonly host: string;
  /** Virtual directory, ending in `/`. */
  readonly path: string;
  /** Seconds, for each request. */
  readonly timeout: number;
};

export type WebsiteProbe = {
  readonly status: number;
  readonly loginForm: boolean;
  readonly title?: string;
  /** Where the site sent us, when the answer is a redirect that leads away from scheme, host or port. */
  readonly redirectsTo?: string;
  /** https only; whatever it is, the caller judges it by legacy.tls. */
  readonly certificate?: {
    readonly trusted: boolean;
    readonly reason?: string;
    readonly validTo: string;
    /** SHA-256, `AB:CD:...`. */
    readonly fingerprint: string;
  };
};

type Answer = Omit<WebsiteProbe, 'loginForm' | 'title' | 'redirectsTo'> & {
  readonly location?: string;
  readonly body: string;
};

const bodyLimit = 1024 * 1024;
const redirectLimit = 3;

/**
 * Gets the login page of the legacy site and looks whether it is openIMIS. Only GET: nothing is posted, no login is tried.
 * @throws Failure LEGACY_NAME_UNRESOLVED, LEGACY_WEBSITE_UNREACHABLE
 */
export async function probeWebsite(options: WebsiteProbeOptions): Promise<WebsiteProbe> {
  let path = options.path;
  for (let redirects = 0; ; redirects++) {
    const { body, location, ...answer } = await get(options, path).catch((error: unknown) => {
      throw websiteFailure(error, options);
    });
    if (location === undefined) return { ...answer, ...readLoginPage(body) };
    const base = `${options.scheme}://${options.host}${path}`;
    const target = URL.canParse(location, base) ? new URL(location, base) : undefined;
    if (target === undefined || target.origin !== new URL(base).origin || redirects === redirectLimit)
      return { ...answer, loginForm: false, redirectsTo: target?.href ?? location };
    path = `${target.pathname}${target.search}`;
  }
}

function get(options: WebsiteProbeOptions, path: string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const settings = {
    host: options.connect,
    port: options.port,
    path,
    method: 'GET',
    agent: false as const,
    signal: AbortSignal.timeout(options.timeout * 1000),
    headers: {
      Host: options.host,
      Accept: 'text/html',
      'User-Agent': 'openimis',
      // The legacy's master page wants one (domain.md section 2, "Not logged in").
      Referer: `${options.scheme}://${options.host}${options.path}`,
    },
  };
  const name = hostName(options.host);
  const request =
    options.scheme === 'https'
      ? httpsRequest({
          ...settings,
          rejectUnauthorized: false,
          minVersion: 'TLSv1',
          ciphers: 'DEFAULT@SECLEVEL=0',
          ...(isIP(name) === 0 ? { servername: name } : {}),
        })
      : httpRequest(settings);
  request.on('error', reject);
  request.on('response', (response) => {
    const head = headOf(response);
    if (head.location !== undefined) {
      response.destroy();
      resolve({ ...head, body: '' });
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (): void => resolve({ ...head, body: Buffer.concat(chunks).toString('utf8') });
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= bodyLimit) {
        finish();
        response.destroy();
      }
    });
    response.on('end', finish);
    response.on('error', reject);
  });
  request.end();
  return promise;
}

function headOf(response: IncomingMessage): Omit<Answer, 'body'> {
  const status = response.statusCode ?? 0;
  const location = status >= 300 && status < 400 ? response.headers.location : undefined;
  const certificate = certificateOf(response);
  return {
    status,
    ...(location === undefined ? {} : { location }),
    ...(certificate === undefined ? {} : { certificate }),
  };
}

function certificateOf(response: IncomingMessage): WebsiteProbe['certificate'] {
  if (!('getPeerCertificate' in response.socket)) return undefined;
  const socket = response.socket as TLSSocket;
  const { valid_to: validTo, fingerprint256: fingerprint } = socket.getPeerCertificate();
  return socket.authorized
    ? { trusted: true, validTo, fingerprint }
    : { trusted: false, reason: String(socket.authorizationError), validTo, fingerprint };
}

/** Host header without its port and brackets. */
export function hostName(host: string): string {
  return new URL(`http://${host}/`).hostname.replace(/^\[|\]$/g, '');
}

export function websiteFailure(error: unknown, options: WebsiteProbeOptions): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new Failure(
      'LEGACY_NAME_UNRESOLVED',
      `the name of the legacy site, ${options.connect}, does not resolve on this machine`,
      [`getent hosts ${options.connect}`, 'give the address too: legacy.ip in openimis.yaml (--legacy-ip)'],
      { cause: error },
    );
  return new Failure(
    'LEGACY_WEBSITE_UNREACHABLE',
    `the legacy site does not answer at ${options.scheme}://${options.connect}:${options.port}${options.path}: ${reason(error, code)}`,
    [
      'open it in a browser of the same network; does a firewall stand between this machine and it?',
      'correct legacy.ip and legacy.url in openimis.yaml (--legacy-ip, --legacy-url)',
    ],
    { cause: error },
  );
}

function reason(error: unknown, code: string): string {
  if (code === 'ECONNREFUSED') return 'nothing listens there (connection refused)';
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return 'no route to that address';
  if (code === 'ECONNRESET') return 'the connection was cut';
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) return 'it does not speak https there';
  if (code.startsWith('HPE_')) return 'the answer is not HTTP';
  if (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError'))
    return 'no answer in time';
  return code === '' ? 'the request failed' : code;
}
