import { afterAll, beforeAll, describe, it } from 'vitest';

import { createDockerEngine } from '../../../src/engines/docker/docker-engine.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import { goldenCases, renderCase } from '../../rendering/golden-cases.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createDockerEngine();
});
afterAll(() => engine.close());

/** `docker compose config` throws for a key, a type or a reference that Compose does not know. */
describe('the real Compose accepts', () => {
  it.each(Object.keys(goldenCases))('%s', async (name) => {
    const { base, current } = renderCase(name);
    await engine.validate(base);
    await engine.validate(current);
  });
});
