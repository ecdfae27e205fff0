import { execa } from 'execa';
import pLimit from 'p-limit';

import { Failure } from '../../../failure.ts';
import { redacted } from '../http/redact.ts';
import { type GitRefs, readRefs } from './refs.ts';

/** Repositories elsewhere, asked with the operator's own git and its credentials. */
export type GitRemotes = {
  /** Each repository is asked once. */
  readonly refs: (url: string) => Promise<GitAnswer>;
};

export type GitAnswer =
  { readonly state: 'found'; readonly refs: GitRefs } | { readonly state: 'unknown'; readonly why: Failure };

export type GitOptions = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly offline: boolean;
  /** Milliseconds for one repository. */
  readonly timeout: number;
};

/** `ext::` and the like would run a program. */
const protocols = 'https:http:ssh:git:file';
const largest = 32 * 1024 * 1024;

export function gitRemotes(options: GitOptions): GitRemotes {
  const asked = new Map<string, Promise<GitAnswer>>();
  const limit = pLimit(8);
  /** Hosts that could not be reached: nobody waits for them again in this run. */
  const silent = new Map<string, Failure>();
  return {
    refs: (url) => {
      const running = asked.get(url) ?? limit(() => ask(url, options, silent));
      asked.set(url, running);
      return running;
    },
  };
}

async function ask(url: string, options: GitOptions, silent: Map<string, Failure>): Promise<GitAnswer> {
  const shown = shownAddress(url);
  if (options.offline)
    return { state: 'unknown', why: new Failure('GIT_UNREACHABLE', 'no git server was asked (--offline)') };
  if (!/^(?:https?|ssh|git|file):\/\//i.test(url) && !url.startsWith('/'))
    return { state: 'unknown', why: new Failure('GIT_UNREACHABLE', `${shown} is no address that git is let to`) };
  const host = URL.canParse(url) ? new URL(url).host : url;
  const before = silent.get(host);
  if (before !== undefined) return { state: 'unknown', why: before };
  const running = execa('git', ['ls-remote', '--symref', '--', url, 'HEAD', 'refs/heads/*', 'refs/tags/*'], {
    reject: false,
    extendEnv: false,
    env: {
      ...(options.env as Record<string, string>),
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
  }, options.timeout);
  options.signal.addEventListener('abort', end, { once: true });
  const result = await running.finally(() => {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', end);
  });
  if (!result.failed) return { state: 'found', refs: readRefs(result.stdout) };
  options.signal.throwIfAborted();
  const why = meaning(shown, { ...result, timedOut }, options.timeout);
  if (why.code === 'GIT_UNREACHABLE' && host !== '') silent.set(host, why);
  return { state: 'unknown', why };
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // It has ended by itself.
  }
}

type Ended = {
  readonly code?: string | undefined;
  readonly timedOut: boolean;
  readonly isMaxBuffer: boolean;
  readonly stderr: string;
};

function meaning(shown: string, { code, timedOut, isMaxBuffer, stderr }: Ended, timeout: number): Failure {
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
function shownAddress(url: string): string {
  if (URL.canParse(url)) return redacted(url);
  return url.replace(/:\/\/[^@/]*@/, '://').slice(0, 300);
}
