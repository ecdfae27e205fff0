import type { ComponentDiff, PinChange, PinDiff } from '../../modules/diff-pins.ts';
import type { PinnedModule } from '../../modules/pin-set.ts';
import { sourceWords } from '../../modules/pin-source.ts';
import { type Colour, harmless, paint } from '../paint.ts';
import { table } from '../table.ts';

const signs = { upgraded: '↑', downgraded: '↓', changed: '@', added: '+', removed: '-' } as const;
const colours: Readonly<Record<PinChange['kind'], Colour>> = {
  upgraded: 'green',
  downgraded: 'yellow',
  changed: 'cyan',
  added: 'green',
  removed: 'red',
};
const kinds = ['upgraded', 'downgraded', 'changed', 'added', 'removed'] as const;

const plural = (count: number, what = 'module'): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** `onlyChanged`: components that are identical are left out. */
export function diffView(diff: PinDiff, onlyChanged = false): string {
  const shown = diff.components.filter(({ state }) => !onlyChanged || state !== 'identical');
  const lines = table(shown.map((one) => [`${one.component} `, summary(one, diff)])).split('\n');
  const parts = shown.flatMap((one, index) => [lines[index]!, ...detail(one)]);
  const head = paint('bold', harmless(`${diff.before} → ${diff.after}`));
  if (diff.components.length === 0) return `${head}\nneither has such a component`;
  return [head, ...(parts.length === 0 ? ['identical'] : parts)].join('\n');
}

function summary({ state, modules, changes, extra }: ComponentDiff, { before, after }: PinDiff): string {
  const all = plural(modules) + (extra.packages === 0 ? '' : `, ${plural(extra.packages, 'extra package')}`);
  switch (state) {
    case 'identical':
      return `identical (${all})`;
    case 'before':
      return harmless(`in ${before} only (${all})`);
    case 'after':
      return harmless(`in ${after} only (${all})`);
    case 'different':
      return changes.length === 0 ? `identical modules (${modules})` : counts(changes);
  }
}

function counts(changes: readonly PinChange[]): string {
  return kinds
    .map((kind) => [kind, changes.filter((change) => change.kind === kind).length] as const)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ');
}

function detail({ state, changes, extra }: ComponentDiff): readonly string[] {
  if (state !== 'different') return [];
  const more = extra.changes.length === 0 ? [] : [`  extra packages: ${counts(extra.changes)}`];
  return [...changeLines(changes), ...more, ...changeLines(extra.changes)];
}

function changeLines(changes: readonly PinChange[]): readonly string[] {
  if (changes.length === 0) return [];
  const rows = changes.map((change) => [
    `  ${signs[change.kind]} ${harmless(change.module)}`,
    versions(change),
    words(change),
  ]);
  return table(rows)
    .split('\n')
    .map((line, index) => paint(colours[changes[index]!.kind], line));
}

const shownSource = (pin: PinnedModule | undefined): string =>
  pin === undefined ? '' : harmless(sourceWords(pin.source));

function versions({ before, after }: PinChange): string {
  if (before === undefined || after === undefined) return shownSource(before ?? after);
  return `${shownSource(before)} → ${shownSource(after)}`;
}

function words({ kind, size }: PinChange): string {
  return size === undefined ? kind : `${kind} (${size})`;
}

/** One row per change, for a page or a spreadsheet; a component that only one side has is one row. */
export function diffRows(diff: PinDiff): readonly (readonly string[])[] {
  return diff.components.flatMap((one) => {
    const { component, state, changes, modules, extra } = one;
    if (state !== 'before' && state !== 'after')
      return [...changeRows(component, changes), ...changeRows(`${component} extra`, extra.changes)];
    const only = `only in ${state === 'before' ? diff.before : diff.after}`;
    const more = [`${component} extra`, '', only, '', plural(extra.packages, 'package')];
    return [[component, '', only, '', plural(modules)], ...(extra.packages === 0 ? [] : [more])];
  });
}

function changeRows(label: string, changes: readonly PinChange[]): readonly (readonly string[])[] {
  return changes.map((change) => [
    label,
    change.module,
    words(change),
    shownSource(change.before),
    shownSource(change.after),
  ]);
}

export const diffHead = (diff: PinDiff): readonly string[] => [
  'component',
  'module',
  'change',
  diff.before,
  diff.after,
];
