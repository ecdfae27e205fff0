import type { Imported, ImportedComponent } from '../import-pins.ts';
import { harmless, paint } from '../paint.ts';
import { table } from '../table.ts';
import { pinWords } from './pin-edits-view.ts';

/** What an import wrote (or with --dry-run would write), and what to type next. */
export function importView(done: Imported, dryRun: boolean): string {
  const { server, from, commit, release, components, changed } = done;
  const head = harmless(`${from}${commit === undefined ? '' : ` (commit ${commit})`} → ${server}`);
  const parts = components.flatMap((one) => componentLines(one, release));
  const end = !changed
    ? `${server}: openimis.yaml says that already`
    : dryRun
      ? 'nothing was written'
      : `written into openimis.yaml. Next: openimis versions list ${server} --origin, openimis deploy ${server} --dry-run`;
  return [paint('bold', head), ...parts, end].join('\n');
}

function componentLines({ component, modules, edits, kept }: ImportedComponent, release: string | undefined) {
  const set = edits.filter(({ value }) => typeof value === 'string').length;
  const removed = edits.filter(({ value }) => value === null).length;
  const out = edits.length - set - removed;
  const words = [
    `${modules} module${modules === 1 ? '' : 's'}`,
    ...(set === 0 ? [] : [`${set} pinned`]),
    ...(removed === 0 ? [] : [`${removed} of release ${release ?? ''} removed`]),
    ...(out === 0 ? [] : [`${out} taken out of openimis.yaml`]),
    ...(edits.length === 0 ? ['nothing to change'] : []),
  ];
  const rows = edits.map(({ package: name, value, before }) => [
    `  ${name}`,
    value === undefined ? 'taken out' : value === null ? 'removed' : pinWords(value),
    before === undefined ? '' : `was ${pinWords(before)}`,
  ]);
  return [
    `${paint('bold', component)}  ${words.join(', ')}`,
    ...(rows.length === 0 ? [] : [harmless(table(rows))]),
    ...(kept === undefined ? [] : [`  names, order and other keys are kept in ${kept}`]),
  ];
}
