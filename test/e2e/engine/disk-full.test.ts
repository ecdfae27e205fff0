import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createDockerEngine } from '../../../src/engines/docker/docker-engine.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import { type PrivateEngine, startPrivateEngine } from '../../support/private-engine.ts';

/** A real engine whose images and volumes are on a file system of 64 MB. */
describe('an engine without space for an image', () => {
  let own: PrivateEngine;
  let engine: Engine;
  beforeAll(async () => {
    own = await startPrivateEngine({ space: '64m' });
    engine = await createDockerEngine({ env: { ...process.env, DOCKER_HOST: own.host } });
  });
  afterAll(async () => {
    await engine.close();
    await own.close();
  });

  it('says so when it builds one, with what is free and what to do, and has no half image', async () => {
    const tag = 'openimis-e2e-disk-full:1';
    const big = Array.from({ length: 8 }, (_, n) => ({ path: `big${n}`, content: String(n).repeat(12_000_000) }));
    const building = engine.buildImage({
      tag,
      context: [{ path: 'Dockerfile', content: 'FROM scratch\nCOPY big* /\n' }, ...big],
      args: {},
      labels: { 'org.openimis.component': 'e2e-disk-full' },
    });
    await expect(building).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: expect.stringMatching(
        /no space left on device: \d+\.\d GB of 0\.1 GB are free where .*data is/,
      ) as string,
      hints: expect.arrayContaining([expect.stringContaining('docker system df')]) as string[],
    });
    expect((await own.run(['docker', 'image', 'ls', '--quiet'])).stdout).toBe('');
  });
});
