/** The groups, in the order in which they are shown. */
export const groups = {
  host: 'this box',
  docker: 'Docker on this box',
  network: 'the network of this box',
  'legacy-website': 'the website of the legacy',
  'legacy-database': 'the database of the legacy',
  gateway: 'the gateway',
  stack: 'what runs of the server',
  pins: 'the module versions',
} as const;
export type Group = keyof typeof groups;

/** What a check made of the facts. `fix` is what to type or to change, in order. */
export type Verdict =
  | { readonly state: 'ok'; readonly found: string }
  | {
      readonly state: 'warning' | 'problem';
      readonly found: string;
      readonly fix: readonly string[];
      /** A sentence for the person who owns the legacy side, when only that side can mend it. */
      readonly letter?: string;
    }
  /** It does not apply here, or cannot be seen; `found` says why. */
  | { readonly state: 'skipped'; readonly found: string };

export type Finding = {
  /** `group/check`. */
  readonly id: string;
  readonly group: Group;
  readonly title: string;
  readonly state: 'ok' | 'warning' | 'problem' | 'skipped';
  readonly found: string;
  readonly expected: string;
  readonly why: string;
  readonly fix: readonly string[];
  /** The check that had to be well first. */
  readonly because?: string;
  readonly letter?: string;
};

export const ok = (found: string): Verdict => ({ state: 'ok', found });
export const skipped = (found: string): Verdict => ({ state: 'skipped', found });
export const warning = (found: string, fix: readonly string[], letter?: string): Verdict => ({
  state: 'warning',
  found,
  fix,
  ...(letter === undefined ? {} : { letter }),
});
export const problem = (found: string, fix: readonly string[], letter?: string): Verdict => ({
  state: 'problem',
  found,
  fix,
  ...(letter === undefined ? {} : { letter }),
});
