import { readFile } from 'node:fs/promises';

/** What /etc/os-release says; `id` is `debian`, `ubuntu`, ... or `unknown`. */
export type Distribution = { readonly id: string; readonly version: string; readonly codename: string };

/** Parses os-release(5). */
export function parseDistribution(text: string): Distribution {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Z_]+)=(?:"([^"]*)"|'([^']*)'|(.*))$/.exec(line.trim());
    if (match?.[1] !== undefined) values.set(match[1], match[2] ?? match[3] ?? match[4] ?? '');
  }
  return {
    id: values.get('ID') ?? 'unknown',
    version: values.get('VERSION_ID') ?? '',
    codename: values.get('VERSION_CODENAME') ?? '',
  };
}

export async function thisDistribution(file = '/etc/os-release'): Promise<Distribution> {
  return parseDistribution(await readFile(file, 'utf8').catch(() => ''));
}

const sandboxHint = 'or let openimis do it on Debian and Ubuntu: openimis sandbox up';

/** How to install the engine here. Debian 12 has no Compose v2 of its own; Debian 13 and Ubuntu have. */
export function engineHints(distribution: Distribution): readonly string[] {
  if (distribution.id === 'ubuntu') return ['sudo apt-get install docker.io docker-compose-v2', sandboxHint];
  if (distribution.id === 'debian')
    return Number(distribution.version) >= 13
      ? ['sudo apt-get install docker.io docker-cli docker-compose', sandboxHint]
      : ['sudo apt-get install docker.io', composeFromDebian13, sandboxHint];
  return ['install Docker Engine 20.10 or later with Compose v2: https://docs.docker.com/engine/install/'];
}

const composeFromDebian13 =
  'Compose v2: put usr/libexec/docker/cli-plugins/docker-compose of Debian 13’s package docker-compose into /usr/local/lib/docker/cli-plugins/';

export function composeHints(distribution: Distribution): readonly string[] {
  if (distribution.id === 'ubuntu') return ['sudo apt-get install docker-compose-v2', sandboxHint];
  if (distribution.id === 'debian')
    return Number(distribution.version) >= 13
      ? ['sudo apt-get install docker-compose', sandboxHint]
      : [composeFromDebian13, 'with Docker’s own packages: sudo apt-get install docker-compose-plugin', sandboxHint];
  return ['install the Compose plugin: https://docs.docker.com/compose/install/linux/'];
}
