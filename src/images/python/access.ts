import { homedir } from 'node:os';
import { join } from 'node:path';

import { readSettings } from '../../modules/registries/settings/files.ts';
import { pipSettings } from '../../modules/registries/settings/pip-settings.ts';

/** Build secrets by id; empty ones are left out. */
export type BuildSecrets = Readonly<Record<string, string>>;

/** What pip and git of the operator know: indexes, credentials. In a build they are secrets: in no layer, on no command line. */
export async function buildSecrets(env: Readonly<Record<string, string | undefined>>): Promise<BuildSecrets> {
  const home = env['HOME'] ?? homedir();
  const settings = await pipSettings({ env, home });
  const indexes = settings.indexes.map(({ url, authorization }) => ({
    url: url.href,
    ...(authorization === undefined ? {} : { authorization }),
  }));
  const insecure = settings.indexes.filter(({ transport }) => transport.unchecked === true).map(({ url }) => url.host);
  const secrets = {
    settings: JSON.stringify({ indexes, insecure: [...new Set(insecure)] }),
    git_credentials: (await readSettings(join(home, '.git-credentials'))) ?? '',
    netrc: (await readSettings(env['NETRC'] ?? join(home, '.netrc'))) ?? '',
  };
  return Object.fromEntries(Object.entries(secrets).filter(([, content]) => content.trim() !== ''));
}
