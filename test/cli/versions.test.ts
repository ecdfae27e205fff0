import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { releaseNames } from '../../src/modules/release-names.ts';
import type { PinChange, PinDiff } from '../../src/modules/diff-pins.ts';
import { openimis, packageFolder } from '../support/cli.ts';

let folder: string;
const versions = (...argv: readonly string[]) => openimis(['versions', ...argv], { cwd: folder });

/** A fresh workspace with servers of the catalogue; what they lack is given. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openimis-versions-'));
  for (const name of ['demo', 'test', 'qa']) {
    const values = { 'legacy-ip': '127.0.0.1', 'legacy-dns': `${name}.example.org`, 'database-name': 'IMIS', 'database-user': 'u', 'gateway-dns': `new-${name}.example.org` }; // prettier-ignore
    const flags = Object.entries(values).flatMap(([flag, value]) => [`--${flag}`, value]);
    const { code, stderr } = await openimis(['init', '--from', name, ...flags], { cwd: folder });
    expect([code, stderr]).toEqual([0, expect.any(String)]);
  }
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

type Catalogued = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The pins of a server of the catalogue, by a reader of its own; all of them are 0.0.x. */
async function catalogued(name: string): Promise<Catalogued> {
  const text = await readFile(join(packageFolder, 'templates/servers', `${name}.yaml`), 'utf8');
  return (parse(text) as { server: { pins: Catalogued } }).server.pins;
}

const patch = (version: string): number => Number(/^0\.0\.(\d+)$/.exec(version)![1]);
const shortly = ({ package: name, kind, size }: PinChange): string => [name, kind, size ?? ''].join(' ').trim();

function expectedDiff(before: Catalogued, after: Catalogued): unknown {
  return ['frontend', 'ibackend', 'backend'].flatMap((component) => {
    const [from, to] = [before[component], after[component]];
    if (from === undefined && to === undefined) return [];
    const names = [...new Set([...Object.keys(from ?? {}), ...Object.keys(to ?? {})])].sort();
    const changes = names.flatMap((name) => {
      const [old, now] = [from?.[name], to?.[name]];
      if (old === undefined) return [`${name} added`];
      if (now === undefined) return [`${name} removed`];
      if (patch(old) === patch(now)) return [];
      return [`${name} ${patch(old) < patch(now) ? 'upgraded' : 'downgraded'} patch`];
    });
    const state =
      from === undefined ? 'after' : to === undefined ? 'before' : changes.length > 0 ? 'different' : 'identical';
    return [[component, state, ...changes]];
  });
}

describe('versions diff', () => {
  it('says of test and qa what the catalogue says', async () => {
    expect(await versions('diff', 'test', 'qa')).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        'test → qa',
        'frontend   in test only (10 modules)',
        'ibackend   in test only (9 modules)',
        'backend    identical (9 modules)',
      ].join('\n'),
    });
  });

  it.each(['test qa', 'qa test', 'demo test', 'test demo', 'demo qa'])(
    'of %s is right to the last module',
    async (pair) => {
      const [before = '', after = ''] = pair.split(' ');
      const { data } = JSON.parse((await versions('diff', before, after, '--json')).stdout) as { data: PinDiff };
      expect(
        data.components.map(({ component, state, changes }) => [component, state, ...changes.map(shortly)]),
      ).toEqual(expectedDiff(await catalogued(before), await catalogued(after)));
    },
  );

  it('names every step and its size', async () => {
    const { stdout } = await versions('diff', 'demo', 'test', '--component', 'ibackend');
    expect(stdout.split('\n')).toEqual([
      'demo → test',
      'ibackend   7 downgraded, 1 added, 2 removed',
      '  + api_fhir           0.0.4            added',
      '  ↓ claim              0.0.16 → 0.0.10  downgraded (patch)',
      '  - claim_batch        0.0.3            removed',
      '  ↓ core               0.0.15 → 0.0.12  downgraded (patch)',
      '  ↓ insuree            0.0.7 → 0.0.6    downgraded (patch)',
      '  ↓ location           0.0.7 → 0.0.4    downgraded (patch)',
      '  ↓ medical            0.0.7 → 0.0.5    downgraded (patch)',
      '  - medical_pricelist  0.0.2            removed',
      '  ↓ policy             0.0.8 → 0.0.7    downgraded (patch)',
      '  ↓ product            0.0.3 → 0.0.1    downgraded (patch)',
    ]);
  });

  it('ends with 4 on demand, with JSON that is ok', async () => {
    const { code, stdout } = await versions('diff', 'test', 'qa', '--exit-code', '--json');
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 1, ok: true, data: { before: 'test', identical: false } });
    expect((await versions('diff', 'test', 'qa', '--component', 'backend', '--exit-code')).code).toBe(0);
  });

  it('takes releases and files, as Markdown and CSV too', async () => {
    await writeFile(join(folder, 'openimis.json'), '{"modules":[{"name":"core","pip":"openimis-be-core==1.2.0"}]}');
    const { stdout } = await versions('diff', '1.1.0', './openimis.json', '--component', 'backend', '--csv');
    expect(stdout).toContain('backend,core,upgraded (minor),1.1.0,1.2.0');
    const { stdout: table } = await versions('diff', '1.0.0', '1.1.0', '--component', 'backend', '--markdown');
    expect(table).toContain('| backend | claim\\_batch | upgraded (minor) | 1.0.3 | 1.1.0 |');
  });

  it('needs no workspace for releases', async () => {
    const { code, stdout } = await openimis(['versions', 'diff', '24.04', '24.04'], { cwd: '/' });
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'release 24.04 → release 24.04']);
  });

  it('lists what is known for an unknown name, and the place in a file that cannot be read', async () => {
    const unknown = await versions('diff', 'test', 'tset');
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('(did you mean test?)')]);
    expect(unknown.stderr).toContain('servers: demo, test, qa');
    await writeFile(join(folder, 'broken.json'), '{"modules": [\n{"name": "core", "pip": "core==latest"}]}');
    const broken = await versions('diff', 'test', './broken.json');
    expect([broken.code, broken.stderr]).toEqual([3, expect.stringContaining('broken.json:2:25: module 1 (core)')]);
  });
});

