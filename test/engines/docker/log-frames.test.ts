import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { frameReader, timedLines } from '../../../src/engines/docker/log-frames.ts';

function frame(stream: 1 | 2, data: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
}

describe('the engine’s log stream', () => {
  it('gives the same frames however the stream is cut', () => {
    const frames = fc.array(fc.record({ stderr: fc.boolean(), data: fc.uint8Array({ maxLength: 60 }) }), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 13 }), { minLength: 1, maxLength: 20 }), (sent, cuts) => {
        const bytes = Buffer.concat(sent.map(({ stderr, data }) => frame(stderr ? 2 : 1, Buffer.from(data))));
        const read = frameReader();
        const got: { stderr: boolean; data: number[] }[] = [];
        for (let from = 0, turn = 0; from < bytes.length; turn++) {
          const to = from + (cuts[turn % cuts.length] ?? 1);
          for (const { stderr, data } of read(bytes.subarray(from, to))) got.push({ stderr, data: [...data] });
          from = to;
        }
        expect(got).toEqual(sent.map(({ stderr, data }) => ({ stderr, data: [...data] })));
      }),
    );
  });

  const time = '2026-11-24T03:01:51.743807001Z';
  it('takes the time off each line and leaves the rest, also what looks like a time', () => {
    const lines = timedLines();
    expect(lines.push(Buffer.from(`${time} ${time} hä {"a":1}\n`))).toEqual([{ time, text: `${time} hä {"a":1}` }]);
    expect(lines.push(Buffer.from(`${time} \n`))).toEqual([{ time, text: '' }]);
  });

  it('joins the parts of a line over 16 KiB, a character cut in two included', () => {
    const lines = timedLines();
    const bytes = Buffer.from('x€y\n');
    expect(lines.push(Buffer.concat([Buffer.from(`${time} `), bytes.subarray(0, 2)]))).toEqual([]);
    expect(lines.push(Buffer.concat([Buffer.from(`${time.replace('001Z', '002Z')} `), bytes.subarray(2)]))).toEqual([
      { time, text: 'x€y' },
    ]);
    expect(lines.end()).toEqual([]);
  });

  it('finds the time of each line where one chunk has several, and the last line without an end', () => {
    const lines = timedLines();
    expect(lines.push(Buffer.from(`${time} a\r\n${time} b\r\n${time} c`))).toEqual([
      { time, text: 'a' },
      { time, text: 'b' },
    ]);
    expect(lines.end()).toEqual([{ time, text: 'c' }]);
  });
});
