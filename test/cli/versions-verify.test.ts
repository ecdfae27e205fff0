import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { PinFinding } from '../../src/modules/verify/finding.ts';
import type { Verification } from '../../src/modules/verify/verify-pins.ts';
import { type Operator, operator } from '../support/operator.ts';

const yaml = `version: 1
servers:
  good:
    legacy: { ip: 127.0.0.1 }
    generation: "1.0"
    components: { backend: {} }
    pins: { backend: { openimis-be-core: 0.0.11 } }
  test:
    legacy: { ip: 127.0.0.1 }
    generation: "1.0"
    components: { frontend: {}, backend: {}, ibackend: {} }
    pins:
      frontend:
        "@openimis/fe-core": 0.0.15
        "@openimis/fe-claim": 0.0.9
        "@openimis/fe-old": 1.0.0
        "@openimis/fe-admin": latest
        "@openimis/fe-nowhere": 1.0.0
      backend:
        openimis-be-core: 0.0.11
        openimis-be-claim: 0.0.2
        openimis-be-medical: "1.0"
        openimis-be-policy: ">=1"
        openimis-be-location: 0.0.9
        openimis-be-report: git+https://github.com/openimis/openimis-be-report_py.git@develop
        openimis-be-payer: git+https://github.com/openimis/openimis-be-report_py.git@v1.0.0
        openimis-be-nothing: git+https://github.com/openimis/openimis-be-report_py.git@nothing
        openimis-be-own: git+https://github.com/openimis/openimis-be-none_py.git@v1.0.0
      ibackend: { openimis-be-core: 0.0.11 }
    extra: { backend: { requests: 2.0.0 } }
`;

let ops: Operator;
beforeAll(async () => {
  ops = await operator(yaml, {
    npm: {
      '@openimis/fe-core': [{ version: '1.1.3' }, { version: '1.11.0' }],
      '@openimis/fe-claim': [{ version: '1.4.0' }],
      '@openimis/fe-old': [{ version: '1.0.0', deprecated: 'moved away \u001b[31m' }],
      '@openimis/fe-admin': [{ version: '1.4.0' }],
    },
    python: {
      'openimis-be-core': [{ version: '0.0.11' }],
      'openimis-be-claim': [{ version: '0.0.2', requires: ['openimis-be-core>=1', 'openimis-be-insuree'] }],
      'openimis-be-medical': [{ version: '1.0', yanked: 'wrong prices' }],
      'openimis-be-policy': [{ version: '1.2' }, { version: '1.10' }, { version: '2.0rc1' }],
      'openimis-be-location': [{ version: '0.0.8' }, { version: '0.0.10' }],
      requests: [{ version: '2.0.0', sourceOnly: true }],
    },
    cacheControl: 'max-age=600',
  });
  await ops.repository('openimis-fe-core_js', ['v0.0.14', 'v0.0.15']);
  await ops.repository('openimis-fe-claim_js', ['v0.0.1']);
  await ops.repository('openimis-be-report_py', ['v1.0.0']);
}, 60_000);
afterAll(() => ops.close());

const verify = async (...argv: readonly string[]) => {
  const { code, stdout, stderr } = await ops.run(['versions', 'verify', ...argv, '--json']);
  const { data } = JSON.parse(stdout) as { data: Verification };
  const pins = data.components.flatMap((component) => component.pins);
  const of = (module: string, component = 'backend'): PinFinding | undefined =>
    pins.find((pin) => pin.module === module && (pin.component === component || component === ''));
  return { code, stderr, data, of, counts: (state: string) => pins.filter((pin) => pin.state === state).length };
};

