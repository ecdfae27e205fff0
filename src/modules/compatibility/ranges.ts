import { explain } from '@renovatebot/pep440';
import semver from 'semver';

import type { PinComponent } from '../package-name.ts';
import { inRange } from '../version-order.ts';

/** Is there no version that both ranges hold? False where it cannot be told: a false alarm is worse than none. */
export function areDisjoint(component: PinComponent, a: string, b: string): boolean {
  if (a === '*' || b === '*' || a === '' || b === '') return false;
  if (component !== 'frontend') return pythonDisjoint([a, b]);
  if (semver.validRange(a) === null || semver.validRange(b) === null) return false;
  return !semver.intersects(a, b, { includePrerelease: true });
}

/**
 * Each range is a union of intervals that begin and end at versions which it names. What two have in common then holds one of these
 * versions, one right above it, or one below all.
 */
function pythonDisjoint(ranges: readonly string[]): boolean {
  const named = ranges.flatMap((range) =>
    range.split(',').map((part) => part.replace(/^[\s=~!<>]+|\.\*\s*$/g, '').trim()),
  );
  const versions = named.map((text) => explain(text)).filter((one) => one !== null);
  if (versions.length !== named.length) return false;
  const candidates = versions.flatMap(({ epoch, release, public: text }) => {
    const prefix = epoch === 0 ? '' : `${epoch}!`;
    const [next, above] = [[...release], [...release, 0, 0, 1]];
    next[next.length - 1]! += 1;
    return [text, `${prefix}${above.join('.')}`, `${prefix}${next.join('.')}`];
  });
  return !['0', ...candidates].some((version) => ranges.every((range) => inRange('backend', version, range)));
}
