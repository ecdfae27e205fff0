import { expect, it } from 'vitest';

import { createDockerEngine } from '../../../src/engines/docker/docker-engine.ts';

it('knows the subnets of the box, without those of the engine’s networks', async () => {
  const engine = await createDockerEngine();
  const subnets = await engine.hostSubnets();
  for (const subnet of subnets) expect(subnet).toMatch(/^\d+\.\d+\.\d+\.\d+\/\d+$/);
  const own = (await engine.networks()).flatMap((network) => network.subnets);
  expect(own.length).toBeGreaterThan(0);
  expect(subnets.filter((subnet) => own.includes(subnet))).toEqual([]);
  await engine.close();
});
