import { connect } from 'node:net';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { SqlServer } from '../../src/sandbox/stand-ins/sql-server/start-sql-server.ts';
import { parseBatch } from '../../src/sandbox/stand-ins/sql-server/query/parse-batch.ts';
import { SqlError } from '../../src/sandbox/stand-ins/sql-server/query/values.ts';
import { packetsOf } from '../../src/sandbox/stand-ins/sql-server/tds/packets.ts';
import { agreeOnEncryption, readPrelogin, writePrelogin } from '../../src/sandbox/stand-ins/sql-server/tds/prelogin.ts';
import { askTedious, keyPair, withSqlServer } from './sql-clients.ts';

/** Sends bytes, ends its half, waits until the server has closed. */
function throwAt(server: SqlServer, bytes: readonly Buffer[]): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(server.port, server.host, () => socket.end(Buffer.concat(bytes)));
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    socket.resume();
  });
}

const clientPrelogin = packetsOf(0x12, writePrelogin(2, '0.0.0'), 4096);
const clientTlsPrelogin = packetsOf(0x12, writePrelogin(1, '0.0.0'), 4096);
const type = fc.constantFrom(0x01, 0x03, 0x06, 0x0e, 0x10, 0x12, 0x16, 0xff);
const body = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes));

test('hostile bytes at any stage end their connection and nothing else', async () => {
  await withSqlServer({ tls: await keyPair() }, async (server) => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom([], [clientPrelogin], [clientTlsPrelogin]),
        fc.array(
          fc.oneof(
            body,
            fc.tuple(type, body).map(([t, data]) => packetsOf(t, data, 512)),
          ),
          { maxLength: 4 },
        ),
        (start, rest) => throwAt(server, [...start, ...rest]),
      ),
      { numRuns: 300 },
    );
    expect(server.state.logins).toBe(0);
    expect(await askTedious(server, 'SELECT 1', { encrypt: true })).toMatchObject({ rows: [[1]] });
  });
});

test('a LOGIN7 with any byte changed is refused or understood, never fatal', async () => {
  await withSqlServer({}, async (server) => {
    const login = Buffer.alloc(200);
    login.writeUInt32LE(200, 0);
    login.writeUInt32LE(0x74000004, 4);
    login.writeUInt32LE(4096, 8);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(199), fc.nat(255)), { maxLength: 12 }), async (changes) => {
        const changed = Buffer.from(login);
        for (const [at, byte] of changes) changed[at] = byte;
        await throwAt(server, [clientPrelogin, packetsOf(0x10, changed, 4096)]);
      }),
      { numRuns: 200 },
    );
    expect(server.state.logins).toBe(0);
    expect(await askTedious(server, 'SELECT 1')).toMatchObject({ rows: [[1]] });
  });
});

test('any text is parsed or an error of SQL Server', () => {
  const words = fc.constantFrom(
    'select',
    'from',
    'where',
    'case',
    'when',
    'cast',
    '(',
    ')',
    "'",
    '[',
    'in',
    'not',
    '*',
    ',',
    '@x',
    'a.b',
    '1',
    'order',
    'by',
    'insert',
    'delete',
    'set',
    '--',
    '/*',
  );
  const texts = fc.oneof(
    fc.string(),
    fc.array(words, { maxLength: 40 }).map((list) => list.join(' ')),
    fc.nat(5000).map((n) => `select ${'('.repeat(n)}`),
    fc.nat(5000).map((n) => `select ${'not '.repeat(n)}`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        expect(Array.isArray(parseBatch(text))).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(SqlError);
      }
    }),
    { numRuns: 500 },
  );
});

test('a PRELOGIN is read as it was written; encryption is never silently less than both sides want', () => {
  for (const wish of [0, 1, 2, 3]) {
    expect(readPrelogin(writePrelogin(wish, '15.0.1'))).toBe(wish);
    for (const mode of ['off', 'on', 'required', 'not-supported'] as const) {
      const { encrypts, ends } = agreeOnEncryption(wish, mode);
      if (mode === 'on' || mode === 'required') expect(ends || encrypts === 'everything').toBe(true);
    }
  }
});
