import type { PinComponent } from '../modules/package-name.ts';
import type { Ecosystem } from './ecosystem.ts';

/** The world of a component's packages. Undefined: images of it cannot be built yet. */
export async function ecosystemOf(component: PinComponent): Promise<Ecosystem | undefined> {
  return component === 'frontend' ? undefined : (await import('./python/python.ts')).python;
}
