import type { Cache, CacheEntry } from '../cache.ts';
import type { AsOf } from '../registry.ts';
import { redacted } from './redact.ts';
import { request, type RequestLimits, type Response, type WayTo } from './request.ts';
import { RegistryTrouble } from './trouble.ts';

/** A document of a registry, and how it becomes data that can be kept as JSON. */
export type Wanted<T> = {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly way: () => Promise<WayTo>;
  /** Throws a plain error with the reason when it is not what it should be. */
  readonly parse: (response: Response) => T;
  /** It never changes once it is there. */
  readonly forGood?: true;
};

export type Document<T> = { readonly value: T | undefined; readonly asOf: AsOf };

export type Documents = {
  /** `value` undefined: there is none. Throws RegistryTrouble. */
  readonly get: <T>(wanted: Wanted<T>) => Promise<Document<T>>;
};

export type DocumentOptions = {
  readonly cache: Cache;
  readonly limits: RequestLimits;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Ask nobody. */
  readonly offline: boolean;
  /** Ask even what was asked a moment ago. */
  readonly refresh: boolean;
};

const minute = 60_000;
const [shortest, usual, longest] = [minute, 5 * minute, 10 * minute];
const century = 100 * 365 * 24 * 60 * minute;

/** Asks a registry with what is known of it (ETag), keeps the answer, and falls back on it when nobody answers. */
export function documents(options: DocumentOptions): Documents {
  /** Places that did not answer: nobody waits for them again in this run. */
  const silent = new Map<string, RegistryTrouble>();
  const asked = new Map<string, Promise<Document<unknown>>>();
  return {
    get: <T>(wanted: Wanted<T>) => {
      const key = `${wanted.headers['accept'] ?? ''} ${wanted.url.href}`;
      const running = asked.get(key) ?? get(key, wanted, options, silent);
      asked.set(key, running);
      return running as Promise<Document<T>>;
    },
  };
}

async function get<T>(
  key: string,
  wanted: Wanted<T>,
  options: DocumentOptions,
  silent: Map<string, RegistryTrouble>,
): Promise<Document<T>> {
  const entry = await options.cache.read(key);
  const known = (old?: string): Document<T> => ({
    value: entry!.value as T | undefined,
    asOf: { time: new Date(entry!.asked), ...(old === undefined ? {} : { old }) },
  });
  if (options.offline) {
    if (entry !== undefined) return known('offline');
    throw new RegistryTrouble(
      'offline',
      `${redacted(wanted.url)} was never asked before, and now nobody is asked (--offline)`,
    );
  }
  const age = entry === undefined ? Infinity : options.now() - entry.asked;
  if (!options.refresh && age >= 0 && age < (entry?.freshFor ?? 0)) return known();
  try {
    const before = silent.get(wanted.url.origin);
    if (before !== undefined) throw before;
    const fresh = await ask(wanted, entry, options);
    await options.cache.write(key, fresh);
    return { value: fresh.value as T | undefined, asOf: { time: new Date(fresh.asked) } };
  } catch (error) {
    if (!(error instanceof RegistryTrouble)) throw error;
    if (error.kind === 'network') silent.set(wanted.url.origin, error);
    if (entry === undefined || error.kind === 'refused') throw error;
    return known(error.message);
  }
}

async function ask<T>(
  wanted: Wanted<T>,
  entry: CacheEntry | undefined,
  { limits, signal, now }: DocumentOptions,
): Promise<CacheEntry> {
  const conditions = {
    ...(entry?.etag === undefined ? {} : { 'if-none-match': entry.etag }),
    ...(entry?.lastModified === undefined ? {} : { 'if-modified-since': entry.lastModified }),
  };
  const headers = { ...wanted.headers, ...conditions };
  const response = await request({ url: wanted.url, headers, way: await wanted.way(), limits, signal });
  const stamp = {
    asked: now(),
    freshFor: wanted.forGood === true ? century : freshFor(response.headers['cache-control']),
  };
  const where = redacted(wanted.url);
  switch (response.status) {
    case 304:
      if (entry !== undefined) return { ...entry, ...stamp };
      throw new RegistryTrouble('answer', `${where} says "not modified" and was not asked for that`);
    case 404:
    case 410:
      return { asked: stamp.asked, freshFor: freshFor(undefined) };
    case 401:
    case 403:
      throw new RegistryTrouble('refused', `${where} does not let you in (${response.status})`);
    case 407:
      throw new RegistryTrouble('refused', `the proxy on the way to ${where} wants a user and password (407)`);
    case 200:
    case 206:
      return { ...stamp, ...marks(response), value: parsed(wanted, response) };
    default:
      throw new RegistryTrouble('server', `${where} answers with an error (${response.status})`);
  }
}

function parsed<T>({ parse, url }: Wanted<T>, response: Response): T {
  try {
    return parse(response);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'no reason';
    throw new RegistryTrouble('answer', `what ${redacted(url)} answers is not what a registry says: ${why}`);
  }
}

function marks({ headers }: Response): { readonly etag?: string; readonly lastModified?: string } {
  const { etag, 'last-modified': lastModified } = headers;
  return {
    ...(etag === undefined || etag.length > 500 ? {} : { etag }),
    ...(lastModified === undefined || lastModified.length > 100 ? {} : { lastModified }),
  };
}

function freshFor(cacheControl: string | undefined): number {
  const seconds = /\bmax-age=(\d{1,9})\b/.exec(cacheControl ?? '')?.[1];
  return seconds === undefined ? usual : Math.min(longest, Math.max(shortest, Number(seconds) * 1000));
}