describe('versions list, matrix, releases', () => {
  it('lists every release', async () => {
    for (const name of releaseNames) expect(await versions('list', name)).toMatchObject({ code: 0, stderr: '' });
    expect((await versions('releases')).stdout).toContain('24.10');
  }, 60_000);

  it('says where a version comes from, down to the line', async () => {
    const { stdout } = await versions('list', 'qa', '--origin');
    const line = Number(/core +0\.0\.11 +openimis\.yaml:(\d+)/.exec(stdout)?.[1]);
    const text = await readFile(join(folder, 'openimis.yaml'), 'utf8');
    expect(text.split('\n')[line - 1]).toContain('openimis-be-core');
    expect((await versions('list', '1.1.0', '--origin')).stdout).toMatch(/core +1\.1\.0 +release 1\.1\.0/);
  });

  it('shows modules down and servers across', async () => {
    const { stdout } = await versions('matrix', 'demo', 'test', 'qa', '--component', 'ibackend', '--only-changed');
    expect(stdout).toContain('ibackend   claim              0.0.16  0.0.10  n/a');
    expect(stdout).not.toContain('contribution');
  });
});

describe('versions pin and unpin', () => {
  it('write openimis.yaml and keep everything else of it', async () => {
    const file = join(folder, 'openimis.yaml');
    const before = await readFile(file, 'utf8');
    expect((await versions('pin', 'test', 'core=0.0.13', '--component', 'ibackend', '--dry-run')).code).toBe(0);
    expect(await readFile(file, 'utf8')).toBe(before);
    expect((await versions('pin', 'test', 'core=0.0.13', '--component', 'ibackend')).code).toBe(0);
    const after = await readFile(file, 'utf8');
    const changed = after.split('\n').filter((line, index) => line !== before.split('\n')[index]);
    expect(changed.map((line) => line.trim())).toEqual(['openimis-be-core: "0.0.13"']);
    expect((await versions('pin', 'test', 'ibackend:core=0.0.12')).code).toBe(0);
    expect((await versions('pin', 'test', 'ibackend:New=1.0')).code).toBe(0);
    expect((await versions('unpin', 'test', 'ibackend:new')).code).toBe(0);
    expect((await versions('diff', 'test', 'test', '--exit-code')).code).toBe(0);
  });

  it.each([
    [['pin', 'test', 'core=0.0.13'], 'say which component is meant'],
    [['pin', 'test', 'core'], 'is not MODULE=VERSION'],
    [['pin', 'test', 'ibackend:core=not a version'], 'is no version that pip would take'],
    [['pin', 'test', 'ibackend:core', '--remove'], 'there is no release to remove it from'],
    [['unpin', 'test', 'ibackend:nothing'], 'is not pinned for ibackend of test'],
    [['pin', 'nix', 'core=1'], 'nix'],
  ])('%j is refused, and nothing is written', async (argv, words) => {
    const before = await readFile(join(folder, 'openimis.yaml'), 'utf8');
    const { code, stderr } = await versions(...argv);
    expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
    expect(await readFile(join(folder, 'openimis.yaml'), 'utf8')).toBe(before);
  });
});
