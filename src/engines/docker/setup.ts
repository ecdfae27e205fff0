import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { Failure } from '../../failure.ts';
import type { Progress } from '../engine.ts';
import { installComposePlugin, type RunAsRoot } from './compose-plugin.ts';
import { lastLines } from './failures.ts';
import { cleanEnvironment, runProgram } from './program.ts';
import { setupFacts, withSystemPath } from './setup-facts.ts';
import { daemonLog, planSetup, type SetupStep } from './setup-plan.ts';

export type { SetupStep } from './setup-plan.ts';

type Environment = Readonly<Record<string, string>>;

/** What would have to be done here so that containers run; empty: nothing. Changes nothing. */
export async function setupNeeded(env: NodeJS.ProcessEnv = process.env): Promise<readonly SetupStep[]> {
  return planSetup(await setupFacts(cleanEnvironment(env)));
}

/** Does the steps that `setupNeeded` gave; the caller has the operator's consent. Throws SETUP_FAILED. */
export async function applySetup(
  steps: readonly SetupStep[],
  progress: Progress = () => {},
  signal?: AbortSignal,
  operator: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const env = withSystemPath(cleanEnvironment(operator));
  for (const step of steps) {
    progress(step.title);
    await apply(step, env, progress, signal);
  }
}

async function apply(step: SetupStep, env: Environment, progress: Progress, signal?: AbortSignal): Promise<void> {
  const { work } = step;
  if (work.kind === 'impossible') throw new Failure('SETUP_FAILED', `not possible here: ${step.title}`, work.hints);
  const asRoot = rootRunner(work.sudo, env, progress, signal);
  switch (work.kind) {
    case 'install':
      await asRoot('apt-get', ['update', '--quiet']);
      await asRoot('apt-get', installArguments(work.packages));
      return;
    case 'compose-plugin':
      return installComposePlugin(work.target, env, asRoot, signal);
    case 'group':
      return asRoot('usermod', ['--append', '--groups', 'docker', work.user]);
    case 'start':
      // The package may have started it.
      if (await answers(env, work.sudo)) return;
      if (work.how === 'systemd') await asRoot('systemctl', ['enable', '--now', 'docker']);
      else if (work.how === 'init-script') await asRoot('service', ['docker', 'start']);
      else await startDaemon(env);
      await waitForEngine(env, work.sudo, progress, signal);
  }
}

export function installArguments(packages: readonly string[]): readonly string[] {
  return ['install', '--yes', '--quiet', '--no-install-recommends', ...packages];
}

/** Runs as root, with `sudo -n` where we are not; apt must never ask a question. */
function rootRunner(sudo: boolean, env: Environment, progress: Progress, signal?: AbortSignal): RunAsRoot {
  const quiet = { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'a' };
  return async (file, argv) => {
    const settings = Object.entries(quiet).map(([name, value]) => `${name}=${value}`);
    const call = sudo ? ['sudo', '-n', 'env', ...settings, file, ...argv] : [file, ...argv];
    const result = await runProgram(call[0] ?? file, call.slice(1), {
      env: { ...env, ...quiet },
      timeout: 3600,
      onLine: progress,
      ...(signal === undefined ? {} : { signal }),
    });
    if (result.code === 0) return;
    const why = result.missing ? 'there is no such program' : lastLines(`${result.stdout}\n${result.stderr}`, 5);
    throw new Failure('SETUP_FAILED', `${file} ${argv[0] ?? ''} failed: ${why}`, [
      `${sudo ? 'sudo ' : ''}${[file, ...argv].join(' ')}    shows the whole output`,
    ]);
  };
}

/** dockerd outlives us; its log says what went wrong, its pid is in /var/run/docker.pid. */
async function startDaemon(env: Environment): Promise<void> {
  // Started by its package a moment ago: a second one would only fail.
  if (await isDaemon((await readFile('/var/run/docker.pid', 'utf8').catch(() => '')).trim())) return;
  const log = await open(daemonLog, 'a', 0o640);
  try {
    const child = spawn('dockerd', [], {
      env: { ...env },
      cwd: '/',
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    const failed = new Promise<Error>((resolve) => child.once('error', resolve));
    const started = new Promise<undefined>((resolve) => child.once('spawn', () => resolve(undefined)));
    const error = await Promise.race([failed, started]);
    if (error !== undefined) throw new Failure('SETUP_FAILED', `dockerd does not start: ${error.message}`);
    child.unref();
  } finally {
    await log.close();
  }
}

async function isDaemon(pid: string): Promise<boolean> {
  return /^\d+$/.test(pid) && (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim() === 'dockerd';
}

/** Seconds. */
const patience = 60;

async function waitForEngine(env: Environment, sudo: boolean, progress: Progress, signal?: AbortSignal): Promise<void> {
  const end = Date.now() + patience * 1000;
  while (!(await answers(env, sudo))) {
    if (Date.now() > end) {
      const log = lastLines(await readFile(daemonLog, 'utf8').catch(() => ''), 5);
      throw new Failure(
        'SETUP_FAILED',
        `the engine does not answer within ${patience} s${log === '' ? '' : `:\n${log}`}`,
        [`less ${daemonLog}    or, with systemd: journalctl -u docker`],
      );
    }
    progress('waiting for the engine');
    await delay(500, undefined, signal === undefined ? {} : { signal });
  }
}

/** A user who is not yet in the group asks through sudo. */
async function answers(env: Environment, sudo: boolean): Promise<boolean> {
  const command = ['docker', 'info', '--format', '{{.ServerVersion}}'];
  const [file = '', ...argv] = sudo ? ['sudo', '-n', ...command] : command;
  const result = await runProgram(file, argv, { env, timeout: 20 });
  return result.code === 0 && /^\d/.test(result.stdout);
}
