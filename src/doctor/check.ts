import type { Group, Verdict } from './finding.ts';
import type { Facts, ProbeName } from './facts.ts';

/**
 * One thing that can be wrong. It judges facts and touches nothing itself; the probes it names gather them. A file in
 * checks/<group>/ that exports one as `check` is all it takes: the path is its id.
 */
export type Check = {
  readonly title: string;
  /** What it should be like, in words. */
  readonly expected: string;
  /** Why it matters, for who reads a problem: follows "because". */
  readonly why: string;
  /** Checks (`group/check`) that must be neither a problem nor skipped, or this one is skipped because of them. */
  readonly needs: readonly string[];
  readonly probes: readonly ProbeName[];
  readonly judge: (facts: Facts) => Verdict;
};

export type RegisteredCheck = Check & { readonly id: string; readonly group: Group };

type Definition<P extends ProbeName> = Omit<Check, 'needs' | 'probes' | 'judge'> & {
  readonly needs?: readonly string[];
  readonly probes: readonly P[];
  readonly judge: (facts: Pick<Facts, P>) => Verdict;
};

/** A check that can use only the facts of the probes that it names. */
export function defineCheck<const P extends ProbeName>(definition: Definition<P>): Check {
  return { needs: [], ...definition };
}
