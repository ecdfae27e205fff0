import { join } from 'node:path';

/** Where the XDG specification wants what may be lost; `home` when the variable is not set or not absolute. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>, home: string): string {
  const base = env['XDG_CACHE_HOME'];
  return join(base?.startsWith('/') === true ? base : join(home, '.cache'), 'openimis');
}
