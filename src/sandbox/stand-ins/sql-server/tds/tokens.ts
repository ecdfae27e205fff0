import type { ColumnType, ResultSet, Value } from '../query/values.ts';
import { i64, longText, shortText, u16, u32, u8 } from './bytes.ts';

/** From TDS 7.2 on counters and user types are wider. */
export const isWide = (tdsVersion: number): boolean => tdsVersion >= 0x72000000;

export type ServerError = {
  readonly number: number;
  readonly state: number;
  readonly severity: number;
  readonly message: string;
};

const serverName = 'STAND-IN';
/** SQL_Latin1_General_CP1_CI_AS. */
const collation = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34]);

const sized = (token: number, body: Buffer): Buffer => Buffer.concat([u8(token), u16(body.length), body]);

function message(token: number, wide: boolean, { number, state, severity, message: words }: ServerError): Buffer {
  const body = [u32(number), u8(state), u8(severity), longText(words), shortText(serverName), shortText('')];
  return sized(token, Buffer.concat([...body, wide ? u32(1) : u16(1)]));
}

export const errorToken = (wide: boolean, error: ServerError): Buffer => message(0xaa, wide, error);
export const infoToken = (wide: boolean, number: number, words: string): Buffer =>
  message(0xab, wide, { number, state: 1, severity: 0, message: words });

const change = (type: number, body: Buffer): Buffer => sized(0xe3, Buffer.concat([u8(type), body]));
export const databaseChange = (now: string, before: string): Buffer =>
  change(1, Buffer.concat([shortText(now), shortText(before)]));
const languageChange = (): Buffer => change(2, Buffer.concat([shortText('us_english'), shortText('')]));
const packetSizeChange = (size: number): Buffer =>
  change(4, Buffer.concat([shortText(String(size)), shortText(String(size))]));
const collationChange = (): Buffer => change(7, Buffer.concat([u8(collation.length), collation, u8(0)]));
export const transactionBegan = (): Buffer => change(8, Buffer.concat([u8(8), i64(1), u8(0)]));
export const transactionEnded = (type: 9 | 10): Buffer => change(type, Buffer.concat([u8(0), u8(8), i64(1)]));
export const connectionReset = (): Buffer => change(18, Buffer.from([0, 0]));

/** The answer to a successful login. */
export function loginTokens(tdsVersion: number, database: string, packetSize: number, version: string): Buffer {
  const wide = isWide(tdsVersion);
  const [major = 0, minor = 0, build = 0] = version.split('.').map(Number);
  const versionBytes = Buffer.from([major, minor, (build >> 8) & 0xff, build & 0xff]);
  const tds = Buffer.alloc(4);
  tds.writeUInt32BE(tdsVersion);
  return Buffer.concat([
    databaseChange(database, 'master'),
    infoToken(wide, 5701, `Changed database context to '${database}'.`),
    collationChange(),
    languageChange(),
    infoToken(wide, 5703, 'Changed language setting to us_english.'),
    sized(0xad, Buffer.concat([u8(1), tds, shortText('Microsoft SQL Server'), versionBytes])),
    packetSizeChange(packetSize),
    done(wide, 'done', {}),
  ]);
}

const doneTokens = { done: 0xfd, inProcedure: 0xfe, procedure: 0xff } as const;

/** DONE, DONEINPROC or DONEPROC. */
export function done(
  wide: boolean,
  kind: keyof typeof doneTokens,
  how: { readonly more?: boolean; readonly error?: boolean; readonly count?: number; readonly attention?: boolean },
): Buffer {
  const status =
    (how.more === true ? 0x01 : 0) |
    (how.error === true ? 0x02 : 0) |
    (how.count === undefined ? 0 : 0x10) |
    (how.attention === true ? 0x20 : 0);
  const command = how.count === undefined ? 0 : 0xc1;
  return Buffer.concat([
    u8(doneTokens[kind]),
    u16(status),
    u16(command),
    wide ? i64(how.count ?? 0) : u32(how.count ?? 0),
  ]);
}

export const returnStatus = (): Buffer => Buffer.concat([u8(0x79), u32(0)]);

const types: Readonly<Record<ColumnType, () => Buffer>> = {
  int: () => Buffer.from([0x26, 4]),
  bigint: () => Buffer.from([0x26, 8]),
  bit: () => Buffer.from([0x68, 1]),
  text: () => Buffer.concat([u8(0xe7), u16(8000), collation]),
};

/** COLMETADATA and ROWs. */
export function resultTokens(wide: boolean, { columns, rows }: ResultSet): Buffer {
  const metadata = columns.map(({ name, type }) =>
    Buffer.concat([wide ? u32(0) : u16(0), u16(0x09), types[type](), shortText(name)]),
  );
  const body = rows.map((row) =>
    Buffer.concat([u8(0xd1), ...columns.map(({ type }, n) => valueBytes(type, row[n] ?? null))]),
  );
  return Buffer.concat([u8(0x81), u16(columns.length), ...metadata, ...body]);
}

function valueBytes(type: ColumnType, value: Value): Buffer {
  if (type === 'text') {
    if (value === null) return u16(0xffff);
    const bytes = Buffer.from(String(value).slice(0, 4000), 'utf16le');
    return Buffer.concat([u16(bytes.length), bytes]);
  }
  if (value === null) return u8(0);
  const number = Number(value);
  if (type === 'bit') return Buffer.from([1, number === 0 ? 0 : 1]);
  return type === 'int' ? Buffer.concat([u8(4), u32(number)]) : Buffer.concat([u8(8), i64(number)]);
}