describe('versions verify', () => {
  it('is content with versions that are there', async () => {
    const { code, stdout, stderr } = await ops.run(['versions', 'verify', 'good', '--all']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^good\nbackend {2}1 as they should be\n {2}✓ core {2}0\.0\.11 {2}on 127\.0\.0\.1:\d+\/simple$/)]); // prettier-ignore
    expect(stderr).toContain('✓ ask the registries');
    const json = await ops.run(['versions', 'verify', 'good', '--json']);
    expect([json.code, json.stderr]).toEqual([0, '']);
  });

  it('says per module what is there, what is not, and what lock would take', async () => {
    const { code, of, data } = await verify('test');
    expect(code).toBe(4);
    expect(of('core', 'frontend')).toMatchObject({
      state: 'problem',
      kind: 'missing',
      nearest: ['1.1.3', '1.11.0'],
      origin: expect.stringMatching(/^openimis\.yaml:\d+$/) as string,
      taken: { kind: 'git', url: 'https://github.com/openimis/openimis-fe-core_js.git', ref: 'v0.0.15', commit: expect.stringMatching(/^[0-9a-f]{40}$/) as string }, // prettier-ignore
    });
    expect(of('claim', 'frontend')).toMatchObject({ state: 'problem', says: [expect.stringContaining('which has 1.4.0'), 'no tag of openimis/openimis-fe-claim_js is this version either'] }); // prettier-ignore
    expect(of('nowhere', 'frontend')?.says[0]).toContain('has no package @openimis/fe-nowhere');
    expect(of('old', 'frontend')).toMatchObject({ state: 'warning', kind: 'deprecated' });
    expect(of('admin', 'frontend')).toMatchObject({ state: 'warning', kind: 'range', taken: { version: '1.4.0' } });
    expect(of('core')).toMatchObject({ state: 'ok', kind: 'exists', taken: { kind: 'registry', version: '0.0.11' } });
    expect(of('medical')).toMatchObject({ kind: 'yanked', says: [expect.stringContaining('wrong prices')] });
    expect(of('policy')).toMatchObject({ state: 'warning', kind: 'range', taken: { version: '1.10' } });
    expect(of('location')).toMatchObject({ state: 'problem', kind: 'missing', nearest: ['0.0.8', '0.0.10'] });
    expect(of('report')).toMatchObject({ state: 'warning', kind: 'moving', taken: { ref: 'develop' } });
    expect(of('payer')).toMatchObject({ state: 'ok', kind: 'tag' });
    expect(of('nothing')).toMatchObject({ state: 'problem', kind: 'no-reference', says: [expect.stringContaining('newest tags: v1.0.0')] }); // prettier-ignore
    expect(of('own')).toMatchObject({ state: 'unknown' });
    expect(of('requests')).toMatchObject({ state: 'ok', extra: true });
    expect(data.components.find(({ component }) => component === 'backend')?.compatibility).toEqual({
      conflicts: [{ kind: 'module', needs: { package: 'openimis-be-claim', version: '0.0.2', spec: '>=1' }, package: 'openimis-be-core', has: '0.0.11' }], // prettier-ignore
      absent: [{ needs: { package: 'openimis-be-claim', version: '0.0.2', spec: '*' }, package: 'openimis-be-insuree' }], // prettier-ignore
      unknown: ['requests'],
    });
  });

  it('takes the tag of a git repository where that is agreed to', async () => {
    const { of, counts } = await verify('test', '--component', 'frontend', '--allow-git');
    expect(of('core', 'frontend')).toMatchObject({ state: 'warning', taken: { kind: 'git', ref: 'v0.0.15' } });
    expect(of('claim', 'frontend')).toMatchObject({ state: 'problem' });
    // Whose repository is not there is not known: another one may see it.
    expect([of('nowhere', 'frontend')?.state, counts('problem')]).toEqual(['unknown', 1]);
  });

  it('prints no control character of a registry, and both sides of a conflict', async () => {
    const { stdout } = await ops.run(['versions', 'verify', 'test']);
    expect(stdout).toContain('moved away \\x1b[31m');
    expect(stdout).toContain('✗ openimis-be-claim 0.0.2 wants openimis-be-core >=1, pinned is 0.0.11');
    expect(stdout).toContain('! openimis-be-insuree is not pinned, and openimis-be-claim 0.0.2 wants it');
    expect(stdout).toContain('lock takes tag v0.0.15 of openimis/openimis-fe-core_js with --allow-git');
  });

  it('works without a network from what was said before, and says since when', async () => {
    await ops.run(['versions', 'verify', 'good']);
    const before = ops.registry.requests.length;
    const { code, stdout } = await ops.run(['versions', 'verify', 'good', '--offline']);
    expect([code, ops.registry.requests.length]).toEqual([0, before]);
    expect(stdout).toMatch(/as of 20\d\d-\d\d-\d\d \d\d:\d\d: nobody was asked \(--offline\)$/);
    const nothing = await ops.run(['versions', 'verify', 'good', '--offline', '--json'], { XDG_CACHE_HOME: '/nonexistent' }); // prettier-ignore
    expect([nothing.code, nothing.stdout]).toEqual([5, expect.stringContaining('was never asked before')]);
  });

  it('needs no registry for a release, and no workspace', async () => {
    const { code, stdout } = await ops.run(['versions', 'verify', '24.10', '--component', 'backend', '--offline']);
    expect([code, stdout.split('\n')[1]]).toEqual([5, 'backend  43 could not be asked']);
    expect(stdout.match(/by its name a branch, so not a pin; no git server was asked \(--offline\)/g)).toHaveLength(43);
  });
});
