import { inflateRawSync } from 'node:zlib';

/** Enough for the list of files of a wheel of hundreds of files and its METADATA, which stands right before it. */
export const tailSize = 64 * 1024;
const largest = 4 * 1024 * 1024;

/**
 * The METADATA of a wheel from its last bytes (a wheel is a ZIP archive; its list of files is at the end). Throws a plain error when
 * it is not in them.
 */
export function metadataOf(tail: Buffer): string {
  const end = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end === -1 || end + 22 > tail.length) throw new Error('it is no ZIP archive');
  // Addresses in the archive count from its beginning; what is here is its end.
  const size = tail.readUInt32LE(end + 12);
  const start = end - size;
  const shift = tail.readUInt32LE(end + 16) - start;
  if (start < 0) throw new Error('its list of files is too long');
  for (let at = start; at + 46 <= end && tail.readUInt32LE(at) === 0x02014b50;) {
    const nameLength = tail.readUInt16LE(at + 28);
    const name = tail.toString('utf8', at + 46, at + 46 + nameLength);
    if (/^[^/]+\.dist-info\/METADATA$/.test(name)) return fileAt(tail, at, shift);
    at += 46 + nameLength + tail.readUInt16LE(at + 30) + tail.readUInt16LE(at + 32);
  }
  throw new Error('there is no METADATA in it');
}

function fileAt(tail: Buffer, entry: number, shift: number): string {
  const [method, packed] = [tail.readUInt16LE(entry + 10), tail.readUInt32LE(entry + 20)];
  const header = tail.readUInt32LE(entry + 42) - shift;
  if (header < 0 || header + 30 > tail.length) throw new Error('its METADATA stands too far from the end');
  const start = header + 30 + tail.readUInt16LE(header + 26) + tail.readUInt16LE(header + 28);
  const bytes = tail.subarray(start, start + packed);
  if (method === 0) return bytes.toString('utf8');
  if (method !== 8) throw new Error('its METADATA is packed in a way nobody reads');
  return inflateRawSync(bytes, { maxOutputLength: largest }).toString('utf8');
}
