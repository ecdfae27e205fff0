import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { Failure } from '../../failure.ts';
import { debianMirrors } from './debian-mirrors.ts';
import { lastLines } from './failures.ts';
import { runProgram, type ProgramResult } from './program.ts';

/** Path of the program inside Debian's package docker-compose. */
const member = 'usr/libexec/docker/cli-plugins/docker-compose';
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Runs a program as root; throws SETUP_FAILED with its last lines. */
export type RunAsRoot = (file: string, argv: readonly string[]) => Promise<void>;

/**
 * Installs Compose v2 on a Debian that has none. apt itself fetches the package of Debian 13 from the machine's own mirror
 * and checks it (signed Release, hashes), with lists and cache in a throw-away folder: the machine's own sources stay as
 * they are, and only the one program is taken out.
 */
export async function installComposePlugin(
  target: string,
  env: Readonly<Record<string, string>>,
  asRoot: RunAsRoot,
  signal?: AbortSignal,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'openimis-compose-'));
  try {
    for (const name of ['lists/partial', 'cache/archives/partial', 'download', 'empty'])
      await mkdir(join(folder, name), { recursive: true });
    const { main } = await debianMirrors(env);
    await writeFile(join(folder, 'sources.list'), `deb [signed-by=${keyring}] ${main} trixie main\n`);
    await writeFile(join(folder, 'status'), '');
    const options = aptOptions(folder);
    const run = (file: string, argv: readonly string[]): Promise<ProgramResult> =>
      runProgram(file, argv, {
        env,
        folder: join(folder, 'download'),
        timeout: 1800,
        ...(signal === undefined ? {} : { signal }),
      });
    for (const command of [['update'], ['download', 'docker-compose']]) {
      const result = await run('apt-get', [...options, ...command]);
      if (result.code !== 0)
        throw new Failure(
          'SETUP_FAILED',
          `apt-get ${command[0]} from ${main} (trixie) failed:\n${lastLines(result.stdout + result.stderr, 5)}`,
          ['sudo apt-get install --only-upgrade debian-archive-keyring    when a key is missing'],
        );
    }
    const [name] = (await readdir(join(folder, 'download'))).filter((file) => file.endsWith('.deb'));
    if (name === undefined) throw new Failure('SETUP_FAILED', 'apt-get brought no package docker-compose');
    const unpacked = await run('dpkg-deb', ['--extract', join(folder, 'download', name), join(folder, 'package')]);
    if (unpacked.code !== 0) throw new Failure('SETUP_FAILED', `dpkg-deb failed: ${lastLines(unpacked.stderr, 3)}`);
    const program = join(folder, 'package', member);
    await asRoot('install', ['-d', '-m', '0755', dirname(target)]);
    // A temporary name next to the target, then a rename: a plugin that is cut short would hide the reason.
    await asRoot('install', ['-m', '0755', program, `${target}.new`]);
    await asRoot('mv', ['-f', `${target}.new`, target]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** An apt that knows one source and no installed package, and changes nothing outside the folder. */
export function aptOptions(folder: string): readonly string[] {
  return [
    ['Dir::Etc::sourcelist', join(folder, 'sources.list')],
    ['Dir::Etc::sourceparts', join(folder, 'empty')],
    ['Dir::Etc::preferencesparts', join(folder, 'empty')],
    ['Dir::State::lists', join(folder, 'lists')],
    ['Dir::State::status', join(folder, 'status')],
    ['Dir::Cache', join(folder, 'cache')],
    ['APT::Sandbox::User', 'root'],
    ['APT::Update::Post-Invoke-Success', ''],
    ['Acquire::Languages', 'none'],
    ['Acquire::Retries', '3'],
    ['Debug::NoLocking', '1'],
  ].flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}
