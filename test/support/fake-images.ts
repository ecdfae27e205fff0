import type { Labels, ListedImage } from '../../src/engines/engine.ts';
import { Failure } from '../../src/failure.ts';
import type { FakeWorld } from './fake-world.ts';

/** Images of a world with these labels (an empty value: any), the last added first. */
export function listImages(world: FakeWorld, labels: Labels): readonly ListedImage[] {
  const has = (own: Labels): boolean =>
    Object.entries(labels).every(([key, value]) => (value === '' ? own[key] !== undefined : own[key] === value));
  return [...world.images]
    .filter(([, one]) => has(one.labels))
    .map(([tag, one]) => ({ ...one, tags: [tag], containers: using(world, tag) }))
    .reverse();
}

export function removeImage(world: FakeWorld, reference: string): void {
  if (using(world, reference).length > 0) throw new Failure('BUG', `a container needs ${reference}`);
  world.images.delete(reference);
}

function using(world: FakeWorld, image: string): readonly string[] {
  return [...world.containers.values()].filter((one) => one.image === image).map(({ name }) => name);
}
