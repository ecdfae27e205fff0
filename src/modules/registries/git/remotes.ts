import pLimit from 'p-limit';

import { Failure } from '../../../failure.ts';
import { type GitRefs, readRefs } from './refs.ts';
import { gitFailure, runGit, shownAddress } from './run-git.ts';

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
  const result = await runGit(['ls-remote', '--symref', '--', url, 'HEAD', 'refs/heads/*', 'refs/tags/*'], options);
  if (!result.failed) return { state: 'found', refs: readRefs(result.stdout) };
  options.signal.throwIfAborted();
  const why = gitFailure(shown, result, options.timeout);
  if (why.code === 'GIT_UNREACHABLE' && host !== '') silent.set(host, why);
  return { state: 'unknown', why };
}
