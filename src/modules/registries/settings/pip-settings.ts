import { join } from 'node:path';

import { Failure } from '../../../failure.ts';
import { readSettings, type Surroundings } from './files.ts';
import { readNetrc } from './netrc.ts';
import { basic, withoutUser } from './npm-settings.ts';
import { readPipConf } from './pip-conf.ts';
import { type Transport, usualTransport } from './transport.ts';

/** An index of Python packages (PEP 503), with a slash at the end and without credentials. */
export type PythonIndex = {
  readonly url: URL;
  /** Stands in for `url.origin` too: files next to it want the same credentials. */
  readonly authorization?: string;
  readonly transport: Transport;
};

/** What the operator's own pip, or uv where its variables are set, would do. */
export type PipSettings = {
  /** The main one first, then the extra ones in their order. */
  readonly indexes: readonly PythonIndex[];
  readonly authorization: (url: URL) => string | undefined;
  /** For whatever lies elsewhere than an index: files of packages. */
  readonly transport: (url: URL) => Transport;
};

export const publicPython = 'https://pypi.org/simple/';

/** From pip's files, PIP_*, UV_* (these win) and ~/.netrc. Throws REGISTRY_SETTINGS. */
export async function pipSettings(surroundings: Surroundings): Promise<PipSettings> {
  const { env, home } = surroundings;
  const values = await pipValues(surroundings);
  const setting = (key: string): string | undefined => {
    // As pip: what is empty is not set.
    const said = [env[`PIP_${key.toUpperCase().replaceAll('-', '_')}`], values.get(key)];
    return said.map((value) => value?.trim()).find((value) => value !== undefined && value !== '');
  };
  const list = (key: string): readonly string[] => setting(key)?.split(/\s+/) ?? [];
  const netrc = readNetrc((await readSettings(env['NETRC'] ?? join(home, '.netrc'))) ?? '');
  const usual = usualTransport(env);
  const [proxy, cert] = [setting('proxy'), setting('cert')];
  const common: Transport = {
    ...usual,
    ...(proxy === undefined ? {} : { httpProxy: proxyUrl(proxy), httpsProxy: proxyUrl(proxy) }),
    ...(cert === undefined ? {} : { trustOnlyFile: cert }),
  };
  const trusted = new Set(list('trusted-host').map((host) => host.toLowerCase()));
  const transport = (url: URL): Transport =>
    trusted.has(url.host) || trusted.has(url.hostname) ? { ...common, unchecked: true } : common;
  const main = env['UV_DEFAULT_INDEX'] ?? env['UV_INDEX_URL'] ?? setting('index-url') ?? publicPython;
  const extra = [...words(env['UV_INDEX']), ...words(env['UV_EXTRA_INDEX_URL']), ...list('extra-index-url')];
  const seen = new Set<string>();
  const indexes = [main, ...extra]
    .map((text) => indexOf(text, env))
    .filter(({ url }) => !seen.has(url.href) && seen.add(url.href))
    .map((index) => ({ ...index, transport: transport(index.url) }));
  for (const { url, transport: way } of indexes)
    if (url.protocol === 'http:' && way.unchecked === undefined && !/^(localhost|127\.|\[::1\])/.test(url.hostname))
      throw new Failure('REGISTRY_SETTINGS', `the Python index ${url.href} is not encrypted`, [
        `write https, or name it as pip wants it: trusted-host = ${url.hostname} in pip.conf`,
      ]);
  return { indexes, transport, authorization: (url) => authorizationOf(url, indexes, netrc) };
}

function authorizationOf(
  url: URL,
  indexes: readonly PythonIndex[],
  netrc: ReturnType<typeof readNetrc>,
): string | undefined {
  const near = indexes.filter((index) => index.url.origin === url.origin && index.authorization !== undefined);
  const [own] = [...near].sort((a, b) => shared(b.url, url) - shared(a.url, url));
  if (own !== undefined) return own.authorization;
  const entry = netrc(url.hostname);
  // A password of ~/.netrc is for a host, not for whoever listens on the way.
  return entry === undefined || (url.protocol !== 'https:' && !indexes.some((index) => index.url.origin === url.origin))
    ? undefined
    : basic(entry.login, entry.password);
}

/** Length of the beginning that two paths share. */
function shared(a: URL, b: URL): number {
  let length = 0;
  while (length < a.pathname.length && a.pathname[length] === b.pathname[length]) length++;
  return length;
}

const words = (text: string | undefined): readonly string[] => (text ?? '').split(/\s+/).filter((word) => word !== '');

/** `https://…` or uv's `name=https://…`, whose credentials may be in UV_INDEX_<NAME>_USERNAME and _PASSWORD. */
function indexOf(text: string, env: Surroundings['env']): Omit<PythonIndex, 'transport'> {
  const [, name, address = ''] = /^(?:([\w.-]+)=)?(.*)$/s.exec(text) ?? [];
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    throw new Failure('REGISTRY_SETTINGS', "an index of pip's or uv's settings is no http address", [
      'pip config list',
      'env | grep -E "^(PIP|UV)_"',
    ]);
  const index = withoutUser(new URL(address.endsWith('/') ? address : `${address}/`));
  const key = name === undefined ? undefined : `UV_INDEX_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
  const [user, password] = key === undefined ? [] : [env[`${key}_USERNAME`], env[`${key}_PASSWORD`]];
  return user === undefined && password === undefined
    ? index
    : { ...index, authorization: basic(user ?? '', password ?? '') };
}

/** pip takes `user:password@host:port` too. */
function proxyUrl(text: string): string {
  const url = /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(url)) throw new Failure('REGISTRY_SETTINGS', "pip's proxy is no address", ['pip config list']);
  return url;
}

/** As pip looks for them: for everybody, for the user, of the virtual environment, and the one that is named. */
async function pipValues({ env, home }: Surroundings): Promise<ReadonlyMap<string, string>> {
  const named = env['PIP_CONFIG_FILE'];
  const config = env['XDG_CONFIG_HOME'] ?? join(home, '.config');
  const shared = (env['XDG_CONFIG_DIRS'] ?? '/etc/xdg').split(':').map((folder) => join(folder, 'pip/pip.conf'));
  const files =
    named === '/dev/null'
      ? []
      : [
          ...[...shared, '/etc/pip.conf', join(home, '.pip/pip.conf'), join(config, 'pip/pip.conf')],
          ...(env['VIRTUAL_ENV'] === undefined ? [] : [join(env['VIRTUAL_ENV'], 'pip.conf')]),
          ...(named === undefined ? [] : [named]),
        ];
  const texts = await Promise.all(files.map(readSettings));
  return new Map(texts.flatMap((text) => [...readPipConf(text ?? '', ['install'])]));
}
