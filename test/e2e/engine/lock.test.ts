import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { createDockerEngine } from '../../../src/engines/docker/docker-engine.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import { startPrivateEngine } from '../../support/private-engine.ts';
import { run } from './support/run.ts';

const project = 'test-engine-locking';
const labels = { 'org.openimis.workspace': 'test-engine', 'org.openimis.server': 'locking' };
const engineModule = new URL('../../../src/engines/docker/docker-engine.ts', import.meta.url).href;

describe('the run lock', () => {
  let engine: Engine;
  let image: string;
  beforeAll(async () => {
    engine = await createDockerEngine();
    image = await engine.baseImage();
  });
  afterAll(() => engine.close());

  it('frees the lock of a process that was killed, and names the holder until then', async () => {
    const name = `${project}-lock`;
    const holder = spawn(process.execPath, [
      '--input-type=module',
      '--eval',
      `const { createDockerEngine } = await import(${JSON.stringify(engineModule)});
       const engine = await createDockerEngine();
       await engine.lock(${JSON.stringify(name)}, ${JSON.stringify(image)}, ${JSON.stringify(labels)});
       console.log('held');
       setInterval(() => {}, 1000);`,
    ]);
    await once(holder.stdout, 'data');
    await expect(engine.lock(name, image, labels)).rejects.toMatchObject({
      code: 'RUN_LOCKED',
      message: expect.stringMatching(new RegExp(` on .+ \\(pid ${holder.pid}\\) since 20`)) as string,
    });
    holder.kill('SIGKILL');
    await once(holder, 'close');
    const lock = await vi.waitFor(() => engine.lock(name, image, labels), { timeout: 15_000, interval: 250 });
    await lock.release();
  });

  it('says that a lock was lost, and takes a stale one', async () => {
    const name = `${project}-lock`;
    const lock = await engine.lock(name, image, labels);
    expect(lock.lost?.aborted).toBe(false);
    await run('docker', ['kill', name]);
    await vi.waitFor(() => expect(lock.lost?.aborted).toBe(true), { timeout: 10_000 });
    const argv = [
      '--label',
      'org.openimis.temporary=lock',
      ...Object.entries(labels).flatMap(([k, v]) => ['--label', `${k}=${v}`]),
    ];
    await run('docker', ['run', '--name', name, '--network', 'none', ...argv, image, 'true']);
    await (await engine.lock(name, image, labels)).release();
    await lock.release();
  });

  it('is free after a power cut of the engine', async () => {
    const box = await startPrivateEngine();
    try {
      await box.load([image]);
      const before = await createDockerEngine({ env: { ...process.env, DOCKER_HOST: box.host } });
      const lock = await before.lock('test-engine-power-lock', image, labels);
      await box.kill();
      await vi.waitFor(() => expect(lock.lost?.aborted).toBe(true), { timeout: 10_000 });
      await box.start();
      await before.close();
      const after = await createDockerEngine({ env: { ...process.env, DOCKER_HOST: box.host } });
      const again = await after.lock('test-engine-power-lock', image, labels);
      await again.release();
      await after.close();
    } finally {
      await box.close();
    }
  });
});
