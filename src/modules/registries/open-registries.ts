import { homedir } from 'node:os';
import { join } from 'node:path';

import type { PinComponent } from '../package-name.ts';
import { cacheFolder } from './cache-folder.ts';
import { diskCache } from './cache.ts';
import { type GitRemotes, gitRemotes } from './git/remotes.ts';
import { dispatchers } from './http/dispatchers.ts';
import { documents } from './http/documents.ts';
import { type RequestLimits, usualLimits } from './http/request.ts';
import { npmRegistry } from './npm/npm-registry.ts';
import { pythonIndexes } from './pypi/python-indexes.ts';
import type { Registry } from './registry.ts';
import { npmSettings } from './settings/npm-settings.ts';
import { pipSettings } from './settings/pip-settings.ts';

export type RegistryOptions = {
  readonly signal: AbortSignal;
  /** Ask nobody: only what is known from before. */
  readonly offline?: boolean;
  /** Ask also what was asked minutes ago. */
  readonly refresh?: boolean;
  /** The operator's environment and home (default: those of this process). */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly home?: string;
  readonly limits?: RequestLimits;
};

export type Registries = {
  /** npm for the frontend, the Python indexes for all others. */
  readonly of: (component: PinComponent) => Registry;
  readonly git: GitRemotes;
  /** Ends connections that are kept alive. */
  readonly close: () => Promise<void>;
};

const gitTimeout = 30_000;

/** Registries as the operator's own npm, pip and git know them. Throws REGISTRY_SETTINGS. */
export async function openRegistries(options: RegistryOptions): Promise<Registries> {
  const { signal, offline = false, refresh = false, limits = usualLimits } = options;
  const env = options.env ?? process.env;
  const home = options.home ?? env['HOME'] ?? homedir();
  const [npm, pip] = await Promise.all([npmSettings({ env, home }), pipSettings({ env, home })]);
  const network = dispatchers();
  const cache = diskCache(join(cacheFolder(env, home), 'registries'));
  const source = documents({ cache, limits, signal, offline, refresh, now: Date.now });
  const [forNpm, forPython] = [npmRegistry(npm, source, network), pythonIndexes(pip, source, network)];
  return {
    of: (component) => (component === 'frontend' ? forNpm : forPython),
    git: gitRemotes({ env, signal, offline, timeout: gitTimeout }),
    close: () => network.close(),
  };
}
