import type { Compatibility, Conflict, Side } from '../../modules/compatibility/check-compatibility.ts';
import type { PinFinding } from '../../modules/verify/finding.ts';
import type { Verification, VerifiedComponent } from '../../modules/verify/verify-pins.ts';
import { type Colour, harmless, paint } from '../paint.ts';
import { table } from '../table.ts';
import { asOfLines } from './as-of.ts';

const signs = { ok: '✓', warning: '!', problem: '✗', unknown: '?' } as const;
const colours: Readonly<Record<PinFinding['state'], Colour>> = {
  ok: 'green',
  warning: 'yellow',
  problem: 'red',
  unknown: 'magenta',
};

/** What could be said of a set's pins; `all`: also of those that are well. */
export function verificationView({ name, components }: Verification, all: boolean): string {
  if (components.length === 0) return `${harmless(name)}\n  it has no such component`;
  const pins = components.flatMap((one) => one.pins);
  const git = pins.some(({ state, taken, kind }) => state === 'problem' && kind === 'missing' && taken?.kind === 'git');
  return [
    paint('bold', harmless(name)),
    ...components.flatMap((component) => componentLines(component, all)),
    ...asOfLines(pins.flatMap((pin) => pin.asOf ?? [])),
    ...(git ? ['with --allow-git the tags that are named are taken'] : []),
  ].join('\n');
}

function componentLines({ component, pins, compatibility }: VerifiedComponent, all: boolean): readonly string[] {
  const shown = pins.filter(({ state }) => all || state !== 'ok');
  const rows = shown.map((pin) => [
    `  ${signs[pin.state]} ${harmless(pin.module)}${pin.extra ? ' (extra)' : ''}`,
    harmless(pin.pin),
    harmless(pin.says[0] ?? ''),
  ]);
  const lines = rows.length === 0 ? [] : table(rows).split('\n');
  return [
    `${paint('bold', component)}  ${summary(pins)}`,
    ...shown.flatMap((pin, index) => [
      paint(colours[pin.state], lines[index]!),
      ...pin.says.slice(1).map((line) => paint('dim', `      ${harmless(line)}`)),
    ]),
    ...compatibilityLines(compatibility),
  ];
}

function summary(pins: readonly PinFinding[]): string {
  const count = (state: PinFinding['state']): number => pins.filter((pin) => pin.state === state).length;
  const parts = [
    [count('ok'), 'as they should be'],
    [count('warning'), 'to look at'],
    [count('problem'), count('problem') === 1 ? 'problem' : 'problems'],
    [count('unknown'), 'could not be asked'],
  ] as const;
  const words = parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  return words.length === 0 ? 'no modules' : words.join(', ');
}

function compatibilityLines({ conflicts, absent, unknown }: Compatibility): readonly string[] {
  const missing = Map.groupBy(absent, (one) => one.package);
  return [
    ...conflicts.map((conflict) => paint('red', `  ✗ ${harmless(conflictWords(conflict))}`)),
    ...[...missing].map(([name, all]) =>
      paint(
        'yellow',
        `  ! ${harmless(`${name} is not pinned, and ${all.map(({ needs }) => sideWords(needs)).join(', ')} wants it`)}`,
      ),
    ),
    ...(unknown.length === 0
      ? []
      : [paint('dim', `    what they require is not told: ${harmless(unknown.join(', '))}`)]),
  ];
}

const sideWords = ({ package: name, version, spec }: Side): string =>
  `${name} ${version}${spec === '*' ? '' : ` (${spec})`}`;

function conflictWords(conflict: Conflict): string {
  switch (conflict.kind) {
    case 'module':
      return `${conflict.needs.package} ${conflict.needs.version} wants ${conflict.package} ${conflict.needs.spec}, pinned is ${conflict.has}`;
    case 'package':
      return `${conflict.package}: ${conflict.sides.map(sideWords).join(' and ')} cannot both have theirs`;
    case 'python':
      return `${conflict.needs.package} ${conflict.needs.version} wants Python ${conflict.needs.spec}, the image has ${conflict.python}`;
    case 'pythons':
      return `Python: ${conflict.sides.map(sideWords).join(' and ')} run on no common one`;
  }
}
