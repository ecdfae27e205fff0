import type { PinComponent } from '../modules/package-name.ts';
import type { Ecosystem } from './ecosystem.ts';

/** The world of a component's packages. */
export async function ecosystemOf(component: PinComponent): Promise<Ecosystem> {
  return component === 'frontend' ? (await import('./node/node.ts')).node : (await import('./python/python.ts')).python;
}
