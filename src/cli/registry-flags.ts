import { Flags } from '@oclif/core';

import { Failure } from '../failure.ts';
import type { Registries } from '../modules/registries/open-registries.ts';

export const registryFlags = {
  offline: Flags.boolean({
    description: 'ask nobody: show what the registries said before, and when',
    env: 'OPENIMIS_OFFLINE',
    exclusive: ['refresh'],
  }),
  refresh: Flags.boolean({ description: 'ask again also for what was asked minutes ago' }),
};

export type RegistryFlags = { readonly offline: boolean; readonly refresh: boolean };

/** Opens the registries of the operator's settings for `use`, and closes them after it. */
export async function withRegistries<T>(
  { offline, refresh }: RegistryFlags,
  signal: AbortSignal,
  use: (registries: Registries) => Promise<T>,
): Promise<T> {
  const { openRegistries } = await import('../modules/registries/open-registries.ts');
  const registries = await openRegistries({ signal, offline, refresh });
  try {
    return await use(registries);
  } catch (error) {
    throw signal.aborted && !(error instanceof Failure) ? new Failure('INTERRUPTED', 'interrupted') : error;
  } finally {
    await registries.close();
  }
}
