import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { execa } from 'execa';

import { type CliRun, openimis } from './cli.ts';
import { type RegistryStandIn, registryStandIn, type StandInOptions } from './registry-stand-in.ts';

/** An operator with a home, settings of npm, pip and git that lead to loopback, and a workspace. */
export type Operator = {
  readonly folder: string;
  readonly registry: RegistryStandIn;
  readonly run: (argv: readonly string[], env?: Readonly<Record<string, string>>) => Promise<CliRun>;
  /** A repository of upstream's name with tags `tag: commit message`, found through git's own `insteadOf`. */
  readonly repository: (name: string, tags: readonly string[], branches?: readonly string[]) => Promise<void>;
  readonly close: () => Promise<void>;
};

export async function operator(yaml: string, packages: StandInOptions): Promise<Operator> {
  const folder = await mkdtemp(join(tmpdir(), 'openimis-operator-'));
  const registry = await registryStandIn(packages);
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  await write('.npmrc', `registry=${registry.npm}\n`);
  await write('pip.conf', `[global]\nindex-url = ${registry.python}\n`);
  // Whatever is not here is nowhere: nothing of a test leaves the machine.
  await write('.gitconfig', `[url "file://${folder}/repositories/"]\n  insteadOf = https://github.com/openimis/\n[user]\n  name = t\n  email = t@example.org\n`); // prettier-ignore
  await write('openimis.yaml', yaml);
  const home = { HOME: folder, PIP_CONFIG_FILE: join(folder, 'pip.conf') };
  const git = (argv: readonly string[]) =>
    execa('git', argv, {
      extendEnv: false,
      env: { PATH: process.env['PATH'], HOME: folder } as Record<string, string>,
    });
  return {
    folder,
    registry,
    run: (argv, env = {}) => openimis(argv, { cwd: folder, env: { ...home, ...env } }),
    repository: async (name, tags, branches = []) => {
      const place = join(folder, 'repositories', `${name}.git`);
      await git(['init', '-q', '-b', 'develop', place]);
      for (const tag of tags) {
        await git(['-C', place, 'commit', '-q', '--allow-empty', '-m', tag]);
        await git(['-C', place, 'tag', tag]);
      }
      for (const branch of branches) await git(['-C', place, 'branch', branch]);
    },
    close: async () => {
      await registry.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
