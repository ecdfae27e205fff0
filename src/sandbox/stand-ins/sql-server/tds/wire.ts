import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { TLSSocket, type SecureContext } from 'node:tls';

import { createPacketReader, packetsOf, packetType } from './packets.ts';

/**
 * The bytes of one connection, in clear or inside TLS. TDS 7.x wraps the TLS handshake into PRELOGIN packets; after it
 * the TLS records go over the socket as they are.
 */
export type Wire = {
  send(data: Buffer): void;
  /** Answers the client's TLS handshake, which comes next. */
  startTls(context: SecureContext): void;
  /** Back to clear text: only the login was encrypted. */
  endTls(): void;
  readonly encrypted: () => boolean;
};

const largestHandshakePacket = 4096;
const longestHandshakeMessage = 65_536;

/** `onData` gets what the client said, decrypted; what it throws cuts the connection. */
export function createWire(socket: Socket, onData: (chunk: Buffer) => void): Wire {
  let mode: 'clear' | 'handshake' | 'tls' = 'clear';
  let inner: Duplex | undefined;
  let tls: TLSSocket | undefined;
  const cut = (): void => void socket.destroy();

  const guarded = (work: () => void): void => {
    try {
      work();
    } catch {
      cut();
    }
  };
  const unwrapped = createPacketReader(longestHandshakeMessage, ({ type, data }) => {
    if (type !== packetType.prelogin) cut();
    else inner?.push(data);
  });
  socket.on('data', (chunk: Buffer) =>
    guarded(() => {
      if (mode === 'clear') return onData(chunk);
      // The first TLS record outside a packet (content types 0x14 to 0x17) shows that the handshake is over.
      if (mode === 'handshake' && isTlsRecord(chunk)) mode = 'tls';
      if (mode === 'handshake') unwrapped.feed(chunk);
      else inner?.push(chunk);
    }),
  );

  return {
    encrypted: () => mode === 'tls',
    send: (data) => void (mode === 'tls' && tls !== undefined ? tls : socket).write(data),
    startTls(context) {
      mode = 'handshake';
      inner = new Duplex({
        read() {},
        write(chunk: Buffer, _encoding, callback) {
          const clear = mode === 'handshake' ? packetsOf(packetType.prelogin, chunk, largestHandshakePacket) : chunk;
          if (mode === 'clear' || socket.destroyed) callback();
          else socket.write(clear, () => callback());
        },
      });
      tls = new TLSSocket(inner, { isServer: true, secureContext: context });
      tls.on('error', () => mode !== 'clear' && cut());
      tls.on('data', (chunk: Buffer) => guarded(() => onData(chunk)));
      socket.once('close', () => tls?.destroy());
    },
    endTls() {
      mode = 'clear';
      tls?.removeAllListeners('data');
    },
  };
}

function isTlsRecord(chunk: Buffer): boolean {
  const first = chunk[0] ?? 0;
  return first >= 0x14 && first <= 0x17;
}
