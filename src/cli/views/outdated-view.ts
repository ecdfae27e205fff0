import { pinComponents } from '../../modules/pin-set.ts';
import type { Dated, PinAge } from '../../modules/outdated/outdated-pins.ts';
import type { Outdated } from '../outdated-pins.ts';
import { type Colour, harmless, paint } from '../paint.ts';
import { table } from '../table.ts';
import { asOfLines } from './as-of.ts';

export const outdatedHead = ['component', 'module', 'pinned', 'published', 'newest', 'published', 'step', 'note'];

const day = (time: string | undefined): string => time?.slice(0, 10) ?? '';
const shown = ({ pins }: Outdated, all: boolean): readonly PinAge[] =>
  pins.filter((pin) => all || pin.state !== 'current' || pin.note !== undefined);

export function outdatedRows(outdated: Outdated, all: boolean): readonly (readonly string[])[] {
  return shown(outdated, all).map((pin) => [
    pin.component,
    harmless(pin.module),
    harmless(pin.pin),
    day(pin.published),
    harmless(pin.newest?.version ?? ''),
    day(pin.newest?.published),
    pin.size ?? '',
    harmless(pin.note ?? ''),
  ]);
}

const colours: Readonly<Record<PinAge['state'], Colour>> = {
  current: 'green',
  behind: 'yellow',
  floating: 'cyan',
  missing: 'red',
  unknown: 'magenta',
};

/** Component by component: what is pinned since when, what is newest since when, and how far that is. */
export function outdatedView(outdated: Outdated, all: boolean): string {
  const pins = shown(outdated, all);
  const lines = table(pins.map(cells)).split('\n');
  const parts = pinComponents.flatMap((component) => {
    const own = outdated.pins.filter((pin) => pin.component === component);
    if (own.length === 0) return [];
    const behind = own.filter((pin) => pin.newest !== undefined).length;
    const words = behind === 0 ? 'nothing newer is known' : `${behind} of ${own.length} have newer versions`;
    const rows = pins.flatMap((pin, at) =>
      pin.component === component ? [paint(colours[pin.state], lines[at]!)] : [],
    );
    return [`${paint('bold', component)}  ${words}`, ...rows];
  });
  return [
    paint('bold', harmless(outdated.name)),
    ...(parts.length === 0 ? ['  it has no such component'] : parts),
    ...asOfLines(outdated.pins.flatMap((pin) => pin.asOf ?? [])),
  ].join('\n');
}

function cells(pin: PinAge): readonly string[] {
  const dated = ({ version, published }: Dated): string => harmless(`${version}${published === undefined ? '' : ` (${day(published)})`}`); // prettier-ignore
  const near = pin.sameMajor === undefined ? [] : [`${dated(pin.sameMajor)} with the same first number`];
  return [
    `  ${harmless(pin.module)}${pin.extra ? ' (extra)' : ''}`,
    dated({ version: pin.pin, ...(pin.published === undefined ? {} : { published: pin.published }) }),
    pin.newest === undefined ? '' : `→ ${dated(pin.newest)}`,
    [pin.size, ...near, pin.note]
      .filter((word) => word !== undefined)
      .map(harmless)
      .join(', '),
  ];
}
