import type { PinComponent } from './package-name.ts';
import { moduleName, pinComponents } from './pin-set.ts';
import type { OwnExtra, OwnPins } from './pins.ts';

/** A pin that is there for a while: why, and the last day on which that is all right (YYYY-MM-DD). */
export type Hotfix = { readonly reason: string; readonly until: string };

/** Value of a pin in openimis.yaml: a version, or one with a reason and a date. */
export type OwnPin = string | ({ readonly pin: string } & Hotfix);

export type OpenHotfix = Hotfix & {
  readonly component: PinComponent;
  readonly package: string;
  readonly module: string;
  readonly pin: string;
  /** Days since `until`; 0 when it is not over yet. */
  readonly daysOver: number;
};

type Pinned = {
  readonly pins?: Readonly<Partial<Record<PinComponent, OwnPins>>>;
  readonly extra?: Readonly<Partial<Record<PinComponent, OwnExtra>>>;
};

/** Hotfixes of one server as openimis.yaml has them, those that are over longest first. */
export function openHotfixes({ pins = {}, extra = {} }: Pinned, today: Date): readonly OpenHotfix[] {
  return pinComponents
    .flatMap((component) =>
      [...Object.entries(pins[component] ?? {}), ...Object.entries(extra[component] ?? {})].flatMap(
        ([name, value]): readonly OpenHotfix[] => {
          if (value === null || typeof value === 'string') return [];
          const { pin, reason, until } = value;
          const module = moduleName(component, name);
          return [{ component, package: name, module, pin, reason, until, daysOver: daysOver(until, today) }];
        },
      ),
    )
    .sort(byUntil);
}

/** Those that are over longest first. */
export function byUntil(a: Hotfix, b: Hotfix): number {
  return a.until < b.until ? -1 : a.until > b.until ? 1 : 0;
}

/** Whole days that the day `until` is over, by the calendar of this machine. */
export function daysOver(until: string, today: Date): number {
  return Math.max(0, Math.round((Date.parse(todayIs(today)) - Date.parse(until)) / 86_400_000));
}

/** The day as this machine's calendar has it, YYYY-MM-DD. */
export function todayIs(now: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
