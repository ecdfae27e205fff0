import type { Value } from '../query/values.ts';
import { readerOf, type Reader } from './bytes.ts';
import { ProtocolError } from './packets.ts';

export type RemoteCall = {
  /** Procedure by name, lower case; ids are translated. */
  readonly procedure: string;
  readonly parameters: readonly { readonly name: string; readonly value: Value }[];
};

/** Skips ALL_HEADERS, which TDS 7.2 and later put before a batch or call. */
function body(data: Buffer, wide: boolean): Reader {
  const reader = readerOf(data);
  if (wide) {
    const length = reader.u32();
    if (length < 4) throw new ProtocolError('ALL_HEADERS is broken');
    reader.bytes(length - 4);
  }
  return reader;
}

export function readBatch(data: Buffer, wide: boolean): string {
  const reader = body(data, wide);
  return reader.text(Math.floor(reader.left() / 2));
}

/** Kind of a transaction manager request: 5 begin, 7 commit, 8 roll back. */
export function readTransactionRequest(data: Buffer, wide: boolean): number {
  return body(data, wide).u16();
}

const procedureIds: Readonly<Record<number, string>> = {
  10: 'sp_executesql',
  11: 'sp_prepare',
  12: 'sp_execute',
  13: 'sp_prepexec',
  15: 'sp_unprepare',
};

/** Reads a remote procedure call. A parameter of a type that is not needed here throws ProtocolError. */
export function readCall(data: Buffer, wide: boolean): RemoteCall {
  const reader = body(data, wide);
  const length = reader.u16();
  const procedure = length === 0xffff ? (procedureIds[reader.u16()] ?? 'unknown') : reader.text(length);
  reader.u16();
  const parameters: { name: string; value: Value }[] = [];
  while (reader.left() > 0 && parameters.length < 2100) {
    const name = reader.text(reader.u8()).toLowerCase();
    reader.u8();
    parameters.push({ name, value: readValue(reader, wide) });
  }
  return { procedure: procedure.toLowerCase(), parameters };
}

/** TYPE_INFO and value of a parameter (MS-TDS 2.2.5.4, 2.2.5.5). */
function readValue(reader: Reader, wide: boolean): Value {
  const type = reader.u8();
  switch (type) {
    case 0xe7: // nvarchar
    case 0xef: // nchar
      return readText(reader, 'utf16le', wide);
    case 0xa7: // varchar
    case 0xaf: // char
      return readText(reader, 'latin1', wide);
    case 0x26: // int of 1, 2, 4, 8 bytes
    case 0x68: // bit
      return readInteger(reader);
    case 0x6d: // float
      return readFloat(reader);
    default:
      throw new ProtocolError(`a parameter of type 0x${type.toString(16)}`);
  }
}

function readText(reader: Reader, encoding: 'utf16le' | 'latin1', wide: boolean): Value {
  const longest = reader.u16();
  reader.bytes(5);
  if (wide && longest === 0xffff) return readChunks(reader)?.toString(encoding) ?? null;
  const length = reader.u16();
  return length === 0xffff ? null : reader.bytes(length).toString(encoding);
}

/** Partially length-prefixed data: (max) types. */
function readChunks(reader: Reader): Buffer | null {
  const low = reader.u32();
  const high = reader.u32();
  if (low === 0xffffffff && high === 0xffffffff) return null;
  const chunks: Buffer[] = [];
  for (let length = reader.u32(); length !== 0; length = reader.u32()) chunks.push(reader.bytes(length));
  return Buffer.concat(chunks);
}

function readInteger(reader: Reader): Value {
  reader.u8();
  const length = reader.u8();
  if (length === 0) return null;
  const bytes = reader.bytes(length);
  if (length === 8) return Number(bytes.readBigInt64LE());
  return length === 1 ? bytes.readUInt8() : bytes.readIntLE(0, Math.min(length, 6));
}

function readFloat(reader: Reader): Value {
  reader.u8();
  const length = reader.u8();
  if (length === 0) return null;
  const bytes = reader.bytes(length);
  return length === 4 ? bytes.readFloatLE() : bytes.readDoubleLE();
}
