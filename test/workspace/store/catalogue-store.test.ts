import { expect, it } from 'vitest';
import { parse } from 'yaml';

import { normalisePythonName } from '../../../src/modules/package-name.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { missingValues, notDeployable } from '../../../src/workspace/complete.ts';
import { addServer } from '../../../src/workspace/edit.ts';
import { parseWorkspace } from '../../../src/workspace/parse.ts';
import type { ServerConfig } from '../../../src/workspace/schema.ts';
import { loadCatalogue } from '../../../src/workspace/store/catalogue-store.ts';

const catalogue = await loadCatalogue(packageRoot());
const server = (name: string): ServerConfig => catalogue.get(name)!.server;

/** The patch numbers of all 0.0.x pins, module by module; `.` is none. */
const table = `
                    demo/frontend demo/ibackend test/frontend test/ibackend test/backend qa/backend
  core                    21           15            15            12            11          11
  home                    10            .             7             .             .           .
  location                 8            7             5             4             3           3
  insuree                 15            7            10             6             4           4
  medical                  8            7             5             5             3           3
  medical_pricelist        2            2             .             .             .           .
  product                  4            3             .             1             1           1
  policy                  11            8             8             7             6           6
  contribution             .            1             .             1             1           1
  claim                   18           16            12            10             7           7
  claim_batch              3            3             .             .             .           .
  api_fhir                 .            .             .             4             4           4
  admin                   14            .            11             .             .           .
  tools                   11            .             9             .             .           .
  profile                 11            .             9             .             .           .
`;

it('every pin is that of the table', () => {
  const [head = '', ...rows] = table.trim().split('\n');
  const columns = head.trim().split(/\s+/);
  const expected: Record<string, Record<string, string>> = Object.fromEntries(columns.map((column) => [column, {}]));
  for (const row of rows) {
    const [module = '', ...cells] = row.trim().split(/\s+/);
    expect(cells).toHaveLength(columns.length);
    for (const [n, cell] of cells.entries()) {
      const column = columns[n]!;
      const name = column.endsWith('frontend')
        ? `@openimis/fe-${module}`
        : normalisePythonName(`openimis-be-${module}`);
      if (cell !== '.') expected[column]![name] = `0.0.${cell}`;
    }
  }
  const found: Record<string, Record<string, string | null>> = {};
  for (const {
    name,
    server: { pins },
  } of catalogue.values())
    for (const [component, own] of Object.entries(pins ?? {})) {
      const packages = Object.entries(own);
      found[`${name}/${component}`] = Object.fromEntries(
        packages.map(([one, pin]) => [component === 'frontend' ? one : normalisePythonName(one), pin as string | null]),
      );
    }
  expect(found).toEqual(expected);
});

it('has the four known servers with their components and no base release', () => {
  expect([...catalogue.keys()].sort()).toEqual(['demo', 'qa', 'release', 'test']);
  expect(Object.keys(server('demo').components ?? {})).toEqual(['frontend', 'ibackend']);
  expect(Object.keys(server('test').components ?? {})).toEqual(['frontend', 'ibackend', 'backend', 'worker']);
  expect(Object.keys(server('qa').components ?? {})).toEqual(['backend', 'worker']);
  for (const name of ['demo', 'test', 'qa']) {
    expect(server(name).generation).toBe('1.0');
    expect(server(name).release).toBeUndefined();
    expect(server(name).assembly).toBeUndefined();
  }
});

it('keeps the facts', () => {
  expect(server('demo')).toMatchObject({ facts: { status: 'temporary solution', newServer: 'Ubuntu 18.04.02 LTS' } });
  expect(server('demo').legacy).toBeUndefined();
  expect(server('test')).toMatchObject({
    legacy: { dns: 'imistest.hib.gov.np' },
    facts: { country: 'Nepal', databaseVersion: '1.3', legacyAddress: 'http://imistest.hib.gov.np/' },
  });
  expect(server('test').legacy).not.toHaveProperty('ip');
  expect(server('qa')).toMatchObject({
    legacy: { ip: '132.148.151.32' },
    database: { name: 'openIMIS-demo-1.3.0' },
    facts: { country: 'Nepal', legacyServer: 'Windows 2012 R2', newServer: 'Ubuntu 18.04.02 LTS' },
  });
  expect(server('qa').legacy).not.toHaveProperty('dns');
  const release = JSON.stringify(server('release'));
  for (const fact of [
    'not for production',
    'Windows 2012',
    'no Docker',
    'IIS',
    'Windows service',
    'OpenResty',
    'branch `release`',
    '127.0.0.1 release.legacy.openimis',
    'yarn link',
    'pip install -e',
  ])
    expect(release).toContain(fact);
});

it("says which addresses are somebody else's until they are confirmed", () => {
  const confirm = Object.fromEntries([...catalogue.values()].map((entry) => [entry.name, entry.confirm]));
  expect(confirm).toEqual({ demo: [], test: ['legacy.dns'], qa: ['legacy.ip'], release: [] });
});

it('every body starts a server of a workspace, with its comments', () => {
  for (const { name, body, server: entry } of catalogue.values()) {
    expect(parse(body)).toEqual(entry);
    const text = addServer('version: 1\nservers: {}\n', 'mine', body);
    expect(parseWorkspace(text, 'openimis.yaml').servers['mine']).toEqual(entry);
    expect(text).toContain('# Merely known; nothing is computed from it.');
    expect(text, name).not.toMatch(/[ \t]$/m);
  }
});

it('says what each lacks, and which cannot be deployed', () => {
  const servers = Object.fromEntries([...catalogue.values()].map((entry) => [entry.name, entry.server]));
  const missing = (name: string) => missingValues({ version: 1, servers }, name).map(({ path }) => path);
  expect(missing('demo')).toEqual(['legacy.ip', 'database.name', 'database.user', 'gateway.dns']);
  expect(missing('test')).toEqual(['database.name', 'database.user', 'gateway.dns']);
  expect(missing('qa')).toEqual(['database.user', 'gateway.dns']);
  expect(notDeployable({ version: 1, servers }, 'release')).toMatch(/Windows 2012 without Docker/);
  expect(notDeployable({ version: 1, servers }, 'test')).toBeUndefined();
});
