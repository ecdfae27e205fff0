import { describe, expect, test } from 'vitest';

import { lockTimeout, questions } from '../../src/legacy/database-questions.ts';
import type { Plays } from '../../src/sandbox/stand-ins/sql-server/plays.ts';
import type { SqlServerOptions } from '../../src/sandbox/stand-ins/sql-server/server.ts';
import { defaultLogin, type SqlServer } from '../../src/sandbox/stand-ins/sql-server/start-sql-server.ts';
import type { Server } from '../../src/workspace/server.ts';
import { keyPair, withSqlServer } from '../sandbox/sql-clients.ts';
import { complaints, reportFor, worldWith } from './support/world.ts';

type Change = {
  readonly options?: SqlServerOptions;
  readonly plays?: Partial<Plays>;
  readonly database?: Partial<Server['database']>;
  readonly server?: Partial<Server>;
  readonly password?: string;
  readonly timeout?: number;
  readonly before?: (server: SqlServer) => void;
};

const zone = -new Date().getTimezoneOffset();
/** A SQL Server with which all is well. */
const healthy: Partial<Plays> = { zone };

/** What the driver itself sends after the login; everything else is in database-questions.ts. */
const driverSettings = /^(set [a-z_ ]+( [a-z0-9_]+)?\n?)+$/;

async function examineFault({ options, plays, database, server, password, timeout, before }: Change) {
  const made = { tls: await keyPair(), encryption: 'on', ...options, plays: { ...healthy, ...plays } } as const;
  let outcome: { report: Awaited<ReturnType<typeof reportFor>>; seen: SqlServer['state'] } | undefined;
  await withSqlServer(made, async (standIn) => {
    before?.(standIn);
    const world = worldWith({ host: standIn.host, port: standIn.port, name: 'openIMIS', ...database });
    const asked = {
      ...world,
      server: { ...world.server, ...server },
      secrets: { DATABASE_PASSWORD: password ?? defaultLogin.password },
      timeout: timeout ?? 2,
    };
    outcome = { report: await reportFor(asked, ['legacy-database']), seen: standIn.state };
  });
  const { report, seen } = outcome!;
  // Whatever was wrong: nothing was changed or refused, one connection, and only statements of the list.
  expect(seen.connections).toBeLessThanOrEqual(1);
  expect([seen.writes, seen.refused]).toEqual([[], []]);
  const known: readonly string[] = [lockTimeout, ...Object.values(questions)];
  expect(seen.batches.filter((batch) => !known.includes(batch) && !driverSettings.test(batch))).toEqual([]);
  expect(report.statements).toEqual(seen.batches.filter((batch) => !driverSettings.test(batch)));
  return report;
}

const id = (name: string): string => `legacy-database/${name}`;
const refused = (number: number, state = 1): Change => ({ plays: { refusal: { number, state } } });

