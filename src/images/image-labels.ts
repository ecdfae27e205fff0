import type { LockedComponent, LockedModule } from '../modules/lock/lock.ts';

/** Labels on an image that was built from a lock; `versions capture`, `status` and `@running` read them without network. */
export const imageLabel = {
  /** Compact JSON: what `pinsLabel` writes. */
  pins: 'org.openimis.pins',
  /** `backend` or `frontend`. */
  kind: 'org.openimis.image',
  /** Content hash of the lock. */
  content: 'org.openimis.lock',
  base: 'org.openimis.image.base',
} as const;

export type LabelledPin = readonly [packageName: string, version: string, commit?: string];
export type PinsLabel = { readonly modules: readonly LabelledPin[]; readonly extra: readonly LabelledPin[] };

export function pinsLabel({ modules, extra }: Pick<LockedComponent, 'modules' | 'extra'>): string {
  const pin = (one: LockedModule): LabelledPin =>
    one.commit === undefined ? [one.package, one.version] : [one.package, one.version, one.commit];
  return JSON.stringify({ modules: modules.map(pin), extra: extra.map(pin) } satisfies PinsLabel);
}

/** Undefined: not a label that we wrote. */
export function readPinsLabel(text: string | undefined): PinsLabel | undefined {
  if (text === undefined || text.length > 1_000_000) return undefined;
  try {
    const read = JSON.parse(text) as Partial<PinsLabel> | null;
    const { modules, extra } = read ?? {};
    return isPins(modules) && isPins(extra) ? { modules, extra } : undefined;
  } catch {
    return undefined;
  }
}

function isPins(list: unknown): list is readonly LabelledPin[] {
  return (
    Array.isArray(list) &&
    list.every(
      (one) =>
        Array.isArray(one) &&
        (one.length === 2 || one.length === 3) &&
        one.every((word) => typeof word === 'string' && !/\p{Cc}/u.test(word)),
    )
  );
}
