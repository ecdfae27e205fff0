import { SettingError, text, wholeNumber, type Environment } from '../settings.ts';

/** What the stand-in backend is told, under the names that upstream's settings.py reads (domain.md section 3). */
export type BackendSettings = {
  readonly listen: { readonly host: string; readonly port: number };
  /** `api` or `iapi`. */
  readonly siteRoot: string;
  /** META name of the header that says who the user is; absent: nobody is believed. */
  readonly identityHeader?: string;
  readonly allowedHosts: readonly string[];
  /** MODE=PROD: https or a redirect. */
  readonly production: boolean;
  /** Whose X-Forwarded-Proto is believed. */
  readonly trustedProxy?: string;
  readonly database: DatabaseSettings;
};

export type DatabaseSettings = {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly user: string;
  readonly password: string;
  /** DB_OPTIONS asks for encryption. */
  readonly encrypt: boolean;
};

export function backendSettings(env: Environment): BackendSettings {
  const trustedProxy = text(env, 'OPENIMIS_TRUSTED_PROXY');
  const signsOn = text(env, 'REMOTE_USER_AUTHENTICATION');
  const believes = signsOn !== undefined && signsOn.toLowerCase() !== 'false';
  return {
    listen: listenAddress(text(env, 'OPENIMIS_LISTEN') ?? '0.0.0.0:8000'),
    siteRoot: (text(env, 'SITE_ROOT') ?? 'api').replaceAll('/', ''),
    allowedHosts: allowedHosts(text(env, 'ALLOWED_HOSTS')),
    production: env['MODE'] === 'PROD',
    database: databaseSettings(env),
    ...(believes ? { identityHeader: text(env, 'REMOTE_USER_HEADER_NAME') ?? 'HTTP_REMOTE_USER' } : {}),
    ...(trustedProxy === undefined ? {} : { trustedProxy }),
  };
}

export function databaseSettings(env: Environment): DatabaseSettings {
  return {
    host: text(env, 'DB_HOST') ?? '',
    port: wholeNumber(env, 'DB_PORT', 1433),
    name: text(env, 'DB_NAME') ?? '',
    user: text(env, 'DB_USER') ?? '',
    password: text(env, 'DB_PASSWORD') ?? '',
    encrypt: /\bencrypt\s*=\s*(yes|mandatory|strict|true)\b/i.test(text(env, 'DB_OPTIONS') ?? ''),
  };
}

function listenAddress(value: string): BackendSettings['listen'] {
  const found = /^(.+):(\d{1,5})$/.exec(value);
  if (found?.[1] === undefined) throw new SettingError(`OPENIMIS_LISTEN is "${value}"; it must be address:port`);
  return { host: found[1], port: Number(found[2]) };
}

function allowedHosts(json: string | undefined): readonly string[] {
  if (json === undefined) return ['*'];
  try {
    const hosts: unknown = JSON.parse(json);
    if (Array.isArray(hosts) && hosts.every((host): host is string => typeof host === 'string')) return hosts;
  } catch {
    // Said below.
  }
  throw new SettingError(`ALLOWED_HOSTS is not a JSON list of names: ${json}`);
}
