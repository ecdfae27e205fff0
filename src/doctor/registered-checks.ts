import { checks } from 'virtual:doctor-checks';

import { Failure } from '../failure.ts';
import { nearest } from '../workspace/nearest.ts';
import type { RegisteredCheck } from './check.ts';
import { type Group, groups } from './finding.ts';

const groupNames = Object.keys(groups) as readonly Group[];

/** Every check, by group in the order in which groups are shown, within one by what it needs, then by name. */
export const registeredChecks: readonly RegisteredCheck[] = groupNames.flatMap((group) => {
  const own = Object.entries(checks)
    .filter(([id]) => id.startsWith(`${group}/`))
    .map(([id, check]) => ({ ...check, id, group }));
  return inNeededOrder(own);
});

/** A check comes after those it needs; otherwise the order of the names stays. */
function inNeededOrder(own: readonly RegisteredCheck[]): readonly RegisteredCheck[] {
  const placed: RegisteredCheck[] = [];
  const place = (check: RegisteredCheck): void => {
    if (placed.includes(check)) return;
    for (const need of own.filter(({ id }) => check.needs.includes(id))) place(need);
    placed.push(check);
  };
  own.forEach(place);
  return placed;
}

/** The checks that `--only` names (groups or ids), with everything they need. @throws Failure USAGE */
export function chosenChecks(only: readonly string[]): readonly RegisteredCheck[] {
  if (only.length === 0) return registeredChecks;
  const known = [...groupNames, ...registeredChecks.map(({ id }) => id)];
  for (const name of only)
    if (!known.includes(name)) {
      const near = nearest(name, known);
      throw new Failure(
        'USAGE',
        `the doctor has no group or check ${name.slice(0, 80)}${near === undefined ? '' : ` (did you mean ${near}?)`}`,
        ['openimis doctor --list    lists them all'],
      );
    }
  const wanted = new Set<RegisteredCheck>();
  const want = (check: RegisteredCheck): void => {
    wanted.add(check);
    for (const need of registeredChecks.filter(({ id }) => check.needs.includes(id))) if (!wanted.has(need)) want(need);
  };
  for (const check of registeredChecks) if (only.includes(check.id) || only.includes(check.group)) want(check);
  return registeredChecks.filter((check) => wanted.has(check));
}

export type ListedCheck = Pick<RegisteredCheck, 'id' | 'title' | 'expected' | 'why' | 'needs'>;

/** What `--list` shows: the chosen checks as words. */
export function listChecks(only: readonly string[]): readonly ListedCheck[] {
  return chosenChecks(only).map(({ id, title, expected, why, needs }) => ({ id, title, expected, why, needs }));
}
