import { join } from 'node:path';

import { parse as parseIni } from 'ini';

import { Failure } from '../../../failure.ts';
import { redacted } from '../http/redact.ts';
import { readSettings, type Surroundings } from './files.ts';
import { type Transport, usualTransport } from './transport.ts';

/** What the operator's own npm would do. */
export type NpmSettings = {
  /** Registry of a package by its scope, with a slash at the end and without credentials. */
  readonly registryOf: (name: string) => URL;
  /** Every registry that is configured, the default one first. */
  readonly registries: readonly URL[];
  /** Value of the header for a URL; only what is configured for that very place. */
  readonly authorization: (url: URL) => string | undefined;
  readonly transport: Transport;
};

export const publicNpm = 'https://registry.npmjs.org/';

type Values = ReadonlyMap<string, string>;

/** From npm's global file, the user's .npmrc and npm_config_* (these win). Throws REGISTRY_SETTINGS. */
export async function npmSettings({ env, home }: Surroundings): Promise<NpmSettings> {
  const fromEnv = npmVariables(env);
  const userFile = fromEnv.get('userconfig') ?? join(home, '.npmrc');
  const user = readNpmrc((await readSettings(userFile)) ?? '', env);
  const prefix = fromEnv.get('prefix') ?? user.get('prefix');
  const globalFiles = fromEnv.has('globalconfig')
    ? [fromEnv.get('globalconfig')!]
    : ['/etc/npmrc', '/usr/local/etc/npmrc', ...(prefix === undefined ? [] : [join(prefix, 'etc/npmrc')])];
  const global = await Promise.all(globalFiles.map(async (file) => readNpmrc((await readSettings(file)) ?? '', env)));
  return settingsOf(new Map([...global, user, fromEnv].flatMap((values) => [...values])), env);
}

/** `npm_config_registry`, in any case; `_` inside is `-`, unless it is about one place (`//host/:_authToken`). */
function npmVariables(env: Surroundings['env']): Values {
  return new Map(
    Object.entries(env).flatMap(([name, value]): [string, string][] => {
      const key = /^npm_config_(.+)$/i.exec(name)?.[1];
      if (key === undefined || value === undefined || value === '') return [];
      return [[/^\/\/|^@/.test(key) ? key : key.toLowerCase().replace(/(?!^)_/g, '-'), value]];
    }),
  );
}

/** One .npmrc: npm's own ini reader, then `${VARIABLE}`s. A list (`ca[]`) is its lines. */
export function readNpmrc(text: string, env: Surroundings['env']): Values {
  const values = new Map<string, string>();
  for (const [key, value] of Object.entries(parseIni(text))) {
    if (typeof value === 'object' && !Array.isArray(value)) continue;
    const texts = Array.isArray(value) ? value.map(String) : [String(value)];
    const [name, ...read] = [key, ...texts].map((one) => expand(one, env));
    if (name !== undefined && read.every((one) => one !== undefined)) values.set(name, read.join('\n'));
  }
  return values;
}

/** A variable that is not set makes the whole line undefined: its credentials are not there. `${X?}` then is empty. */
function expand(text: string, env: Surroundings['env']): string | undefined {
  let missing = false;
  const expanded = text.replace(/(?<!\\)\$\{([^${}?]+)(\??)\}/g, (_, name: string, optional: string) => {
    missing ||= env[name] === undefined && optional === '';
    return env[name] ?? '';
  });
  return missing ? undefined : expanded;
}

function settingsOf(values: Values, env: Surroundings['env']): NpmSettings {
  const registry = registryUrl(values.get('registry') ?? publicNpm, 'registry');
  const scopes = new Map(
    [...values].flatMap(([key, value]): [string, Place][] => {
      const scope = /^(@[^:]+):registry$/.exec(key)?.[1];
      return scope === undefined ? [] : [[scope, registryUrl(value, key)]];
    }),
  );
  const places = [registry, ...scopes.values()];
  return {
    registryOf: (name) => (scopes.get(/^(@[^/]+)\//.exec(name)?.[1] ?? '') ?? registry).url,
    registries: places.map(({ url }) => url),
    authorization: (url) =>
      credentials(values, url) ?? places.find((place) => place.url.origin === url.origin)?.authorization,
    transport: transportOf(values, env),
  };
}

type Place = { readonly url: URL; readonly authorization?: string };

function registryUrl(text: string, key: string): Place {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new Failure('REGISTRY_SETTINGS', `npm's setting ${key} is no address of a registry`, ['npm config list']);
  const url = new URL(text.endsWith('/') ? text : `${text}/`);
  return withoutUser(url);
}

/** Credentials that stand in an address become a header; the address itself is shown to people. */
export function withoutUser(written: URL): Place {
  const url = new URL(written);
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  url.username = url.password = '';
  url.search = url.hash = '';
  return user === '' && password === '' ? { url } : { url, authorization: basic(user, password) };
}

export const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** npm's way: the longest configured place (`//host/path/`) that the URL lies in. */
function credentials(values: Values, url: URL): string | undefined {
  for (let path = `//${url.host}${url.pathname}`; path.length > 2; path = path.replace(/[^/]*\/?$/, '')) {
    for (const place of path.endsWith('/') ? [path, path.slice(0, -1)] : [path]) {
      const [token, both] = [values.get(`${place}:_authToken`), values.get(`${place}:_auth`)];
      const [user, password] = [values.get(`${place}:username`), values.get(`${place}:_password`)];
      if (token !== undefined) return `Bearer ${token}`;
      if (both !== undefined) return `Basic ${both}`;
      if (user !== undefined && password !== undefined)
        return basic(user, Buffer.from(password, 'base64').toString('utf8'));
    }
  }
  return undefined;
}

function transportOf(values: Values, env: Surroundings['env']): Transport {
  const usual = usualTransport(env);
  const proxy = proxyValue(values.get('proxy'));
  const httpsProxy = proxyValue(values.get('https-proxy')) ?? proxy;
  const noProxy = values.get('noproxy') ?? values.get('no-proxy');
  const [cafile, ca] = [values.get('cafile'), values.get('ca')];
  return {
    ...usual,
    ...(proxy === undefined ? {} : { httpProxy: proxy }),
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    ...(noProxy === undefined ? {} : { noProxy }),
    ...(cafile === undefined ? {} : { trustOnlyFile: cafile }),
    ...(ca === undefined || ca === 'null' ? {} : { trustOnly: [ca.replaceAll('\\n', '\n')] }),
    ...(values.get('strict-ssl') === 'false' ? { unchecked: true as const } : {}),
  };
}

function proxyValue(text: string | undefined): string | undefined {
  if (text === undefined || text === 'null' || text === 'false' || text === '') return undefined;
  if (!URL.canParse(text)) throw new Failure('REGISTRY_SETTINGS', `npm's proxy is no address: ${redacted(text)}`);
  return text;
}
