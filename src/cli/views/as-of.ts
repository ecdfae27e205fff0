import type { AsOf } from '../../modules/registries/registry.ts';
import { harmless } from '../paint.ts';

/** Lines about answers that are from before: since when, and why nobody was asked. Empty when all are from now. */
export function asOfLines(answers: readonly AsOf[]): readonly string[] {
  const old = Map.groupBy(
    answers.filter((one) => one.old !== undefined),
    (one) => one.old!,
  );
  return [...old].map(([why, all]) => {
    const oldest = all.reduce((a, b) => (a.time < b.time ? a : b)).time;
    return `as of ${minuteOf(oldest)}: ${why === 'offline' ? 'nobody was asked (--offline)' : harmless(why)}`;
  });
}

/** `2026-11-25 10:12` in the time of this box. */
export function minuteOf(time: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}`;
}
