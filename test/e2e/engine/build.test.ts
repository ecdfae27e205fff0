import { createHash } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createDockerEngine } from '../../../src/engines/docker/docker-engine.ts';
import type { Engine } from '../../../src/engines/engine.ts';

describe('building images', () => {
  let engine: Engine;
  let image: string;
  const tag = `test-engine-build:${process.pid}`;
  beforeAll(async () => {
    engine = await createDockerEngine();
    image = await engine.baseImage();
  });
  afterAll(async () => {
    await engine.removeImage(tag);
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
    await engine.removeImage(tag);
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

  it('gives a secret to the one step that asks, and a build without network neither secret nor way out', async () => {
    const lines: string[] = [];
    const dockerfile = (step: string): { path: string; content: string } => ({
      path: 'Dockerfile',
      content: `ARG BASE\nFROM \${BASE}\nRUN --mount=type=secret,id=token ${step} # ${process.hrtime.bigint()}\n`,
    });
    const build = { args: { BASE: image }, labels: { 'org.openimis.component': tag }, secrets: { token: 'a$b"c\nd' } };
    const sum = createHash('sha256').update(build.secrets.token).digest('hex');
    const step = `test "$(sha256sum < /run/secrets/token)" = "${sum}  -"`;
    await engine.buildImage({ ...build, tag, context: [dockerfile(step)] }, (line) => lines.push(line));
    expect(lines.join('\n')).not.toContain('a$b"c');
    const seen = 'echo "links: $(ls /sys/class/net | tr "\\n" " ")"; test ! -e /run/secrets/token';
    await engine.buildImage({ ...build, tag: `${tag}-closed`, network: 'none', context: [dockerfile(seen)] }, (line) =>
      lines.push(line),
    );
    expect(lines).toContain('links: lo');
    const ours = await engine.images({ 'org.openimis.component': tag });
    expect(ours.map(({ tags, containers }) => [...tags, ...containers])).toEqual(
      expect.arrayContaining([[tag], [`${tag}-closed`]]),
    );
    for (const one of ours) for (const each of one.tags) await engine.removeImage(each);
    expect(await engine.images({ 'org.openimis.component': tag })).toEqual([]);
    await engine.removeImage(tag);
  });
});