/** Each fault, and exactly what is said about it: the right thing, and nothing that contradicts it. */
const faults: Readonly<Record<string, readonly [Change, ...string[]]>> = {
  'nothing is wrong': [{}],
  'a name that does not resolve': [{ database: { host: `${'x'.repeat(64)}.invalid` } }, 'name: problem'],
  'connections are reset': [{ before: (s) => s.setAvailability('refuse') }, 'protocol: problem'],
  'connections are taken and never answered': [
    { before: (s) => s.setAvailability('hang'), timeout: 1 },
    'protocol: problem',
  ],
  'something else listens there': [{ before: (s) => s.setAvailability('garbage') }, 'protocol: problem'],
  'SQL Server without encryption': [{ options: { encryption: 'not-supported' } }, 'encryption: problem'],
  'SQL Server without encryption, and that is allowed': [
    { options: { encryption: 'not-supported' }, database: { encryption: 'optional' } },
    'encryption: warning',
  ],
  'only TLS 1.0': [{ options: { protocol: 'TLSv1' } }, 'tls-version: warning'],
  'only TLS 1.1': [{ options: { protocol: 'TLSv1.1' } }, 'tls-version: warning'],
  'SQL Server 2019 with release 1.1.0': [{ options: { version: '15.0.4123.1' } }, 'server-version: problem'],
  'SQL Server 2022 with release 23.10': [
    { options: { version: '16.0.1000.6' }, server: { generation: '23.10', release: '23.10' } },
    'server-version: problem',
  ],
  'SQL Server 2025 with release 24.10': [
    { options: { version: '17.0.1000.0' }, server: { generation: '24.10', release: '24.10' } },
    'server-version: problem',
  ],
  'SQL Server 2005': [{ options: { version: '9.0.5000.0' } }, 'server-version: problem'],
  'a wrong password': [{ password: 'wrong' }, 'login: problem'],
  'an unknown login': [{ database: { user: 'nobody' } }, 'login: problem'],
  'a login that a proxy says is unknown': [refused(18456, 5), 'login: problem'],
  'a login that is disabled, with a wrong password': [refused(18456, 7), 'login: problem'],
  'Windows logins only': [refused(18456, 58), 'login: problem'],
  'a disabled login': [refused(18470), 'login: problem'],
  'a locked login': [refused(18486), 'login: problem'],
  'an expired password': [refused(18487), 'login: problem'],
  'a password that must be changed': [refused(18488), 'login: problem'],
  'untrusted domain': [refused(18452), 'login: problem'],
  'single-user mode of the server': [refused(18461), 'login: problem'],
  'a paused SQL Server': [refused(17142), 'login: problem'],
  'too many connections': [refused(17809), 'login: problem'],
  'an error nobody foresaw': [refused(10060), 'login: problem'],
  'a connection that is cut after the login': [{ plays: { cutsAfterLogin: true } }, 'login: problem'],
  'a database that is not there': [{ database: { name: 'nope' } }, 'database: problem'],
  'a database in single-user mode': [{ plays: { access: 'SINGLE_USER' } }, 'online: problem'],
  'a database in emergency': [{ plays: { state: 'EMERGENCY' } }, 'online: problem'],
  'a database that is read-only': [{ plays: { readOnly: true } }, 'online: problem'],
  'no right to read': [{ options: { roles: ['db_datawriter', 'db_ddladmin', 'execute'] } }, 'right-read: problem'],
  'no right to write': [
    { options: { roles: ['db_datareader', 'db_ddladmin', 'execute'] } },
    'right-delete: problem',
    'right-insert: problem',
    'right-update: problem',
  ],
  'a DENY of DELETE': [{ plays: { denied: ['delete'] } }, 'right-delete: problem'],
  'no right to execute': [
    { options: { roles: ['db_datareader', 'db_datawriter', 'db_ddladmin'] } },
    'right-execute: problem',
  ],
  'no right to migrate': [
    { options: { roles: ['db_datareader', 'db_datawriter', 'execute'] } },
    'right-migrate: warning',
  ],
  'a login of its own for migrations, and the other may migrate too': [
    { database: { migrate: { user: 'imismigrate' } } },
    'right-migrate: warning',
  ],
  'the owner of the database': [{ options: { roles: ['db_owner', 'execute'] } }, 'too-many-rights: warning'],
  'another default schema': [{ plays: { defaultSchema: 'imis' } }, 'default-schema: problem'],
  'a database of something else': [{ options: { databases: { openIMIS: 'empty' } } }, 'is-openimis: problem'],
  'an old legacy database without the modular tables': [
    { options: { databases: { openIMIS: 'legacy' } } },
    'legacy-version: warning',
    'modular-tables: problem',
  ],
  'a newer legacy database without the modular tables': [
    { options: { databases: { openIMIS: 'legacy' } }, plays: { legacyVersion: '1.5.1' } },
    'modular-tables: problem',
  ],
  'a stored procedure is missing': [{ plays: { procedures: ['uspBatchProcess'] } }, 'procedures: warning'],
  'a collation that minds case': [
    { plays: { collation: 'Latin1_General_CS_AS', serverCollation: 'Latin1_General_CS_AS' } },
    'collation: warning',
  ],
  'another collation than the server': [{ plays: { collation: 'SQL_Latin1_General_CP1_CI_AS' } }, 'collation: warning'],
  'compatibility with SQL Server 2005': [{ plays: { compatibility: 90 } }, 'compatibility-level: warning'],
  'a data file that may not grow': [
    { plays: { files: [{ kind: 'ROWS', size: 1000, most: -1, growth: 0, used: 990 }] } },
    'space: warning',
  ],
  'a log near its limit': [
    { plays: { files: [{ kind: 'LOG', size: 900, most: 1000, growth: 10, used: 950 }] } },
    'space: warning',
  ],
  'the Express edition near 10 GB': [
    { plays: { engineEdition: 4, files: [{ kind: 'ROWS', size: 1_280_000, most: -1, growth: 8, used: 1_270_000 }] } },
    'space: warning',
  ],
  'no backup for ten days': [{ plays: { backupAge: 240 } }, 'backup: warning'],
  'no backup ever': [{ plays: { backupAge: undefined } as unknown as Partial<Plays> }, 'backup: warning'],
  'a session blocked for two minutes': [
    { plays: { seesSessions: true, blocked: [{ session: 60, blocker: 61, milliseconds: 120_000 }] } },
    'blocking: warning',
  ],
  'a transaction left open': [
    { plays: { seesSessions: true, idle: [{ session: 62, host: 'PC7', program: 'SSMS', seconds: 4000 }] } },
    'idle-transactions: warning',
  ],
  'a clock half a minute ahead': [{ plays: { clockAhead: 30 } }, 'clock: warning'],
  'a clock an hour behind': [{ plays: { clockAhead: -3600 } }, 'clock: problem'],
  'another time zone': [{ plays: { zone: zone + 345 } }, 'time-zone: warning'],
  'a published password': [
    { password: 'IMISuserP@s', options: { logins: [{ user: 'imisuser', password: 'IMISuserP@s' }] } },
    'published-password: problem',
  ],
  'the login sa': [
    { database: { user: 'sa' }, options: { logins: [{ user: 'sa', password: defaultLogin.password }] } },
    'published-password: problem',
  ],
};

