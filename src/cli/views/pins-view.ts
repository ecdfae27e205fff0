import { pinComponents, type PinSet } from '../../modules/pin-set.ts';
import { sourceWords } from '../../modules/pin-source.ts';
import { harmless, paint } from '../paint.ts';
import { table } from '../table.ts';

/** Modules of a set, component by component. */
export function pinsView({ name, components }: PinSet, origin: boolean): string {
  const parts = pinComponents.flatMap((component) => {
    const modules = components[component];
    if (modules === undefined) return [];
    const rows = modules.map((pin) => [
      `  ${harmless(pin.module)}`,
      harmless(sourceWords(pin.source)),
      origin ? harmless(pin.origin) : '',
    ]);
    const count = `${modules.length} module${modules.length === 1 ? '' : 's'}`;
    return [`${paint('bold', component)}  ${count}`, ...(rows.length === 0 ? [] : [table(rows)])];
  });
  return [harmless(name), ...(parts.length === 0 ? ['  it has no such component'] : parts)].join('\n');
}
