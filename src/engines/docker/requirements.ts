import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { delimiter, join } from 'node:path';

import { Failure } from '../../failure.ts';
import { composeVersionArguments, endpointArguments, versionArguments } from './arguments.ts';
import { composeHints, engineHints, thisDistribution } from './distribution.ts';
import { diagnose, lastLines, notRunning, type Circumstances } from './failures.ts';
import { runProgram, type ProgramResult } from './program.ts';

type Environment = Readonly<Record<string, string>>;

/** Oldest versions that have what we use: API 1.41; `configs: content` and `secrets: environment`. */
export const oldest = { engine: [20, 10, 0], compose: [2, 23, 1] } as const;

export type Found = { readonly endpoint: string; readonly engineVersion: string; readonly composeVersion: string };

/** Asks docker, its engine and Compose for their versions; each thing that is missing is its own failure. */
export async function checkRequirements(env: Environment): Promise<Found> {
  const ask = (argv: readonly string[]): Promise<ProgramResult> => runProgram('docker', argv, { env, timeout: 45 });
  const [version, compose, context] = await Promise.all([
    ask(versionArguments),
    ask(composeVersionArguments),
    ask(endpointArguments),
  ]);
  if (version.missing) {
    const hints = engineHints(await thisDistribution());
    throw new Failure('ENGINE_MISSING', 'there is no docker program on this machine', hints);
  }
  const endpoint = parseEndpoint(context.stdout, env);
  const engineVersion = serverVersion(version.stdout);
  if (engineVersion === undefined) throw await unanswered(env, endpoint, version);
  if (!atLeast(engineVersion, oldest.engine))
    throw new Failure('ENGINE_TOO_OLD', `the engine at ${endpoint} is ${engineVersion}; 20.10 or later is needed`, [
      'upgrade it with the packages of its distribution',
    ]);
  const composeVersion = compose.stdout.trim();
  if (compose.code !== 0 || !atLeast(composeVersion, oldest.compose))
    throw await composeMissing(env, compose.code === 0 ? composeVersion : undefined);
  return { endpoint, engineVersion, composeVersion };
}

async function unanswered(env: Environment, endpoint: string, version: ProgramResult): Promise<Failure> {
  const where: Circumstances = { endpoint, remote: !endpoint.startsWith('unix:') };
  if (version.timedOut)
    return new Failure('ENGINE_UNREACHABLE', `the engine at ${endpoint} did not answer within 45 s`, [
      'docker version    with the same DOCKER_HOST and context',
    ]);
  const failure = diagnose(version.stderr, where) ?? notRunning(where);
  // The client may be there without an engine: then starting it cannot help.
  if (
    failure.code === 'ENGINE_NOT_RUNNING' &&
    !where.remote &&
    !inPath(env, 'dockerd') &&
    !endpoint.includes('/run/user/')
  ) {
    const hints = engineHints(await thisDistribution());
    return new Failure('ENGINE_NOT_RUNNING', `no engine runs at ${endpoint}, and none is installed here`, hints, {
      cause: new Error(lastLines(version.stderr, 3)),
    });
  }
  return failure;
}

async function composeMissing(env: Environment, version: string | undefined): Promise<Failure> {
  const found =
    version !== undefined
      ? `Compose ${version} is too old: 2.23.1 or later is needed`
      : inPath(env, 'docker-compose')
        ? 'docker compose (version 2) is missing; the docker-compose program here cannot be used instead'
        : 'docker compose (version 2) is missing';
  return new Failure('COMPOSE_MISSING', found, composeHints(await thisDistribution()));
}

/** `undefined` when no engine answered: docker prints the client's part all the same. */
export function serverVersion(json: string): string | undefined {
  try {
    const parsed = JSON.parse(json) as { readonly Server?: { readonly Version?: unknown } | null } | null;
    return typeof parsed?.Server?.Version === 'string' ? parsed.Server.Version : undefined;
  } catch {
    return undefined;
  }
}

/** Endpoint of the current context; docker puts DOCKER_HOST there itself. Credentials in it are not shown. */
export function parseEndpoint(json: string, env: Environment): string {
  let text = env.DOCKER_HOST ?? 'unix:///var/run/docker.sock';
  try {
    const parsed: unknown = JSON.parse(json);
    if (typeof parsed === 'string' && parsed !== '') text = parsed;
  } catch {
    // No such context: `docker version` says so.
  }
  return text.replace(/^(\w+:\/\/[^/@:]*):[^/@]*@/, '$1@');
}

export function atLeast(version: string, wanted: readonly number[]): boolean {
  const numbers = /^v?(\d+)\.(\d+)(?:\.(\d+))?/
    .exec(version)
    ?.slice(1)
    .map((part) => Number(part ?? 0));
  if (numbers === undefined) return false;
  for (const [index, minimum] of wanted.entries()) {
    const difference = (numbers[index] ?? 0) - minimum;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** A unix socket may be a tunnel or belong to a virtual machine: only an engine with our host name is on this box. */
export function isRemote(endpoint: string, engineHost: string): boolean {
  return !endpoint.startsWith('unix:') || engineHost !== hostname();
}

export function inPath(env: Environment, program: string): boolean {
  return (env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, program)));
}
