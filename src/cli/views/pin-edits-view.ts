import type { PinEdit, PinEdits } from '../pin-edits.ts';
import { harmless } from '../paint.ts';

/** What was written (or with --dry-run would be) into openimis.yaml, and what to type next. */
export function pinEditsView({ server, edits, changed }: PinEdits, dryRun: boolean): string {
  const lines = edits.map((edit) => harmless(`${edit.component}  ${edit.package}  ${words(edit)}`));
  if (!changed) return [...lines, `${server}: openimis.yaml says that already`].join('\n');
  if (dryRun) return [...lines, 'nothing was written'].join('\n');
  return [
    ...lines,
    `written into openimis.yaml. Next: openimis versions list ${server} --origin, openimis deploy ${server} --dry-run`,
  ].join('\n');
}

function words({ value, before }: PinEdit): string {
  const was = before === undefined ? '' : ` (was ${before ?? 'removed'})`;
  if (value === undefined) return `as the release has it${was}`;
  return `${value ?? 'removed'}${was}`;
}
