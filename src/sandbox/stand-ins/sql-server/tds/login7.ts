import { ProtocolError } from './packets.ts';

export type Login7 = {
  /** e.g. 0x74000004; >= 0x72000000 has wider counters. */
  readonly tdsVersion: number;
  readonly packetSize: number;
  readonly hostName: string;
  readonly user: string;
  readonly password: string;
  readonly application: string;
  readonly database: string;
  readonly integrated: boolean;
};

const fixedLength = 94;

/** Reads a LOGIN7 message (MS-TDS 2.2.6.4). Throws ProtocolError or RangeError for a broken one. */
export function readLogin7(data: Buffer): Login7 {
  if (data.length < fixedLength || data.readUInt32LE(0) !== data.length)
    throw new ProtocolError('the LOGIN7 is broken');
  const piece = (at: number): Buffer => {
    const offset = data.readUInt16LE(at);
    const bytes = data.readUInt16LE(at + 2) * 2;
    if (bytes > 0 && (offset < fixedLength - 8 || offset + bytes > data.length))
      throw new ProtocolError('the LOGIN7 points beyond its end');
    return data.subarray(offset, offset + bytes);
  };
  const text = (at: number): string => piece(at).toString('utf16le');
  return {
    tdsVersion: data.readUInt32LE(4),
    packetSize: data.readUInt32LE(8),
    integrated: (data.readUInt8(25) & 0x80) !== 0,
    hostName: text(36),
    user: text(40),
    password: revealed(piece(44)).toString('utf16le'),
    application: text(48),
    database: text(68),
  };
}

/** Undoes the password's disguise: every byte XOR 0xA5, its halves swapped. */
function revealed(bytes: Buffer): Buffer {
  return Buffer.from(
    bytes.map((byte) => {
      const mixed = byte ^ 0xa5;
      return ((mixed << 4) & 0xf0) | (mixed >> 4);
    }),
  );
}
