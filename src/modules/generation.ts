/**
 * A generation is the range of upstream releases that start, are configured and are probed the same way
 * (domain.md section 3 and 4). 0.0.x pins predate 1.0.0 and behave like generation 1.0.
 */
export const generations = ['1.0', '1.1', '1.2', '1.3', '1.4', '1.5', '23.04', '23.10', '24.04', '24.10'] as const;

export type Generation = (typeof generations)[number];

/** Is `generation` the given one or a later one? */
export function since(generation: Generation, first: Generation): boolean {
  return generations.indexOf(generation) >= generations.indexOf(first);
}
