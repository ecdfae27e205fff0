import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { PinAge } from '../../src/modules/outdated/outdated-pins.ts';
import type { WhyPackage } from '../../src/modules/why/why-module.ts';
import { type Operator, operator } from '../support/operator.ts';

const yaml = `version: 1
servers:
  test:
    legacy: { ip: 127.0.0.1 }
    generation: "1.0"
    components: { frontend: {}, backend: {} }
    pins:
      frontend:
        "@openimis/fe-core": 1.4.0
        "@openimis/fe-claim": ">=1.4.0"
      backend:
        openimis-be-core: 1.0.0
        openimis-be-claim: 1.0.0
        openimis-be-policy: 9.9.9
        openimis-be-report: git+https://github.com/openimis/openimis-be-report_py.git@v1.0.0
        openimis-be-payer: git+https://github.com/openimis/openimis-be-report_py.git@develop
        openimis-be-own: git+https://github.com/openimis/openimis-be-none_py.git@v1.0.0
`;

let ops: Operator;
beforeAll(async () => {
  ops = await operator(yaml, {
    npm: {
      '@openimis/fe-core': [
        { version: '1.4.0', published: '2021-02-03T00:00:00Z', deprecated: 'old', peerDependencies: { react: '^16' } },
        { version: '1.5.0', published: '2022-02-03T00:00:00Z' },
        { version: '2.0.0', published: '2023-02-03T00:00:00Z' },
        { version: '2.1.0', deprecated: 'broken', published: '2024-02-03T00:00:00Z' },
      ],
    },
    python: {
      'openimis-be-core': [{ version: '1.0.0', published: '2020-01-01T00:00:00Z' }, { version: '1.1.0rc1' }, { version: '1.2.0', yanked: '' }], // prettier-ignore
      'openimis-be-claim': [{ version: '1.0.0', yanked: 'leaks', requires: ['openimis-be-core (>=1.0)'] }],
      'openimis-be-policy': [{ version: '1.0.0' }],
    },
    releaseJson: true,
  });
  await ops.repository('openimis-be-report_py', ['v1.0.0', 'v1.0.1', '1.1.0-rc1']);
}, 60_000);
afterAll(() => ops.close());

const outdated = async (...argv: readonly string[]) => {
  const { code, stdout } = await ops.run(['versions', 'outdated', 'test', ...argv, '--json']);
  const { pins } = (JSON.parse(stdout) as { data: { pins: PinAge[] } }).data;
  return { code, of: (module: string, component = 'backend') => pins.find((pin) => pin.module === module && pin.component === component) }; // prettier-ignore
};

describe('versions outdated', () => {
  it('says what is newer, since when, how far it is, and what is withdrawn', async () => {
    const { code, of } = await outdated();
    // One repository could not be asked.
    expect(code).toBe(5);
    expect(of('core', 'frontend')).toMatchObject({
      state: 'behind',
      published: '2021-02-03T00:00:00.000Z',
      newest: { version: '2.0.0', published: '2023-02-03T00:00:00.000Z' },
      size: 'major',
      sameMajor: { version: '1.5.0' },
      note: 'its makers advise against it: old',
    });
    expect(of('claim', 'frontend')).toMatchObject({ state: 'floating' });
    expect(of('core')).toMatchObject({ state: 'current', published: '2020-01-01T00:00:00.000Z' });
    expect(of('claim')).toMatchObject({ state: 'current', note: 'withdrawn by its makers: leaks' });
    expect(of('policy')).toMatchObject({ state: 'missing' });
    expect(of('report')).toMatchObject({ state: 'behind', newest: { version: '1.0.1' }, size: 'patch' });
    expect([of('payer')?.state, of('own')?.state]).toEqual(['floating', 'unknown']);
  });

  it('counts pre-releases only when they are wanted', async () => {
    const { of, code } = await outdated('--pre', '--exit-code');
    expect([of('core')?.newest?.version, of('report')?.newest?.version, code]).toEqual(['1.1.0rc1', '1.1.0-rc1', 4]);
  });

  it('prints a table, and CSV', async () => {
    const { stdout } = await ops.run(['versions', 'outdated', 'test', '--component', 'frontend']);
    expect(stdout.split('\n')).toEqual([
      'test',
      'frontend  1 of 2 have newer versions',
      '  core   1.4.0 (2021-02-03)  → 2.0.0 (2023-02-03)  major, 1.5.0 (2022-02-03) with the same first number, its makers advise against it: old', // prettier-ignore
      '  claim  >=1.4.0                                   not an exact version',
    ]);
    const sheet = await ops.run(['versions', 'outdated', 'test', '--component', 'frontend', '--csv', '--offline']);
    expect(sheet.stdout).toContain(
      'frontend,core,1.4.0,2021-02-03,2.0.0,2023-02-03,major,its makers advise against it: old',
    );
  });
});

describe('versions why', () => {
  const why = async (...argv: readonly string[]) => {
    const { code, stdout, stderr } = await ops.run(['versions', 'why', ...argv, '--json']);
    return { code, stderr, packages: (JSON.parse(stdout) as { data?: { packages: WhyPackage[] } }).data?.packages ?? [] }; // prettier-ignore
  };

  it('names servers and releases that use a module, what it requires and what requires it', async () => {
    const { packages } = await why('core');
    expect(packages.map((one) => one.package)).toEqual(['@openimis/fe-core', 'openimis-be-core']);
    const [frontend, backend] = packages;
    expect(frontend?.requires).toEqual([
      { version: '1.4.0', requires: [{ package: 'react', spec: '^16', peer: true }] },
    ]);
    expect(backend?.uses).toContainEqual({ set: 'test', component: 'backend', pin: '1.0.0', origin: expect.stringMatching(/^openimis\.yaml:\d+$/) as string }); // prettier-ignore
    expect(backend?.uses).toContainEqual({ set: 'release 1.1.0', component: 'ibackend', pin: '1.1.0', origin: 'release 1.1.0' }); // prettier-ignore
    expect(backend?.requiredBy).toEqual([{ set: 'test', component: 'backend', package: 'openimis-be-claim', version: '1.0.0', spec: '>=1.0' }]); // prettier-ignore
  });

  it('works offline from the catalogue and what was said before', async () => {
    await why('core');
    const before = ops.registry.requests.length;
    const { code, stdout } = await ops.run(['versions', 'why', 'openimis-be-core', '--offline']);
    expect([code, ops.registry.requests.length]).toEqual([0, before]);
    expect(stdout).toMatch(/required by\n {2}test {2}backend {2}openimis-be-claim 1\.0\.0 {2}>=1\.0/);
  });

  it('names the nearest module for one that nobody uses', async () => {
    const { code, stderr } = await ops.run(['versions', 'why', 'claimm']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('did you mean claim?')]);
  });
});
