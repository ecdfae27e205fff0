import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { serverNameProblem } from '../../src/workspace/server-name.ts';
import * as values from '../../src/workspace/values.ts';

const tables: readonly {
  readonly what: string;
  readonly check: values.Check;
  readonly good: readonly string[];
  readonly bad: readonly string[];
}[] = [
  {
    what: 'network',
    check: values.networkProblem,
    good: ['203.0.113.7', '203.0.113.0/24', '10.0.0.0/8', '2001:db8::/48', '::1', '0.0.0.0/1'],
    bad: [
      ...['', '203.0.113.0/33', '203.0.113.0/0', '203.0.113.0/', '2001:db8::/129', 'example.org', '1.2.3.4/8/8'],
      ...['fe80::1%eth0', '1.2.3.4;', '1.2.3.4/8;'],
    ],
  },
  {
    what: "folder of the legacy's site",
    check: values.folderProblem,
    good: ['Images', 'Images/Updated/', 'My Photos/2.1'],
    bad: ['', '/Images', '..', 'Images/../bin', 'Images\\Updated', 'a*', 'a//b', 'a'.repeat(201)],
  },
  {
    what: 'host name',
    check: values.hostNameProblem,
    good: ['a', 'imistest.hib.gov.np', 'NEW.example.org', 'a-b.c', '1und1.de', 'x'.repeat(63), 'xn--80ak6aa92e.com'],
    bad: [
      ...['', 'a_b', '-a', 'a-', 'a..b', 'a.', '.a', 'x'.repeat(64), `${'a.'.repeat(127)}a`, 'ä.de', 'a b', 'a:80'],
      ...['http://a/', 'a/b', '203.0.113.10', '1.2.3', '::1', 'a;b', 'a$b', '${a}', 'a\nb', 'a\n', '%41', '*'],
    ],
  },
  {
    what: 'address',
    check: values.addressProblem,
    good: ['203.0.113.10', '127.0.0.1', '2001:db8::1', '10.0.0.0'],
    bad: [
      ...['', 'a', '1.2.3', '1.2.3.256', '01.2.3.4', '0.0.0.0', '::', '255.255.255.255', '224.0.0.1', 'ff02::1'],
      ...['fe80::1%eth0', '127.0.0.2', '::1', '1.2.3.4/24', '1.2.3.4 ', '[::2]', '1.2.3.4\n'],
    ],
  },
  {
    what: 'host',
    check: values.hostProblem,
    good: ['sql.example.org', '10.0.0.1', '2001:db8::1'],
    bad: ['', 'localhost', 'HOST\\SQLEXPRESS', 'host,1433', 'tcp:host', '0.0.0.0', 'a b'],
  },
  {
    what: 'url',
    check: values.urlProblem,
    good: [
      ...['http://a/', 'http://a', 'https://imis.example.org:8443/imis/', 'http://203.0.113.10/a/b', 'HTTP://A/IMIS'],
      ...['http://[2001:db8::1]:81/', 'http://a/open%20imis/'],
    ],
    bad: [
      ...[
        '',
        'a',
        'ftp://a/',
        'http://',
        'http://u:p@a/',
        'http://u@a/',
        'http://a/?x=1',
        'http://a/#b',
        'http://a/$b',
      ],
      ...['http://a/;b', 'http://a/{b}', 'http://a/../b', 'http://a/%2e%2e/b', 'http://a/%2fb', 'http://a/%0ab'],
      ...['http://a b/', 'http://a:0/', 'http://a:/', 'http://a:65536/', 'http://a//b', 'http://0x7f000001/'],
      ...[
        'http://0177.1/',
        'http://a\\b/',
        'javascript:alert(1)',
        'http://a_b/',
        'http://a/%',
        `http://a/${'b'.repeat(1000)}`,
      ],
    ],
  },
  {
    what: 'name in SQL Server',
    check: values.databaseTextProblem,
    good: ['openIMIS-demo-1.3.0', 'a b', `'";$${'{x}'}$$\\{}`, 'ÄÖ नेपाल', ' x', 'x'.repeat(128), '-- drop', '`id`'],
    bad: ['', '   ', 'a\nb', 'a\tb', 'a\0', 'x'.repeat(129), '\ud800', 'a\u202eb', 'a\u2028b', '\ufeffa', '\u0085'],
  },
  {
    what: 'image',
    check: values.imageProblem,
    good: [
      ...['backend', 'openimis-be:1.1.0', 'registry.example.org:5000/a/b__c:tag', 'localhost/a', '[::1]:5000/a'],
      ...[
        `a@sha256:${'0'.repeat(64)}`,
        `r.io/a:b@sha256:${'f'.repeat(64)}`,
        'a-b.c_d',
        'Registry.example.org/a',
        'A.B:1/c',
      ],
    ],
    bad: [
      ...['', 'A', 'a:', 'a@sha256:0', 'https://a/b', 'a b', 'a:-x', '-a', 'a/', '/a', 'a//b', 'a:b:c', 'a$x', '${a}'],
      ...['a___b', 'a\n', `a:${'x'.repeat(129)}`, '--help', 'a'.repeat(401)],
    ],
  },
  {
    what: 'PyPI name',
    check: values.pythonNameProblem,
    good: ['openimis-be-core', 'openimis-be-api_fhir', 'A', 'a.b'],
    bad: ['', '-a', 'a-', '@openimis/fe-core', 'a b', 'a==1', 'a;b', '__proto__', 'a\n'],
  },
  {
    what: 'npm name',
    check: values.npmNameProblem,
    good: ['@openimis/fe-core', '@openimis/fe-medical_pricelist', '@healthpay/x', 'react'],
    bad: ['', '@openimis', '@openimis/', '@/a', 'a b', 'openimis-be-core', '@a/b/c', '../x', '__proto__', '.a'],
  },
  {
    what: 'subnet',
    check: values.subnetProblem,
    good: ['10.89.7.0/24', '192.168.0.0/24', '172.31.255.0/24'],
    bad: ['', '10.0.0.1/24', '10.0.0.0', '10.0.0.0/16', '127.0.0.0/24', '224.0.0.0/24', '0.0.0.0/24', '2001:db8::/64'],
  },
  {
    what: 'listen address',
    check: values.listenProblem,
    good: ['0.0.0.0', '::', '127.0.0.1', '10.0.0.1'],
    bad: ['', 'eth0', 'fe80::1%eth0', 'localhost'],
  },
];

