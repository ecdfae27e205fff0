import type { OpenHotfix } from '../../modules/hotfix.ts';
import { type Pinned, pinComponents, type PinnedModule, type PinSet } from '../../modules/pin-set.ts';
import { sourceWords } from '../../modules/pin-source.ts';
import { harmless, paint } from '../paint.ts';
import { table } from '../table.ts';
import { hotfixAdvice, hotfixLines } from './hotfix-lines.ts';

/** A set, and the hotfixes of it when it is a server's. */
export type PinList = PinSet & { readonly hotfixes: readonly OpenHotfix[] };

/** Modules of a set, component by component; packages that are no modules below them. */
export function pinsView({ name, components, extra, hotfixes }: PinList, origin: boolean): string {
  const parts = pinComponents.flatMap((component) => {
    const modules = components[component];
    if (modules === undefined) return [];
    return [
      `${paint('bold', component)}  ${plural(modules.length, 'module')}`,
      ...pinLines(modules, origin),
      ...extraLines(extra, component, origin),
    ];
  });
  return [
    harmless(name),
    ...(parts.length === 0 ? ['  it has no such component'] : parts),
    ...hotfixLines(hotfixes),
    ...hotfixAdvice(name, hotfixes),
  ].join('\n');
}

function extraLines(extra: Pinned, component: keyof Pinned, origin: boolean): readonly string[] {
  const packages = extra[component] ?? [];
  if (packages.length === 0) return [];
  return [
    `${paint('bold', `${component} extra`)}  ${plural(packages.length, 'package')}`,
    ...pinLines(packages, origin),
  ];
}

function pinLines(pins: readonly PinnedModule[], origin: boolean): readonly string[] {
  if (pins.length === 0) return [];
  const rows = pins.map((pin) => [
    `  ${harmless(pin.module)}`,
    harmless(sourceWords(pin.source)),
    origin ? harmless(pin.origin) : '',
  ]);
  return table(rows).split('\n');
}

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

export const pinsHead = ['component', 'module', 'package', 'version', 'origin', 'hotfix until'] as const;

/** One row per module, for a page or a spreadsheet. */
export function pinsRows({ components, extra }: PinSet): readonly (readonly string[])[] {
  return pinComponents.flatMap((component) => [
    ...sheetRows(component, components[component] ?? []),
    ...sheetRows(`${component} extra`, extra[component] ?? []),
  ]);
}

function sheetRows(label: string, pins: readonly PinnedModule[]): readonly (readonly string[])[] {
  return pins.map((pin) =>
    [label, pin.module, pin.package, sourceWords(pin.source), pin.origin, pin.hotfix?.until ?? ''].map(harmless),
  );
}
