import { access, constants, readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';

import { composeVersionArguments, endpointArguments, versionArguments } from './arguments.ts';
import { thisDistribution } from './distribution.ts';
import { runProgram, type ProgramResult } from './program.ts';
import { atLeast, inPath, oldest, parseEndpoint, serverVersion } from './requirements.ts';
import type { SetupFacts } from './setup-plan.ts';

type Environment = Readonly<Record<string, string>>;

/** System programs may be outside the PATH of a user. */
export function withSystemPath(env: Environment): Environment {
  return { ...env, PATH: `${env.PATH ?? '/usr/local/bin:/usr/bin:/bin'}:/usr/local/sbin:/usr/sbin:/sbin` };
}

/** Looks, changes nothing. */
export async function setupFacts(environment: Environment): Promise<SetupFacts> {
  const env = withSystemPath(environment);
  const ask = (file: string, ...argv: readonly string[]): Promise<ProgramResult> =>
    runProgram(file, argv, { env, timeout: 45 });
  const [distribution, version, context, compose, sudo, dockerPackages, systemd, apparmorNeeded] = await Promise.all([
    thisDistribution(),
    ask('docker', ...versionArguments),
    ask('docker', ...endpointArguments),
    ask('docker', ...composeVersionArguments),
    ask('sudo', '-n', 'true'),
    ask('dpkg-query', '--show', '--showformat', '${db:Status-Status}', 'docker-ce'),
    stat('/run/systemd/system').then(
      () => true,
      () => false,
    ),
    needsApparmor(env),
  ]);
  const endpoint = parseEndpoint(context.stdout, env);
  return {
    distribution,
    root: process.getuid?.() === 0,
    sudo: sudo.code === 0,
    user: userInfo().username,
    systemd,
    client: !version.missing,
    engine: await engineState(env, endpoint, version),
    dockerPackages: dockerPackages.stdout.trim() === 'installed',
    compose: compose.code === 0 && atLeast(compose.stdout.trim(), oldest.compose),
    debootstrap: inPath(env, 'debootstrap'),
    apparmorNeeded,
  };
}

async function engineState(env: Environment, endpoint: string, version: ProgramResult): Promise<SetupFacts['engine']> {
  if (!endpoint.startsWith('unix:')) return 'remote';
  if (serverVersion(version.stdout) !== undefined) return 'running';
  if (/permission denied/i.test(version.stderr)) return 'denied';
  const socket = endpoint.slice('unix://'.length);
  // Without a client nobody has asked yet; a socket that we may not write to is an engine of root.
  if (version.missing && (await exists(socket)) && !(await writable(socket))) return 'denied';
  return inPath(env, 'dockerd') ? 'stopped' : 'missing';
}

async function needsApparmor(env: Environment): Promise<boolean> {
  const enabled = await readFile('/sys/module/apparmor/parameters/enabled', 'utf8').catch(() => 'N');
  return enabled.trim() === 'Y' && !inPath(env, 'apparmor_parser');
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
const writable = (path: string): Promise<boolean> =>
  access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
