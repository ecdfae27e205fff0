import { engineContract } from '../support/engine-contract.ts';
import { fakeEngine } from '../support/fake-engine.ts';
import { FakeWorld } from '../support/fake-world.ts';

engineContract('in memory', () => {
  const world = new FakeWorld();
  world.addImage('base:1');
  return Promise.resolve({ engine: fakeEngine(world), image: 'base:1', prefix: 'fake' });
});
