import type { Door } from './door.ts';

export type Verdict = { readonly ok: boolean; readonly found: string; readonly expected: string };

/** One property of the gateway, seen from outside. It only asks what a stranger could ask, and never logs in. */
export type GatewayCheck = {
  readonly id: string;
  readonly title: string;
  /** Why it matters, for who reads a problem. */
  readonly why: string;
  /** Why it does not apply to this server, or undefined. */
  readonly skip?: (door: Door) => string | undefined;
  readonly run: (door: Door) => Promise<Verdict>;
};

export type GatewayFinding = {
  readonly id: string;
  readonly title: string;
  readonly state: 'ok' | 'problem' | 'skipped';
  readonly found: string;
  readonly expected: string;
  readonly why: string;
};

/** The checks of a sign-on by the legacy do not apply where the application has its own login. */
export function withoutSignOn({ signOn }: Door): string | undefined {
  return signOn === 'legacy' ? undefined : 'the application has its own login (signOn: application)';
}

export function deployed(door: Door, name: 'front' | 'iapi' | 'api'): boolean {
  return door.routes.some((route) => route.name === name && route.target !== 'not-deployed');
}

/** A verdict over several requests: every answer must be among `expected`; those that are not are named. */
export function allAmong(
  answers: readonly { readonly what: string; readonly status: number }[],
  allowed: readonly number[],
  expected: string,
): Verdict {
  const wrong = answers.filter(({ status }) => !allowed.includes(status));
  const counts = [...new Set(answers.map(({ status }) => status))].sort((a, b) => a - b);
  const found =
    wrong.length === 0
      ? `${counts.join(', ')} for ${answers.length} ${answers.length === 1 ? 'request' : 'requests'}`
      : wrong.map(({ what, status }) => `${status} for ${what}`).join('; ');
  return { ok: wrong.length === 0, found, expected };
}
