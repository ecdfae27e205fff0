import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { type DatabaseProbeOptions, probeDatabase, requireMigrated } from '../../src/legacy/database.ts';
import { makeCertificate } from '../../src/sandbox/stand-ins/make-certificate.ts';
import type { SqlServerOptions } from '../../src/sandbox/stand-ins/sql-server/server.ts';
import { type SqlServer, startSqlServer } from '../../src/sandbox/stand-ins/sql-server/start-sql-server.ts';

let tls: { readonly key: string; readonly cert: string };
beforeAll(async () => {
  tls = await makeCertificate('sql.example.org');
});

const open: SqlServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function sqlServer(
  options: SqlServerOptions = {},
): Promise<{ readonly server: SqlServer; readonly options: DatabaseProbeOptions }> {
  const server = await startSqlServer({
    logins: [{ user: 'imisuser', password: "p'w;{}" }],
    databases: { IMIS: 'modular', Old: 'legacy', Other: 'empty' },
    tls,
    ...options,
  });
  open.push(server);
  const { host, port } = server;
  return {
    server,
    options: { host, port, name: 'IMIS', user: 'imisuser', password: "p'w;{}", encryption: 'required', timeout: 5 },
  };
}

const withoutTls: SqlServerOptions = { encryption: 'not-supported' };

describe('the legacy database', () => {
  it('tells what it is, over an encrypted connection', async () => {
    const { server, options } = await sqlServer();
    expect(await probeDatabase(options)).toEqual({
      legacy: true,
      modular: true,
      legacyVersion: '1.3.0',
      encrypted: true,
      serverVersion: '14.0.3465.1',
    });
    expect(server.state.lastLogin).toMatchObject({
      user: 'imisuser',
      database: 'IMIS',
      application: 'openimis',
      encrypted: true,
    });
  });

  it('is only read', async () => {
    const { server, options } = await sqlServer();
    await probeDatabase(options);
    expect(server.state).toMatchObject({ writes: [], refused: [], failedLogins: 0 });
    expect(server.state.batches.every((batch) => /^\s*(select|set)\b/i.test(batch))).toBe(true);
  });

  it('without the modular tables is not migrated', async () => {
    const { options } = await sqlServer();
    const probe = await probeDatabase({ ...options, name: 'Old' });
    expect(probe).toMatchObject({ legacy: true, modular: false });
    expect(() => requireMigrated(probe, { name: 'Old' })).toThrow(/Old \(openIMIS 1.3.0\) does not have the tables/);
    const other = await probeDatabase({ ...options, name: 'Other' });
    expect(() => requireMigrated(other, { name: 'Other' })).toThrow(/no table tblUsers/);
  });

  it.each([
    ['a wrong password', { password: 'wrong' }, 'LEGACY_DATABASE_LOGIN_FAILED'],
    ['an unknown user', { user: 'nobody' }, 'LEGACY_DATABASE_LOGIN_FAILED'],
    ['an unknown database', { name: 'NoSuch' }, 'LEGACY_DATABASE_UNKNOWN'],
    ['a closed port', { port: 1 }, 'LEGACY_DATABASE_UNREACHABLE'],
    ['a name that does not resolve', { host: 'no.such.name.invalid' }, 'LEGACY_NAME_UNRESOLVED'],
  ])('refuses %s', async (_, change, code) => {
    const { options } = await sqlServer();
    const error: unknown = await probeDatabase({ ...options, ...change }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, exitCode: 5 });
    expect(JSON.stringify([String(error), (error as { hints: unknown }).hints])).not.toContain(options.password);
  });
});

describe('a server without TLS', () => {
  it('never sees the password when encryption is required', async () => {
    const { server, options } = await sqlServer(withoutTls);
    await expect(probeDatabase(options)).rejects.toMatchObject({ code: 'LEGACY_DATABASE_UNENCRYPTED' });
    expect(server.state).toMatchObject({ logins: 0, failedLogins: 0, lastLogin: undefined });
  });

  it('is used when encryption is optional, and that is reported', async () => {
    const { options } = await sqlServer(withoutTls);
    expect(await probeDatabase({ ...options, encryption: 'optional' })).toMatchObject({
      modular: true,
      encrypted: false,
    });
  });

  it('still tells a wrong password when encryption is optional', async () => {
    const { options } = await sqlServer(withoutTls);
    await expect(probeDatabase({ ...options, encryption: 'optional', password: 'x' })).rejects.toMatchObject({
      code: 'LEGACY_DATABASE_LOGIN_FAILED',
    });
  });
});

it('TLS is used where the server has it, also when it is optional', async () => {
  const { options } = await sqlServer();
  expect(await probeDatabase({ ...options, encryption: 'optional' })).toMatchObject({ encrypted: true });
});

describe('a server that does not behave', () => {
  it('hangs: no answer in time', async () => {
    const { server, options } = await sqlServer();
    server.state.availability = 'hang';
    await expect(probeDatabase({ ...options, timeout: 1 })).rejects.toThrow(/no answer in time/);
  });

  it('cuts every connection', async () => {
    const { server, options } = await sqlServer();
    server.state.availability = 'refuse';
    await expect(probeDatabase(options)).rejects.toMatchObject({ code: 'LEGACY_DATABASE_UNREACHABLE' });
  });

  it('is no SQL Server', async () => {
    const other = createServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    );
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const { options } = await sqlServer();
    const { port } = other.address() as AddressInfo;
    await expect(probeDatabase({ ...options, port, timeout: 2 })).rejects.toMatchObject({
      code: 'LEGACY_DATABASE_UNREACHABLE',
    });
    await new Promise((done) => other.close(done));
  });
});
