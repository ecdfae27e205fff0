import { ProtocolError } from './packets.ts';

/** ENCRYPTION option of PRELOGIN (MS-TDS 2.2.6.5). */
export const encryptionByte = { off: 0, on: 1, notSupported: 2, required: 3 } as const;

/**
 * `off`: the server has a certificate and encrypts when asked, the login always; `on`, `required`: everything, always;
 * `not-supported`: never.
 */
export const encryptionModes = ['off', 'on', 'required', 'not-supported'] as const;
export type EncryptionMode = (typeof encryptionModes)[number];

export type Agreement = {
  /** What the server answers. */
  readonly answer: number;
  readonly encrypts: 'nothing' | 'login' | 'everything';
  /** The two cannot agree: the server answers, then cuts. */
  readonly ends: boolean;
};

/** The table of MS-TDS 2.2.6.5: what a client's wish and a server's setting make. */
export function agreeOnEncryption(wish: number, mode: EncryptionMode): Agreement {
  const { off, on, notSupported, required } = encryptionByte;
  if (mode === 'not-supported') return { answer: notSupported, encrypts: 'nothing', ends: false };
  if (wish === notSupported)
    return mode === 'off'
      ? { answer: notSupported, encrypts: 'nothing', ends: false }
      : { answer: required, encrypts: 'nothing', ends: true };
  if (wish === off && mode === 'off') return { answer: off, encrypts: 'login', ends: false };
  return { answer: mode === 'required' ? required : on, encrypts: 'everything', ends: false };
}

const option = { version: 0, encryption: 1, instance: 2, thread: 3, mars: 4, end: 0xff } as const;

/** The client's ENCRYPTION byte; a PRELOGIN without one counts as "not supported". */
export function readPrelogin(data: Buffer): number {
  for (let at = 0; at < data.length; at += 5) {
    const token = data.readUInt8(at);
    if (token === option.end) return encryptionByte.notSupported;
    if (at + 5 > data.length) break;
    const offset = data.readUInt16BE(at + 1);
    const length = data.readUInt16BE(at + 3);
    if (offset + length > data.length) break;
    if (token === option.encryption && length === 1) return data.readUInt8(offset);
  }
  throw new ProtocolError('the PRELOGIN is broken');
}

/** The server's PRELOGIN; `version`: e.g. 15.0.4123.1. */
export function writePrelogin(encryption: number, version: string): Buffer {
  const [major = 0, minor = 0, build = 0] = version.split('.').map(Number);
  const versionBytes = Buffer.from([major, minor, (build >> 8) & 0xff, build & 0xff, 0, 0]);
  const options: readonly (readonly [number, Buffer])[] = [
    [option.version, versionBytes],
    [option.encryption, Buffer.from([encryption])],
    [option.instance, Buffer.from([0])],
    [option.thread, Buffer.alloc(0)],
    [option.mars, Buffer.from([0])],
  ];
  const head = Buffer.alloc(options.length * 5 + 1, option.end);
  let offset = head.length;
  options.forEach(([token, data], n) => {
    head.writeUInt8(token, n * 5);
    head.writeUInt16BE(offset, n * 5 + 1);
    head.writeUInt16BE(data.length, n * 5 + 3);
    offset += data.length;
  });
  return Buffer.concat([head, ...options.map(([, data]) => data)]);
}
