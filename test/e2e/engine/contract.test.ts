import { createDockerEngine } from '../../../src/engines/docker/docker-engine.ts';
import { engineContract } from '../../support/engine-contract.ts';

engineContract('Docker', async () => {
  const engine = await createDockerEngine();
  return { engine, image: await engine.baseImage(), prefix: 'test-engine' };
});
