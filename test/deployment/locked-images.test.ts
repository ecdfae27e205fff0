import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { planDeployment } from '../../src/deployment/plan-deployment.ts';
import { imageLabel } from '../../src/images/image-labels.ts';
import { lockedImages, wishOf } from '../../src/images/locked-images.ts';
import { emptyLock, type LockedComponent, withComponent } from '../../src/modules/lock/lock.ts';
import { writeLock } from '../../src/modules/lock/write-lock.ts';
import { parseWorkspace } from '../../src/workspace/parse.ts';
import { lockedBackend } from '../modules/lock/fixture.ts';
import { fakeEngine } from '../support/fake-engine.ts';
import { inTemporaryFolder } from '../support/cli.ts';
import { rejectionOf } from '../workspace/failure-of.ts';
import { box, contextOn, deployOn, server } from './fixture.ts';

const configOf = (components: string) =>
  parseWorkspace(
    `version: 1
servers:
  test:
    generation: "24.10"
    assembly: { backend: "https://git.example.org/be.git@v1" }
    odbc: { driver: none }
    components: ${components}
    pins: { backend: { openimis-be-core: "1.0.4" }, ibackend: { openimis-be-core: "1.0.4" } }
`,
    'openimis.yaml',
  );

async function lockedIn(
  folder: string,
  components: string,
  options: { readonly frozen?: boolean; readonly lock?: boolean; readonly change?: Partial<LockedComponent> } = {},
) {
  const config = configOf(components);
  const { input } = await wishOf(config, folder, 'test', 'backend');
  const locked = lockedBackend({ input });
  const written = withComponent(emptyLock, 'test', 'backend', { ...locked, ...options.change });
  if (options.lock !== false) await writeFile(join(folder, 'openimis.lock.json'), writeLock(written));
  const world = box();
  const engine = fakeEngine(world);
  const run = { frozen: options.frozen ?? false, progress: () => {}, signal: new AbortController().signal };
  return { locked, world, images: lockedImages({ config, folder, name: 'test', engine, ...run }) };
}

describe('images of the lock file', () => {
  it('are for components without a given image; the worker runs the backend’s', async () => {
    await inTemporaryFolder(async (folder) => {
      const images = await (await lockedIn(folder, '{ backend: {}, worker: {} }')).images;
      expect(images.backend?.reference).toMatch(/^openimis-backend:[0-9a-f]{16}$/);
      expect(images.worker?.reference).toBe(images.backend?.reference);
      expect(await (await lockedIn(folder, '{ backend: { image: "be:1" }, worker: {} }')).images).toEqual({});
      expect(await (await lockedIn(folder, '{ ibackend: {} }')).images).toEqual({});
    });
  });

  it.each([
    ['stale', { input: `sha256:${'9'.repeat(64)}` }, 'something else than openimis.yaml asks for'],
    ['edited', { packages: [] }, 'by hand'],
  ])('are refused when the lock is %s', async (_, change, words) => {
    await inTemporaryFolder(async (folder) => {
      const { images } = await lockedIn(folder, '{ backend: {} }', { change });
      const failure = await rejectionOf(images);
      expect([failure.code, failure.message]).toEqual(['LOCK_STALE', expect.stringContaining(words)]);
    });
  });

  it('with --frozen nothing else is taken', async () => {
    await inTemporaryFolder(async (folder) => {
      const unlocked = await lockedIn(folder, '{ backend: {}, ibackend: {} }', { frozen: true });
      expect((await rejectionOf(unlocked.images)).message).toContain('ibackend of test is not in openimis.lock.json');
      const given = await lockedIn(folder, '{ backend: { image: "be:1" } }', { frozen: true });
      expect((await rejectionOf(given.images)).message).toContain('be:1');
      const own = await lockedIn(folder, '{ backend: { image: "be:9" } }', { frozen: true });
      own.world.addImage('be:9');
      Object.assign(own.world.images.get('be:9')!, { labels: { [imageLabel.content]: own.locked.content } });
      expect(await own.images).toEqual({});
    });
  });
});

describe('a deploy from the lock file', () => {
  const unnamed = { ...server, components: { ...server.components, backend: {}, worker: { replicas: 1 } } };

  it('builds what is missing, once, and before anything else', async () => {
    const world = box();
    const built: string[] = [];
    const image = {
      reference: 'openimis-backend:0123456789abcdef',
      build: () => {
        built.push(`after ${world.locks.size} locks`);
        world.addImage('openimis-backend:0123456789abcdef');
        return Promise.resolve();
      },
    };
    const context = contextOn(world, { server: unnamed, lockedImages: { backend: image, worker: image } });
    expect((await planDeployment(context)).steps[0]?.detail).toContain(`backend ${image.reference}`);
    expect(built).toEqual([]);
    expect((await deployOn(context)).changed).toBe(true);
    expect(built).toEqual(['after 0 locks']);
    expect((await deployOn(context)).changed).toBe(false);
    expect(built).toHaveLength(1);
  });

  it('without a lock says how to get one', async () => {
    const failure = await rejectionOf(planDeployment(contextOn(box(), { server: unnamed })));
    expect(failure.code).toBe('IMAGE_MISSING');
    expect(failure.hints[0]).toContain('openimis versions lock test');
  });
});
