import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createDockerEngine } from '../../../src/engines/docker/docker-engine.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import { run } from './support/run.ts';

describe('building images', () => {
  let engine: Engine;
  let image: string;
  const tag = `test-engine-build:${process.pid}`;
  beforeAll(async () => {
    engine = await createDockerEngine();
    image = await engine.baseImage();
  });
  afterAll(async () => {
    await run('docker', ['rmi', tag]);
    await engine.close();
  });

  it('builds an image once, shows what it does, and the last lines when it fails', async () => {
    const build = {
      tag,
      args: { BASE: image },
      labels: { 'org.openimis.component': 'test' },
      context: [
        {
          path: 'Dockerfile',
          content: `ARG BASE\nFROM \${BASE}\nCOPY sub/run /run-me\nRUN echo in the build ${process.hrtime.bigint()} && /run-me\n`,
        },
        { path: 'sub/run', content: '#!/bin/sh\necho ran as $0\n', mode: 0o755 },
      ],
    };
    const lines: string[] = [];
    await engine.buildImage(build, (line) => lines.push(line));
    expect(lines).toContain('ran as /run-me');
    expect(await engine.image(tag)).toMatchObject({ labels: { 'org.openimis.component': 'test' } });
    await engine.buildImage(build, () => expect.unreachable('nothing to build'));
    const failing = {
      ...build,
      tag: `${tag}-failing`,
      context: [{ path: 'Dockerfile', content: 'ARG BASE\nFROM ${BASE}\nRUN echo the reason; exit 9\n' }],
    };
    await expect(engine.buildImage(failing)).rejects.toMatchObject({
      code: 'IMAGE_BUILD_FAILED',
      message: expect.stringContaining('the reason') as string,
    });
  });
});
