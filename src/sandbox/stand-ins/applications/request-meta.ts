import type { IncomingMessage } from 'node:http';

/**
 * Headers as Django's META sees them behind waitress: `X-Some-Name` is HTTP_X_SOME_NAME, a header that comes twice is
 * joined with a comma, and a header with an underscore in its name does not arrive.
 */
export function requestMeta(request: IncomingMessage): ReadonlyMap<string, string> {
  const meta = new Map<string, string>();
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const name = request.rawHeaders[at] ?? '';
    if (name.includes('_')) continue;
    const key = `HTTP_${name.toUpperCase().replaceAll('-', '_')}`;
    // WSGI text is latin-1; Node has decoded it so already.
    const value = request.rawHeaders[at + 1] ?? '';
    const earlier = meta.get(key);
    meta.set(key, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return meta;
}

/** The Host without its port, as Django compares it with ALLOWED_HOSTS. */
export function isAllowedHost(meta: ReadonlyMap<string, string>, allowed: readonly string[]): boolean {
  const host = (meta.get('HTTP_HOST') ?? '').toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
  return allowed.some(
    (pattern) =>
      pattern === '*' ||
      pattern.toLowerCase() === host ||
      (pattern.startsWith('.') && (host === pattern.slice(1) || host.endsWith(pattern.toLowerCase()))),
  );
}
