import { describe, expect, it } from 'vitest';

import { completeServer, defaultComponents, missingValues, notDeployable } from '../../src/workspace/complete.ts';
import { parseWorkspace } from '../../src/workspace/parse.ts';
import { failureOf } from './failure-of.ts';

const config = (body: string) => parseWorkspace(`version: 1\nservers:\n  test: ${body}\n`, 'openimis.yaml');
const whole = 'database: { name: n, user: u }, gateway: { dns: new.example.org }, release: "1.1.0"';

describe('completeServer', () => {
  it('fills in every default', () => {
    expect(completeServer(config(`{ legacy: { dns: old.example.org, ip: 203.0.113.10 }, ${whole} }`), 'test')).toEqual({
      name: 'test',
      legacy: { dns: 'old.example.org', ip: '203.0.113.10', url: 'http://old.example.org/' },
      database: { host: '203.0.113.10', port: 1433, name: 'n', user: 'u', encryption: 'required' },
      gateway: {
        dns: 'new.example.org',
        http: 80,
        https: 443,
        certificate: 'self-signed',
        signOn: 'legacy',
        session: { idle: 60, absolute: 720, grace: 10, keepOnLogin: false },
        home: 'legacy',
      },
      release: '1.1.0',
      generation: '1.1',
      components: { frontend: {}, ibackend: {}, backend: {}, worker: { replicas: 1 } },
      pins: {},
      extra: {},
      healthInterval: 10,
    });
  });

  it('keeps what is written', () => {
    const body = `{ legacy: { ip: "2001:db8::1", url: "https://[2001:db8::1]:8443/imis" }, generation: "1.3", assembly: a,
      database: { host: sql.example.org, port: 1444, name: n, user: u, encryption: optional, migrate: { user: m } },
      gateway: { dns: n.org, http: 81, https: 444, address: 10.0.0.1, signOn: application },
      components: { backend: { image: "be:1" }, worker: { replicas: 3, image: "w:1" } }, subnet: 10.9.8.0/24,
      pins: { backend: { a: "1", b: null } }, healthInterval: 2 }`;
    expect(completeServer(config(body), 'test')).toEqual({
      name: 'test',
      legacy: { ip: '2001:db8::1', url: 'https://[2001:db8::1]:8443/imis/' },
      database: {
        host: 'sql.example.org',
        port: 1444,
        name: 'n',
        user: 'u',
        encryption: 'optional',
        migrate: { user: 'm' },
      },
      gateway: {
        dns: 'n.org',
        http: 81,
        https: 444,
        address: '10.0.0.1',
        certificate: 'self-signed',
        signOn: 'application',
        session: { idle: 60, absolute: 720, grace: 10, keepOnLogin: false },
        home: 'legacy',
      },
      assembly: 'a',
      generation: '1.3',
      components: { backend: { image: 'be:1' }, worker: { replicas: 3, image: 'w:1' } },
      pins: { backend: { a: '1', b: null } },
      extra: {},
      subnet: '10.9.8.0/24',
      healthInterval: 2,
    });
  });

  it.each([
    ['{ ip: 10.0.0.1 }', '10.0.0.1', 'http://10.0.0.1/'],
    ['{ dns: a.org }', 'a.org', 'http://a.org/'],
    ['{ ip: "2001:db8::1" }', '2001:db8::1', 'http://[2001:db8::1]/'],
  ])('legacy %s: database at %s, site at %s', (legacy, host, url) => {
    const server = completeServer(config(`{ legacy: ${legacy}, ${whole} }`), 'test');
    expect([server.database.host, server.legacy?.url]).toEqual([host, url]);
  });

  it('needs no legacy when the application has its own login', () => {
    const body =
      '{ database: { host: h, name: n, user: u }, gateway: { dns: a.org, signOn: application }, release: "24.10" }';
    const server = completeServer(config(body), 'test');
    expect(server.legacy).toBeUndefined();
    expect(server.components).toEqual({ frontend: {}, backend: {}, worker: { replicas: 1 } });
  });

  it('names each missing value with its key, its flag and where to find it', () => {
    const { code, message, hints } = failureOf(() => completeServer(config('{}'), 'test'));
    expect(code).toBe('SERVER_INCOMPLETE');
    for (const [key, flag] of [
      ['legacy.ip', '--legacy-ip'],
      ['database.name', '--database-name'],
      ['database.user', '--database-user'],
      ['gateway.dns', '--gateway-dns'],
      ['release', '--release'],
    ]) {
      expect(message).toContain(`servers.test.${key}, or ${flag}`);
      expect(hints.join('\n')).toContain(`${flag}: `);
    }
  });

  it('of an unknown server says which there are', () => {
    const { code, message, hints } = failureOf(() => completeServer(config('{}'), 'tset'));
    expect([code, message]).toEqual(['SERVER_UNKNOWN', 'openimis.yaml has no server "tset"; it has: test']);
    expect(hints).toContain('did you mean test?');
  });
});

describe('missingValues', () => {
  it('has what a prompt needs', () => {
    expect(
      missingValues(
        config(`{ legacy: { ip: 10.0.0.1 }, database: { name: n }, gateway: { dns: a }, generation: "1.0" }`),
        'test',
      ),
    ).toEqual([
      {
        path: 'database.user',
        flag: '--database-user',
        variable: 'OPENIMIS_DATABASE_USER',
        question: 'SQL Server login for the new applications',
        where: 'your DBA; openimis init --grants prints how to make one',
      },
    ]);
  });

  it.each([
    [
      '{ gateway: { dns: a, signOn: application }, database: { name: n, user: u }, release: "24.10" }',
      ['database.host'],
    ],
    ['{ gateway: { dns: a }, database: { host: h, name: n, user: u }, release: "24.10" }', ['legacy.ip']],
    [`{ legacy: { dns: a.org }, ${whole} }`, []],
  ])('%s lacks %j', (body, paths) => {
    expect(missingValues(config(body), 'test').map(({ path }) => path)).toEqual(paths);
  });
});

it('a catalogued server says why it cannot be deployed', () => {
  expect(notDeployable(config('{ notDeployable: Windows }'), 'test')).toBe('Windows');
  expect(notDeployable(config('{}'), 'test')).toBeUndefined();
});

it('a separate ibackend is a thing of the first two releases', () => {
  expect(Object.keys(defaultComponents('1.0'))).toEqual(['frontend', 'ibackend', 'backend', 'worker']);
  expect(Object.keys(defaultComponents('1.2'))).toEqual(['frontend', 'backend', 'worker']);
});
