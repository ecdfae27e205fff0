import { setTimeout as wait } from 'node:timers/promises';

import type { Dispatcher } from 'undici';

import { redacted } from './redact.ts';
import { RegistryTrouble } from './trouble.ts';

export type RequestLimits = {
  /** Bytes of a body, unpacked. */
  readonly size: number;
  /** Milliseconds until an answer starts, and between two pieces of it. */
  readonly timeout: number;
  /** Milliseconds before the second try; doubled for each further one. */
  readonly backOff: number;
  readonly tries: number;
};

export const usualLimits: RequestLimits = { size: 64 * 1024 * 1024, timeout: 20_000, backOff: 400, tries: 3 };

/** Where a request goes out and how it says who asks. Chosen anew for each hop of a redirect. */
export type Way = { readonly dispatcher: Dispatcher; readonly authorization?: string };

export type WayTo = (url: URL) => Way;

export type Asked = {
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly way: WayTo;
  readonly limits: RequestLimits;
  readonly signal: AbortSignal;
};

export type Response = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Where redirects led to. */
  readonly url: URL;
};

const redirects = new Set([301, 302, 303, 307, 308]);
const worthAnother = new Set([408, 425, 429, 500, 502, 503, 504]);
const longestWait = 20_000;

/**
 * One GET with redirects (each hop gets only the credentials of its own place), retries for what may pass (network, 429,
 * 5xx), time and size limits. Returns whatever status the end says; throws RegistryTrouble.
 */
export async function request(asked: Asked): Promise<Response> {
  for (let tried = 1; ; tried++) {
    const again = tried < asked.limits.tries;
    let pause = asked.limits.backOff * 2 ** (tried - 1) * (1 + Math.random() / 4);
    try {
      const response = await follow(asked);
      if (!again || !worthAnother.has(response.status)) return response;
      pause = retryAfter(response.headers['retry-after']) ?? pause;
    } catch (error) {
      if (!again || asked.signal.aborted || !(error instanceof RegistryTrouble) || error.kind !== 'network')
        throw error;
    }
    await wait(Math.min(pause, longestWait), undefined, { signal: asked.signal });
  }
}

function retryAfter(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,4}$/.test(text) ? Number(text) * 1000 : undefined;
}

async function follow(asked: Asked): Promise<Response> {
  let { url } = asked;
  for (let hops = 0; hops <= 5; hops++) {
    const response = await once(asked, url);
    const location = response.headers['location'];
    if (!redirects.has(response.status) || location === undefined) return response;
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    if (next === undefined || !/^https?:$/.test(next.protocol))
      throw new RegistryTrouble('answer', `${redacted(url)} leads to an address that is none`);
    if (url.protocol === 'https:' && next.protocol === 'http:')
      throw new RegistryTrouble('answer', `${redacted(url)} leads to an unencrypted address, ${redacted(next)}`);
    // What a redirect says about user and password is not believed.
    next.username = next.password = '';
    url = next;
  }
  throw new RegistryTrouble('answer', `${redacted(asked.url)} leads in a circle`);
}

async function once({ way, headers, limits, signal }: Asked, url: URL): Promise<Response> {
  const { send } = await import('./undici.ts');
  const { dispatcher, authorization } = way(url);
  try {
    const answer = await send(url, {
      dispatcher,
      signal,
      headers: { ...headers, 'accept-encoding': 'gzip', ...(authorization === undefined ? {} : { authorization }) },
      headersTimeout: limits.timeout,
      bodyTimeout: limits.timeout,
    });
    const plain = plainHeaders(answer.headers);
    const body = await unpacked(await read(answer.body, limits.size, url), plain['content-encoding'], limits.size, url);
    return { status: answer.statusCode, headers: plain, body, url };
  } catch (error) {
    throw error instanceof RegistryTrouble || signal.aborted ? error : RegistryTrouble.of(error, url);
  }
}

async function read(body: Dispatcher.ResponseData['body'], limit: number, url: URL): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    size += part.length;
    // Leaving the loop destroys the stream.
    if (size > limit) throw tooLarge(url, limit);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const tooLarge = (url: URL, limit: number): RegistryTrouble =>
  new RegistryTrouble('answer', `the answer of ${redacted(url)} is larger than ${Math.round(limit / 1024)} KiB`);

async function unpacked(body: Buffer, encoding: string | undefined, limit: number, url: URL): Promise<Buffer> {
  if (encoding === undefined || encoding === 'identity' || body.length === 0) return body;
  if (encoding !== 'gzip')
    throw new RegistryTrouble('answer', `${redacted(url)} answers in an encoding nobody asked for`);
  const { gunzipSync } = await import('node:zlib');
  try {
    return gunzipSync(body, { maxOutputLength: limit });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(url, limit);
    throw new RegistryTrouble('answer', `the answer of ${redacted(url)} is damaged`);
  }
}

function plainHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}
