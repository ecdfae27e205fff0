import type { OwnPin } from '../../modules/hotfix.ts';
import type { PinEdits } from '../pin-edits.ts';
import type { PinEdit } from '../pin-words.ts';
import { harmless } from '../paint.ts';

/** What was written (or with --dry-run would be) into openimis.yaml, and what to type next. */
export function pinEditsView({ server, edits, changed }: PinEdits, dryRun: boolean): string {
  const lines = edits.map((edit) =>
    harmless(`${edit.component}  ${edit.package}${edit.extra ? ' (extra)' : ''}  ${words(edit)}`),
  );
  if (!changed) return [...lines, `${server}: openimis.yaml says that already`].join('\n');
  if (dryRun) return [...lines, 'nothing was written'].join('\n');
  return [
    ...lines,
    `written into openimis.yaml. Next: openimis versions list ${server} --origin, openimis deploy ${server} --dry-run`,
  ].join('\n');
}

/** A value of openimis.yaml on one line. */
export function pinWords(value: OwnPin | null): string {
  if (value === null) return '(removed)';
  return typeof value === 'string' ? value : `${value.pin} (hotfix until ${value.until}: ${value.reason})`;
}

function words({ value, before, extra }: PinEdit): string {
  const was = before === undefined ? '' : ` (was ${before === null ? 'removed' : pinWords(before)})`;
  if (value === undefined) return `${extra ? 'taken out' : 'as the release has it'}${was}`;
  return `${value === null ? 'removed' : pinWords(value)}${was}`;
}
