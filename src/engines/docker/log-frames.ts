/**
 * The engine's multiplexed stream: 8 bytes of header (1: stdin 0, stdout 1, stderr 2; 4-7: length, big-endian), then data.
 * A stream of a container with a terminal has no headers.
 */
export type FrameReader = (chunk: Buffer) => readonly { readonly stderr: boolean; readonly data: Buffer }[];

export function frameReader(): FrameReader {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const frames: { stderr: boolean; data: Buffer }[] = [];
    while (rest.length >= 8) {
      const end = 8 + rest.readUInt32BE(4);
      if (rest.length < end) break;
      frames.push({ stderr: rest[0] === 2, data: rest.subarray(8, end) });
      rest = rest.subarray(end);
    }
    return frames;
  };
}

export type TimedText = { readonly time: string; readonly text: string };

const stamp = /^(\d{4}-\d\d-\d\dT\S+Z) /;

/** Bytes; a line that never ends is cut. */
const longestLine = 256 * 1024;

/**
 * Lines of one stream with `timestamps`: each begins with an RFC 3339 time and a space. A line longer than 16 KiB comes in
 * several parts, each with a time of its own and only the last with a line break: they are put together again.
 */
export function timedLines(): { push(data: Buffer): readonly TimedText[]; end(): readonly TimedText[] } {
  let time = '';
  let parts: Buffer[] = [];
  let size = 0;
  const finish = (): TimedText => {
    let text = Buffer.concat(parts).toString('utf8').replace(/\r$/, '');
    if (time === '') {
      // Second line of a chunk: only streams of a terminal have such.
      time = stamp.exec(text)?.[1] ?? '';
      if (time !== '') text = text.slice(time.length + 1);
    }
    const line = { time, text };
    [time, parts, size] = ['', [], 0];
    return line;
  };
  const add = (data: Buffer): void => {
    if (size < longestLine) parts.push(data);
    size += data.length;
  };
  return {
    push: (data) => {
      const found = stamp.exec(data.subarray(0, 40).toString('latin1'));
      let from = 0;
      if (found?.[1] !== undefined) {
        from = found[0].length;
        if (parts.length === 0) time = found[1];
      }
      const lines: TimedText[] = [];
      for (let end = data.indexOf(10, from); end !== -1; end = data.indexOf(10, from)) {
        add(data.subarray(from, end));
        lines.push(finish());
        from = end + 1;
      }
      if (from < data.length) add(data.subarray(from));
      return lines;
    },
    end: () => (parts.length === 0 ? [] : [finish()]),
  };
}
