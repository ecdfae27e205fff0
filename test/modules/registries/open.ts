import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  openRegistries,
  type Registries,
  type RegistryOptions,
} from '../../../src/modules/registries/open-registries.ts';
import { usualLimits } from '../../../src/modules/registries/http/request.ts';

/** Quick to give up. */
export const shortLimits = { ...usualLimits, size: 300_000, timeout: 500, backOff: 5 };

/** A home of an operator: settings of npm and pip in it, nothing of this machine's. */
export type Home = {
  readonly folder: string;
  readonly write: (name: string, text: string) => Promise<void>;
  readonly open: (options?: Partial<RegistryOptions>) => Promise<Registries>;
  readonly remove: () => Promise<void>;
};

export async function operatorHome(): Promise<Home> {
  const folder = await mkdtemp(join(tmpdir(), 'openimis-registries-'));
  const opened: Registries[] = [];
  return {
    folder,
    write: (name, text) => writeFile(join(folder, name), text),
    open: async (options = {}) => {
      const { env, ...others } = options;
      const registries = await openRegistries({
        signal: new AbortController().signal,
        home: folder,
        limits: shortLimits,
        ...others,
        env: { PATH: process.env['PATH'], HOME: folder, PIP_CONFIG_FILE: join(folder, 'pip.conf'), ...env },
      });
      opened.push(registries);
      return registries;
    },
    remove: async () => {
      await Promise.all(opened.map((one) => one.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
