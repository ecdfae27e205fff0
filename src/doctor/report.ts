import type { Facts } from './facts.ts';
import type { Finding } from './finding.ts';
import { letterOf } from './letter.ts';

/** The one result of a run: what `--json` prints and the text shows. */
export type DoctorReport = {
  /** Undefined: only the box was looked at. */
  readonly server?: string;
  readonly findings: readonly Finding[];
  readonly counts: Readonly<Record<Finding['state'], number>>;
  /** One sentence. */
  readonly verdict: string;
  /** Text for the owner of the legacy side, when that side must act. */
  readonly letter?: string;
  /** Every statement that was sent to SQL Server, over one connection. */
  readonly statements: readonly string[];
  /** Requests that the website of the legacy got. */
  readonly requests: readonly string[];
};

export function reportOf(
  server: string | undefined,
  { findings, facts }: { readonly findings: readonly Finding[]; readonly facts: Partial<Facts> },
): DoctorReport {
  const count = (state: Finding['state']): number => findings.filter((one) => one.state === state).length;
  const letter = letterOf(findings, facts);
  return {
    ...(server === undefined ? {} : { server }),
    findings,
    counts: { ok: count('ok'), warning: count('warning'), problem: count('problem'), skipped: count('skipped') },
    verdict: verdictOf(findings),
    ...(letter === undefined ? {} : { letter }),
    statements: facts.database?.statements ?? [],
    requests: facts.website?.requests ?? [],
  };
}

function verdictOf(findings: readonly Finding[]): string {
  const problems = findings.filter(({ state }) => state === 'problem');
  const warnings = findings.filter(({ state }) => state === 'warning');
  const looked = findings.filter(({ state }) => state !== 'skipped').length;
  const [first] = problems;
  if (first !== undefined)
    return problems.length === 1
      ? `One thing stands in the way: ${first.found} (${first.id}).`
      : `${problems.length} things stand in the way; begin with ${first.id}: ${first.found}.`;
  if (looked === 0) return 'Nothing could be looked at.';
  if (warnings.length > 0)
    return `Nothing stands in the way; ${warnings.length === 1 ? 'one thing deserves' : `${warnings.length} things deserve`} a look.`;
  return `All is well, as far as ${looked} ${looked === 1 ? 'check' : 'checks'} can see.`;
}
