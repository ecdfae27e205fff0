import { compareSources } from './compare-sources.ts';
import type { OwnPin } from './hotfix.ts';
import { packageKey, type PinComponent } from './package-name.ts';
import type { PinnedModule } from './pin-set.ts';
import { readPinValue } from './pin-source.ts';
import { pinValue } from './pin-text.ts';
import type { OwnPins } from './pins.ts';

/** One pin of openimis.yaml that has to become another one. */
export type WantedPin = {
  /** The key as openimis.yaml spells it. */
  readonly package: string;
  /** Undefined: the pin goes. `null`: the module of the release is removed. */
  readonly value: string | null | undefined;
  readonly before: OwnPin | null | undefined;
};

/**
 * The smallest change of a component's own pins after which it has exactly the modules `wanted` on top of the release's
 * (`base`): what is right already stays as it is written, a hotfix included.
 */
export function importPins(
  component: PinComponent,
  base: readonly PinnedModule[],
  own: OwnPins,
  wanted: readonly PinnedModule[],
): readonly WantedPin[] {
  const inBase = new Map(base.map((pin) => [pin.package, pin]));
  const keys = new Map(Object.keys(own).map((key) => [packageKey(component, key), key]));
  const changes: WantedPin[] = [];
  const change = (name: string, value: WantedPin['value']): void => {
    const key = keys.get(name);
    const before = key === undefined ? undefined : own[key];
    if (value !== before) changes.push({ package: key ?? name, value, before });
  };
  for (const { package: name, source } of wanted) {
    const before = own[keys.get(name) ?? ''];
    const there = before === undefined || before === null ? undefined : readPinValue(component, textOf(before));
    if (there !== undefined && compareSources(component, there, source) === undefined) continue;
    const released = inBase.get(name);
    const isReleased = released !== undefined && compareSources(component, released.source, source) === undefined;
    change(name, isReleased ? undefined : pinValue(component, source));
  }
  const names = new Set(wanted.map((pin) => pin.package));
  for (const name of inBase.keys()) if (!names.has(name)) change(name, null);
  for (const name of keys.keys()) if (!names.has(name) && !inBase.has(name)) change(name, undefined);
  return changes;
}

const textOf = (value: OwnPin): string => (typeof value === 'string' ? value : value.pin);
