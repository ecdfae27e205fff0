/** Little-endian pieces of TDS messages. */
export const u8 = (value: number): Buffer => Buffer.from([value & 0xff]);

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

export function i64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(Math.trunc(value)));
  return bytes;
}

const ucs2 = (text: string): Buffer => Buffer.from(text, 'utf16le');

/** B_VARCHAR: length in characters as one byte, UTF-16. */
export function shortText(text: string): Buffer {
  const cut = text.slice(0, 255);
  return Buffer.concat([u8(cut.length), ucs2(cut)]);
}

/** US_VARCHAR: length in characters as two bytes, UTF-16. */
export function longText(text: string): Buffer {
  const cut = text.slice(0, 4000);
  return Buffer.concat([u16(cut.length), ucs2(cut)]);
}

/** Reads a message front to back; RangeError beyond its end. */
export type Reader = {
  readonly left: () => number;
  u8(): number;
  u16(): number;
  u32(): number;
  bytes(count: number): Buffer;
  /** UTF-16 text of `count` characters. */
  text(count: number): string;
};

export function readerOf(data: Buffer): Reader {
  let at = 0;
  const bytes = (count: number): Buffer => {
    if (count > data.length - at) throw new RangeError('the message ends too early');
    at += count;
    return data.subarray(at - count, at);
  };
  return {
    left: () => data.length - at,
    u8: () => bytes(1).readUInt8(),
    u16: () => bytes(2).readUInt16LE(),
    u32: () => bytes(4).readUInt32LE(),
    bytes,
    text: (count) => bytes(count * 2).toString('utf16le'),
  };
}