describe.each(tables)('$what', ({ check, good, bad }) => {
  it.each(good)('%j is fine', (value) => expect(check(value)).toBeUndefined());
  it.each(bad)('%j is refused', (value) => expect(check(value)).toBeTruthy());
});

describe('any value', () => {
  it('is checked fast and never quoted in the message', () => {
    const checks = tables.map(({ check }) => check);
    fc.assert(
      fc.property(
        fc.constantFrom(...checks),
        fc.string({ minLength: 12, maxLength: 60, unit: 'binary' }),
        (check, text) => {
          expect(check(text) ?? '').not.toContain(text);
        },
      ),
      { numRuns: 2000 },
    );
    for (const check of checks)
      for (const piece of ['a', '-', 'a-', 'a.', '0', '/a', '%41', 'a_', ':', '1.', '[', 'ä']) {
        const start = performance.now();
        check(piece.repeat(10_000));
        check(`http://${piece.repeat(10_000)}`);
        expect(performance.now() - start, piece).toBeLessThan(500);
      }
  });

  it('that passes as host name or address holds nothing that nginx or a shell would read', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'a-.1:/$;{}"\' \n\\%_[]@') }), (text) => {
        for (const check of [values.hostNameProblem, values.addressProblem, values.hostProblem])
          if (check(text) === undefined) expect(text).toMatch(/^[a-zA-Z0-9.:-]+$/);
        if (values.urlProblem(text) === undefined) expect(text).toMatch(/^[a-zA-Z0-9.:/~_%[\]-]+$/);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('server name', () => {
  it.each(['main', 'test', 'demo', 'qa', 'release', 'a', 'a1', 'qa-2', 'test-rx', 'r7', 'x'.repeat(32), 'test-r7-b'])(
    '%j is fine',
    (name) => expect(serverNameProblem(name)).toBeUndefined(),
  );
  it.each([
    ...['', 'TEST', '../x', '--help', '-a', 'a-', 'a--b', 'a_b', 'a.b', '1a', 'a b', 'x'.repeat(33), 'test-r7', 'a-r0'],
    ...['sandbox', 'sandbox-test', 'deploy', 'diff', 'list', 'help', 'x-notes', '__proto__', 'constructor', 'a\n', 'é'],
  ])('%j is refused', (name) => expect(serverNameProblem(name)).toBeTruthy());
});
