/** Packet types of TDS 7.x that the stand-in knows (MS-TDS 2.2.3.1.1). */
export const packetType = {
  batch: 0x01,
  rpc: 0x03,
  reply: 0x04,
  attention: 0x06,
  transaction: 0x0e,
  login: 0x10,
  prelogin: 0x12,
} as const;

export type Message = { readonly type: number; readonly data: Buffer; readonly resetsConnection: boolean };

const headerLength = 8;
const endOfMessage = 0x01;
const resetConnection = 0x08 | 0x10;

/** Bytes that are not TDS: the connection is to be cut. */
export class ProtocolError extends Error {}

/**
 * Assembles packets into messages. `feed` throws ProtocolError for what cannot be a packet, or when a message has more
 * than `longest` bytes.
 */
export function createPacketReader(
  longest: number,
  onMessage: (message: Message) => void,
): { feed(chunk: Buffer): void } {
  let pending = Buffer.alloc(0);
  let parts: Buffer[] = [];
  let size = 0;
  let type = 0;
  let resets = false;
  return {
    feed(chunk) {
      pending = Buffer.concat([pending, chunk]);
      for (;;) {
        if (pending.length < headerLength) return;
        const length = pending.readUInt16BE(2);
        if (length < headerLength || !Object.values<number>(packetType).includes(pending.readUInt8(0)))
          throw new ProtocolError('this is not a TDS packet');
        if (pending.length < length) return;
        const status = pending.readUInt8(1);
        if (parts.length > 0 && pending.readUInt8(0) !== type) throw new ProtocolError('a message of two types');
        type = pending.readUInt8(0);
        resets ||= (status & resetConnection) !== 0;
        parts.push(pending.subarray(headerLength, length));
        size += length;
        if (size > longest) throw new ProtocolError('the message is too long');
        pending = pending.subarray(length);
        if ((status & endOfMessage) === 0) continue;
        const message = { type, data: Buffer.concat(parts), resetsConnection: resets };
        parts = [];
        size = 0;
        resets = false;
        onMessage(message);
      }
    },
  };
}

/** Cuts a message into packets of at most `packetSize` bytes. */
export function packetsOf(type: number, data: Buffer, packetSize: number): Buffer {
  const room = packetSize - headerLength;
  const packets: Buffer[] = [];
  for (let at = 0, id = 1; at === 0 || at < data.length; at += room, id++) {
    const part = data.subarray(at, at + room);
    const header = Buffer.alloc(headerLength);
    header.writeUInt8(type, 0);
    header.writeUInt8(at + room >= data.length ? endOfMessage : 0, 1);
    header.writeUInt16BE(part.length + headerLength, 2);
    header.writeUInt8(id & 0xff, 6);
    packets.push(header, part);
  }
  return Buffer.concat(packets);
}
