import { execa } from 'execa';

import { Failure } from '../../../failure.ts';
import { redacted } from '../http/redact.ts';

/** `ext::` and the like would run a program. */
const protocols = 'https:http:ssh:git:file';
const largest = 32 * 1024 * 1024;

export type GitRun = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly timeout: number;
};

/** Runs the operator's own git, which never asks anything. Never rejects; an abort of the signal ends it. */
export async function runGit(argv: readonly string[], { env, signal, timeout }: GitRun): Promise<Ended> {
  const running = execa('git', argv, {
    reject: false,
    extendEnv: false,
    env: {
      ...(env as Record<string, string>),
      // Nothing asks: there may be nobody, and the operator's own helpers know the passwords.
      GIT_TERMINAL_PROMPT: '0',
      GCM_INTERACTIVE: 'never',
      SSH_ASKPASS_REQUIRE: 'never',
      GIT_ALLOW_PROTOCOL: protocols,
      LC_ALL: 'C',
    },
    stdin: 'ignore',
    // A session of its own has no terminal that ssh could ask at.
    detached: true,
    maxBuffer: largest,
    stripFinalNewline: false,
    cwd: '/',
  });
  // git has programs of its own running, which would go on without it.
  let timedOut = false;
  const end = (): void => {
    if (running.pid !== undefined) endGroup(running.pid);
  };
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, timeout);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  const result = await running.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  });
  return { ...result, timedOut };
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // It has ended by itself.
  }
}

export type Ended = {
  readonly failed: boolean;
  readonly code?: string | undefined;
  readonly stdout: string;
  readonly timedOut: boolean;
  readonly isMaxBuffer: boolean;
  readonly stderr: string;
};

/** What it means for an operator that git ended badly. */
export function gitFailure(shown: string, { code, timedOut, isMaxBuffer, stderr }: Ended, timeout: number): Failure {
  if (code === 'ENOENT')
    return new Failure('GIT_UNREACHABLE', 'there is no git on this machine, and git repositories cannot be asked', [
      'apt-get install git',
    ]);
  if (timedOut)
    return new Failure('GIT_UNREACHABLE', `${hostOf(shown)} did not answer git within ${timeout / 1000} s`, [
      again(shown),
    ]);
  if (isMaxBuffer) return new Failure('GIT_REFUSED', `${shown} has more references than anybody reads`);
  if (
    /could not read (Username|Password)|Authentication failed|Permission denied|terminal prompts disabled|\b40[13]\b/i.test(
      stderr,
    )
  )
    return new Failure('GIT_REFUSED', `${shown} does not let your git in`, [
      again(shown),
      'git config credential.helper',
    ]);
  if (/not found|does not appear to be a git repository|does not exist|\b404\b/i.test(stderr))
    return new Failure('GIT_REFUSED', `there is no repository ${shown}, or your git may not see it`, [again(shown)]);
  return new Failure('GIT_UNREACHABLE', `${hostOf(shown)} cannot be reached by git`, [again(shown)]);
}

const hostOf = (shown: string): string => (URL.canParse(shown) && new URL(shown).host) || shown;
const again = (shown: string): string => `git ls-remote ${shown}`;

/** For people: no password that somebody wrote into an address. scp's colon is no URL. */
export function shownAddress(url: string): string {
  if (URL.canParse(url)) return redacted(url);
  return url.replace(/:\/\/[^@/]*@/, '://').slice(0, 300);
}
