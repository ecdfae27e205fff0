import { harmless, paint } from '../paint.ts';
import type { Trial } from '../try-server.ts';

/** What the trial said, a line for what works and all it said for what does not. */
export function trialLines(trials: readonly Trial[] = []): readonly string[] {
  return trials.flatMap(({ component, steps }) => [
    `${paint('bold', component)}  tried`,
    ...steps.flatMap(({ what, ok, says }) =>
      ok
        ? [`  ${paint('green', '✓')} ${what}: ${harmless(says.join(' '))}`]
        : [`  ${paint('red', '✗')} ${what}`, ...says.map((line) => `      ${harmless(line)}`)],
    ),
  ]);
}
