import { describe, expect, it } from 'vitest';

import { imagesView, prunePlanView } from '../../src/cli/views/images-view.ts';
import { revisionNeeds } from '../../src/deployment/image-needs.ts';
import type { ListedImage } from '../../src/engines/engine.ts';
import { imageLabel } from '../../src/images/image-labels.ts';
import { type ImageNeed, usedImages } from '../../src/images/image-uses.ts';
import { keptRefresh, refreshed, refreshOf } from '../../src/images/refresh.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { box, contextOn, deployOn } from '../deployment/fixture.ts';
import { lockedBackend } from '../modules/lock/fixture.ts';

const now = new Date('2026-11-25T12:00:00Z');
const image = (tag: string, day: string, labels: ListedImage['labels'], containers: string[] = []): ListedImage => ({
  ...{ id: `sha256:${tag}`, tags: [tag], labels, containers },
  ...{ created: `${day}T00:00:00Z`, size: 2_000_000 },
});
const frontend = (content: string) => ({ [imageLabel.kind]: 'frontend', [imageLabel.content]: content });
const tools = { [imageLabel.kind]: 'frontend-tools', [imageLabel.base]: 'b' };
const kept = (images: readonly ListedImage[], needs: readonly ImageNeed[] = []): Record<string, readonly string[]> =>
  Object.fromEntries(usedImages(images, needs, now).map(({ tags, uses }) => [tags[0]!, uses] as const));

describe('what an image is needed for', () => {
  it('is a container, a revision by tag or id, a lock', () => {
    const images = [
      image('fe:1', '2026-11-01', frontend('a'), ['openimis-test-r1-frontend-1']),
      image('fe:2', '2026-11-02', frontend('b')),
      image('fe:3', '2026-11-03', frontend('c')),
      image('fe:4', '2026-11-04', frontend('d')),
      image('fe:5', '2026-11-05', frontend('e')),
    ];
    expect(
      kept(images, [
        { by: 'test r1', reference: 'fe:2', id: 'sha256:other' },
        { by: 'qa r7', reference: 'gone:1', id: 'sha256:fe:3' },
        { by: 'lock of test frontend', content: 'd' },
      ]),
    ).toEqual({
      'fe:1': ['container openimis-test-r1-frontend-1'],
      'fe:2': ['test r1'],
      'fe:3': ['qa r7'],
      'fe:4': ['lock of test frontend'],
      'fe:5': [],
    });
  });

  it('is the newest only where a lock was built twice, and where tools were', () => {
    const images = [
      image('fe:old', '2026-11-01', frontend('a')),
      image('fe:new', '2026-11-02', frontend('a')),
      image('tools:old', '2026-11-01', tools),
      image('tools:new', '2026-11-02', tools),
      image('tools:other', '2026-10-01', { ...tools, [imageLabel.base]: 'other' }),
    ];
    expect(kept(images, [{ by: 'lock', content: 'a' }])).toEqual({
      'fe:old': [],
      'fe:new': ['lock'],
      'tools:old': [],
      'tools:new': ['newest frontend-tools'],
      'tools:other': ['newest frontend-tools'],
    });
  });

  it('is that somebody has just made it', () => {
    const one = { ...image('fe:1', '2026-11-25', frontend('a')), created: '2026-11-25T11:30:00Z' };
    expect(kept([one])).toEqual({ 'fe:1': ['made within the last hour'] });
  });

  it('is what every revision was made of, also of servers of another workspace', async () => {
    const world = box();
    await deployOn(contextOn(world));
    const context = contextOn(world, { workspace: { id: 'somebody-else', folder: '/other' } });
    const needs = await revisionNeeds(context.engine, 'fe:1');
    expect(needs).toContainEqual({ by: 'test r1', reference: 'be:1', id: 'sha256:be:1' });
    await expect(revisionNeeds(context.engine, undefined)).rejects.toMatchObject({ code: 'BASE_IMAGE_UNAVAILABLE' });
    expect(await revisionNeeds(contextOn(new FakeWorld()).engine, undefined)).toEqual([]);
  });

  it('is said in words', () => {
    const images = usedImages(
      [image('fe:1', '2026-11-01', frontend('a')), image('fe:2', '2026-11-02', frontend('b'), ['c1'])],
      [],
      now,
    );
    expect(imagesView(images).split('\n')).toEqual([
      'IMAGE  MADE        SIZE    NEEDED BY',
      'fe:2   2026-11-02  2.0 MB  container c1',
      'fe:1   2026-11-01  2.0 MB  nobody',
      'Next: openimis images prune --dry-run',
    ]);
    expect(prunePlanView({ images: images.slice(1), bytes: 2e6, done: true })).toContain('removed 1 images, at most 2.0 MB'); // prettier-ignore
    expect(prunePlanView({ images: [], bytes: 0, done: false })).toBe(
      'every image of openimis on the engine is needed',
    );
  });
});

describe('a refreshed lock', () => {
  it('has the same pins, another content, and keeps its day when it is locked again', () => {
    const before = lockedBackend();
    const after = refreshed(before, '2026-11-25');
    expect(after).toEqual({
      ...before,
      content: after.content,
      runtime: { ...before.runtime, refreshed: '2026-11-25' },
    });
    expect(after.content).not.toBe(before.content);
    expect(refreshOf(after)).toEqual({ refresh: '2026-11-25' });
    expect(refreshOf(before)).toEqual({});
    expect(keptRefresh(after)).toEqual({ refreshed: '2026-11-25' });
    expect(keptRefresh(undefined)).toEqual({});
  });
});
