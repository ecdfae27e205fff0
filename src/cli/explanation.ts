import { Failure, failureCodes } from '../failure.ts';
import { nearest } from '../workspace/nearest.ts';

/** Section of docs/errors.md about a code, or the list of all codes when none is given. */
export function explanation(
  page: string,
  code: string | undefined,
): { readonly code: string | undefined; readonly text: string } {
  const known = Object.keys(failureCodes);
  if (code === undefined) return { code: undefined, text: known.join('\n') };
  const wanted = code.toUpperCase();
  const section = page.split(/^## /m).find((part) => part.split('\n', 1)[0] === wanted);
  if (section !== undefined) return { code: wanted, text: section.trim() };
  const guess = nearest(wanted, known);
  throw new Failure('USAGE', `${code.slice(0, 64)} is not an error code of openimis`, [
    guess === undefined ? 'openimis explain   lists them all' : `openimis explain ${guess}`,
  ]);
}
