import { homedir } from 'node:os';
import { join } from 'node:path';

import { npmSettings, publicNpm } from '../../modules/registries/settings/npm-settings.ts';
import { readTextFile } from '../../workspace/store/files.ts';

/** What npm and git of the operator know. Secrets of a build: in no layer, on no command line; empty ones are left out. */
export type NpmAccess = {
  /** The default registry, without credentials. */
  readonly registry: string;
  readonly secrets: Readonly<Record<string, string>>;
};

type Env = Readonly<Record<string, string | undefined>>;

/** `names`: packages whose scopes may have a registry of their own. Throws REGISTRY_SETTINGS. */
export async function npmAccess(env: Env, names: readonly string[]): Promise<NpmAccess> {
  const home = env['HOME'] ?? homedir();
  const settings = await npmSettings({ env, home });
  const [standard] = settings.registries;
  const scopes = new Set(names.flatMap((name) => /^(@[^/]+)\//.exec(name)?.[1] ?? []));
  const { httpProxy, httpsProxy, noProxy, unchecked } = settings.transport;
  const lines = [
    ...[...scopes].map((scope) => `${scope}:registry=${settings.registryOf(`${scope}/x`).href}`),
    ...settings.registries.flatMap((url) => credentialLine(url, settings.authorization(url))),
    ...(httpProxy === undefined ? [] : [`proxy=${httpProxy}`]),
    ...(httpsProxy === undefined ? [] : [`https-proxy=${httpsProxy}`]),
    ...(noProxy === undefined ? [] : [`noproxy=${noProxy}`]),
    ...(unchecked === true ? ['strict-ssl=false'] : []),
  ];
  const registry = standard?.href ?? publicNpm;
  const header = standard === undefined ? undefined : settings.authorization(standard);
  const file = async (path: string): Promise<string> =>
    (await readTextFile(path, 1024 * 1024, 'WORKSPACE_UNREADABLE'))?.text ?? '';
  const secrets = {
    npmrc: lines.map((line) => `${line}\n`).join(''),
    curl_config: header === undefined ? '' : `header = ${JSON.stringify(`Authorization: ${header}`)}\n`,
    git_credentials: await file(join(home, '.git-credentials')),
    netrc: await file(env['NETRC'] ?? join(home, '.netrc')),
  };
  return { registry, secrets: Object.fromEntries(Object.entries(secrets).filter(([, text]) => text.trim() !== '')) };
}

function credentialLine(url: URL, authorization: string | undefined): readonly string[] {
  const [scheme, value] = authorization?.split(' ') ?? [];
  if (value === undefined) return [];
  const place = `//${url.host}${url.pathname}`;
  return [scheme === 'Bearer' ? `${place}:_authToken=${value}` : `${place}:_auth=${value}`];
}