describe('every fault has one diagnosis', () => {
  test.for(Object.entries(faults))('%s', async ([, [change, ...expected]]) => {
    const report = await examineFault(change);
    expect([...complaints(report)].sort()).toEqual(expected.map(id).sort());
    for (const finding of report.findings)
      if (finding.state === 'problem' || finding.state === 'warning') {
        expect(finding.fix.length).toBeGreaterThan(0);
        expect(finding.found).not.toBe('');
      } else if (finding.because !== undefined) expect(expected.map(id).join()).toContain(finding.because);
  });
});

test('without a password nobody is logged in, and what can be seen is judged', async () => {
  await withSqlServer({ tls: await keyPair(), encryption: 'off', plays: healthy }, async (server) => {
    const report = await reportFor(worldWith({ host: server.host, port: server.port, name: 'openIMIS' }), [
      'legacy-database',
    ]);
    expect(complaints(report)).toEqual([]);
    expect(server.state).toMatchObject({ logins: 0, failedLogins: 0, connections: 1 });
    expect(report.findings.find((one) => one.id === id('tls-version'))).toMatchObject({
      state: 'ok',
      found: 'TLSv1.2',
    });
  });
});

test('a slow server: what it told in time is judged, the rest is skipped, and the run ends', async () => {
  const started = performance.now();
  const report = await examineFault({ plays: { pace: 300 }, timeout: 1 });
  expect(performance.now() - started).toBeLessThan(4000);
  expect(complaints(report)).toEqual([]);
  expect(report.findings.find((one) => one.id === id('clock'))?.state).toBe('ok');
  expect(report.findings.find((one) => one.id === id('space'))?.found).toContain('too slow');
});

test('no secret in the report', async () => {
  const report = await examineFault({ password: 'a-very-secret-word' });
  expect(JSON.stringify(report)).not.toContain('a-very-secret-word');
});
