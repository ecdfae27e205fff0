import type { OpenHotfix } from '../../modules/hotfix.ts';
import { harmless, paint } from '../paint.ts';

/** One line per open hotfix; those past their day stand out. */
export function hotfixLines(hotfixes: readonly OpenHotfix[]): readonly string[] {
  return hotfixes.map(({ component, module, pin, reason, until, daysOver }) => {
    const what = harmless(`${component} ${module} ${pin}: ${reason}`);
    if (daysOver === 0) return `hotfix until ${until}  ${what}`;
    const late = `${daysOver} day${daysOver === 1 ? '' : 's'}`;
    return `${paint(['bold', 'red'], `HOTFIX OVERDUE by ${late} (until ${until})`)}  ${what}`;
  });
}

/** What to type about them. */
export function hotfixAdvice(server: string, hotfixes: readonly OpenHotfix[]): readonly string[] {
  const late = hotfixes.find(({ daysOver }) => daysOver > 0);
  if (late === undefined) return [];
  return [
    `Next: openimis versions unpin ${server} ${late.component}:${late.module}, or pin it anew with a later --until`,
  ];
}
