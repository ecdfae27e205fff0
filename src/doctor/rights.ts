import type { DatabaseFacts } from './facts.ts';
import { ok, problem, type Verdict } from './finding.ts';
import { firstRow } from './rows.ts';

/**
 * Judges one right of `questions.rights`. `statement` gets the user as a string literal and as a quoted name, for the one line
 * that a database administrator runs.
 */
export function judgeRight(
  { answers, settings }: DatabaseFacts,
  column: string,
  what: string,
  statement: (literal: string, name: string) => string,
): Verdict {
  const seen = firstRow(answers, 'rights');
  if ('unseen' in seen) return seen.unseen;
  const { row } = seen;
  if (row[column] === 1) return ok(`${settings.user} may`);
  const user = String(row.user_name ?? settings.user);
  const line = statement(`N'${user.replaceAll("'", "''")}'`, `[${user.replaceAll(']', ']]')}]`);
  return problem(
    `${settings.user} may not ${what}`,
    [
      `${line}    by the DBA, in ${settings.name}; when it stays, a DENY takes the right away again`,
      'openimis init --grants    prints all rights that are needed',
    ],
    `SQL Server, database ${settings.name}: the login ${settings.user} may not ${what}; please run: ${line}`,
  );
}
