import { Writable } from 'node:stream';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { lineList } from '../../src/cli/task-list.ts';

function sink(): { readonly stream: Writable; readonly lines: () => string[] } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { stream, lines: () => text.split('\n').filter((line) => line !== '') };
}

describe('lineList', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('prints a line when a step starts and one when it ends', async () => {
    const { stream, lines } = sink();
    const list = lineList([{ id: 'images', title: 'images' }], stream);
    list.events.started('images');
    vi.advanceTimersByTime(3000);
    list.events.done('images', 'two built');
    await list.end();
    expect(lines()).toEqual(['→ images', '✓ images (3 s): two built']);
  });

  it('is never silent for more than 10 s, and says what is waited for', async () => {
    const { stream, lines } = sink();
    const list = lineList([{ id: 'healthy', title: 'healthy' }], stream);
    list.events.started('healthy');
    list.events.progress('healthy', 'backend: starting');
    vi.advanceTimersByTime(21_000);
    list.events.failed('healthy', 'backend ended\nlast lines');
    await list.end();
    expect(lines()).toEqual([
      '→ healthy',
      '… healthy: 10 s, backend: starting',
      '… healthy: 20 s, backend: starting',
      '✗ healthy (21 s): backend ended',
    ]);
  });

  it('makes control characters of a container harmless', async () => {
    const { stream, lines } = sink();
    const list = lineList([{ id: 'a', title: 'a' }], stream);
    list.events.started('a');
    list.events.failed('a', 'evil \u001b[2J');
    await list.end();
    expect(lines().at(-1)).toBe('✗ a (0 s): evil \\x1b[2J');
  });
});
