import type { LockChange } from '../../modules/lock/diff-locks.ts';
import type { LockedModule, LockedPackage } from '../../modules/lock/lock.ts';
import type { LockedResult, LockOutcome } from '../lock-server.ts';
import { harmless, paint } from '../paint.ts';
import { table } from '../table.ts';

/** What the lock says now, or with --check whether it still says what openimis.yaml asks for. */
export function lockView(outcome: LockOutcome): string {
  const { server, components, notes, check, dryRun } = outcome;
  const parts = components.flatMap((one) => (check ? [checkLine(one)] : componentLines(one)));
  return [...parts, ...notes.map(harmless), lastLine(outcome, server, dryRun)].filter((line) => line !== '').join('\n');
}

const stateWords: Readonly<Record<LockedResult['state'], string>> = {
  missing: 'not locked',
  edited: 'edited by hand',
  stale: 'stale: openimis.yaml asks for something else since',
  current: 'current',
};

function checkLine({ component, state, modules, packages }: LockedResult): string {
  const size = state === 'missing' ? '' : `  (${modules} modules, ${packages} packages)`;
  return `${component}  ${paint(state === 'current' ? 'green' : 'red', stateWords[state])}${size}`;
}

function componentLines({ component, state, changed, modules, packages, diff }: LockedResult): readonly string[] {
  const size = `${modules} modules, ${packages} packages`;
  if (!changed)
    return [`${component}  ${state === 'current' ? 'is locked already' : 'resolves to the same'}  (${size})`];
  const head = `${component}  ${size}`;
  if (state === 'missing') return [head];
  const named = new Set([...diff.modules, ...diff.extra].map((change) => change.package));
  const transitive = [...diff.packages, ...diff.build].filter((change) => !named.has(change.package));
  const rows = [
    ...[...diff.modules, ...diff.extra].map((change) => row(change, '')),
    ...transitive.map((change) =>
      row(change, change.kind === 'added' ? 'new, asked for by nobody by name' : 'required by others'),
    ),
  ];
  return [head, ...(rows.length === 0 ? [] : [table(rows).replace(/^/gm, '  ')])];
}

const marks = { added: '+', removed: '-', upgraded: '↑', downgraded: '↓', changed: '@', rehashed: '!' } as const;

function row(change: LockChange<LockedModule | LockedPackage>, note: string): readonly string[] {
  const before = change.before === undefined ? '' : version(change.before);
  const after = change.after === undefined ? '' : version(change.after);
  const step = before === '' || after === '' ? before + after : `${before} → ${after}`;
  return [marks[change.kind], harmless(change.package), harmless(step), note];
}

function version(one: LockedModule | LockedPackage): string {
  const commit = 'source' in one ? ('git' in one.source ? one.source.commit : undefined) : one.commit;
  return commit === undefined ? one.version : `${one.version} (${commit.slice(0, 12)})`;
}

function lastLine({ components, check }: LockOutcome, server: string, dryRun: boolean): string {
  if (check)
    return components.every(({ state }) => state === 'current') ? '' : `Next: openimis versions lock ${server}`;
  if (!components.some(({ changed }) => changed)) return '';
  return dryRun
    ? 'nothing was written'
    : `written into openimis.lock.json; put it into git. Next: openimis images build ${server}`;
}
