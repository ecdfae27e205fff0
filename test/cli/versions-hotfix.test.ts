import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { inTemporaryFolder, openimis } from '../support/cli.ts';

const commit = '4f9c2d1e8b7a6f5049382716a5b4c3d2e1f00918';
const yaml = `version: 1
servers:
  test:   # the one in the basement
    release:   "1.1.0"
    components: { ibackend: {}, backend: {} }
    pins:
      ibackend:
        # agreed with the ministry
        openimis-be-claim:   "1.0.5"   # do not touch
      backend: { openimis-be-core:  '1.0.5' }
`;
const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);

/** A workspace of `text`, and what a command of the topic says in it. */
async function workspace(
  text: string,
  use: (
    versions: (...argv: readonly string[]) => ReturnType<typeof openimis>,
    read: () => Promise<string>,
  ) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const file = join(folder, 'openimis.yaml');
    await writeFile(file, text);
    await use(
      (...argv) => openimis(['versions', ...argv], { cwd: folder }),
      () => readFile(file, 'utf8'),
    );
  });
}

describe('a hotfix', () => {
  const claim = `claim=git+https://git.example.org/claim.git@${commit}`;

  it('is written on its line, prolonged in place, and taken out; all other bytes stay', () =>
    workspace(yaml, async (versions, read) => {
      const until = day(30);
      const { code, stdout } = await versions('pin', 'test', `ibackend:${claim}`, '--reason', 'it: "slow"', '--until', until); // prettier-ignore
      expect([code, stdout.split('\n')[0]]).toEqual([
        0,
        `ibackend  openimis-be-claim  git+https://git.example.org/claim.git@${commit} (hotfix until ${until}: it: "slow") (was 1.0.5)`,
      ]);
      const fixed = yaml.replace(
        '"1.0.5"   # do',
        `{ pin: "git+https://git.example.org/claim.git@${commit}", reason: "it: \\"slow\\"", until: "${until}" }   # do`,
      );
      expect(await read()).toBe(fixed);
      const longer = await versions('pin', 'test', claim, '--component', 'ibackend', '--reason', 'still slow', '--until', day(60)); // prettier-ignore
      expect(longer.code).toBe(0);
      expect(await read()).toBe(fixed.replace('"it: \\"slow\\""', '"still slow"').replace(until, day(60)));
      expect((await versions('pin', 'test', 'ibackend:claim=1.0.5')).code).toBe(0);
      expect(await read()).toBe(yaml);
    }));

  it('is listed, loudly once its day is over', () => {
    const until = day(-2);
    const late = yaml.replace(
      '"1.0.5"   # do',
      `{ pin: "git+https://git.example.org/claim.git@${commit}", reason: slow, until: ${until} } # do`,
    );
    return workspace(late, async (versions) => {
      const { stdout } = await versions('list', 'test');
      expect(stdout.split('\n').slice(-2)).toEqual([
        `HOTFIX OVERDUE by 2 days (until ${until})  ibackend claim git+https://git.example.org/claim.git@${commit}: slow`,
        'Next: openimis versions unpin test ibackend:claim, or pin it anew with a later --until',
      ]);
      const { data } = JSON.parse((await versions('list', 'test', '--json')).stdout) as {
        data: { hotfixes: object[] };
      };
      expect(data.hotfixes).toEqual([
        expect.objectContaining({ component: 'ibackend', module: 'claim', reason: 'slow', until, daysOver: 2 }),
      ]);
      expect((await versions('list', 'test', '--component', 'backend')).stdout).not.toContain('HOTFIX');
      expect((await versions('list', 'test', '--csv')).stdout).toContain(`,openimis.yaml:9,${until}\r\n`);
    });
  });

  it.each([
    [['--reason', 'x'], 'a hotfix needs --until too'],
    [['--until', day(1)], 'a hotfix needs --reason too'],
    [['--reason', 'x', '--until', '2027-02-30'], '--until "2027-02-30" is not a date'],
    [['--reason', 'x', '--until', 'soon'], '--until "soon" is not a date'],
    [['--reason', 'x', '--until', day(-2)], 'is over already'],
    [['--reason', ' ', '--until', day(1)], '--reason is empty'],
    [['--reason', 'a\u0007', '--until', day(1)], '--reason holds a control character'],
    [['--component', 'backend'], 'name two components'],
  ])('%j is refused, and nothing is written', (flags, words) =>
    workspace(yaml, async (versions, read) => {
      const { code, stderr } = await versions('pin', 'test', `ibackend:${claim}`, ...flags);
      expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
      expect(await read()).toBe(yaml);
    }),
  );

  it.each([
    ['{ pin: "1.0", reason: x }', 'until: is missing'],
    ['{ pin: "1.0", reason: x, untill: 2027-01-01 }', 'unknown key (did you mean "until"?)'],
    ['{ pin: "1.0", reason: x, until: tomorrow }', 'until: is the last day on which it is all right'],
    ['1.0', 'must be a text: put it in quotes: "1.0"'],
    ['[]', 'must be a text or a map'],
  ])('%s in the file is an error with its place', (value, words) =>
    workspace(yaml.replace('"1.0.5"   #', `${value}   #`), async (versions) => {
      const { code, stderr } = await versions('list', 'test');
      expect([code, stderr]).toEqual([3, expect.stringMatching(/openimis\.yaml:9:\d+: servers\.test\.pins\.ibackend/)]);
      expect(stderr).toContain(words);
    }),
  );
});

describe('extra packages', () => {
  const withExtra = `${yaml}    extra:\n      backend: { requests: "2.32.3", Some_Package: ">=1" }\n`;

  it('are kept apart in every list', () =>
    workspace(withExtra, async (versions) => {
      const list = (await versions('list', 'test', '--origin', '--component', 'backend')).stdout;
      expect(list).toContain('backend extra  2 packages\n  requests      2.32.3  openimis.yaml:12\n');
      expect((await versions('list', 'test', '--markdown')).stdout).toContain(
        '| backend extra | some-package | some-package | \\>=1 | openimis.yaml:12 |  |',
      );
      const diff = await versions('diff', '1.1.0', 'test', '--component', 'backend');
      expect(diff.stdout.split('\n').slice(1)).toEqual([
        expect.stringMatching(/^backend +1 downgraded$/),
        expect.stringMatching(/↓ core +1\.1\.\d → 1\.0\.5 +downgraded \(minor\)/),
        '  extra packages: 2 added',
        '  + requests      2.32.3  added',
        '  + some-package  >=1     added',
      ]);
      expect((await versions('diff', '1.1.0', 'test', '--csv')).stdout).toContain(
        'backend extra,requests,added,,2.32.3',
      );
      expect((await versions('matrix', '1.1.0', 'test', '--component', 'backend')).stdout).toMatch(
        /^backend extra +requests +- +2\.32\.3$/m,
      );
      const { data } = JSON.parse((await versions('diff', 'test', '1.1.0', '--json')).stdout) as { data: { components: { component: string; extra: { changes: { kind: string }[] } }[] } }; // prettier-ignore
      const backend = data.components.find(({ component }) => component === 'backend');
      expect(backend?.extra.changes.map(({ kind }) => kind)).toEqual(['removed', 'removed']);
    }));

  it('are written and taken out by pin and unpin', () =>
    workspace(yaml, async (versions, read) => {
      expect((await versions('pin', 'test', 'backend:requests=2.32.3', '--extra')).code).toBe(0);
      expect(await read()).toBe(`${yaml}    extra:\n      backend:\n        requests: "2.32.3"\n`);
      expect((await versions('unpin', 'test', 'requests', '--extra')).code).toBe(0);
      expect(await read()).toBe(yaml);
    }));

  it('that are modules already are refused', () =>
    workspace(yaml, async (versions, read) => {
      for (const [name, words] of [
        ['openimis-be-core', 'is the same package as openimis-be-core in pins'],
        ['openimis-be-claim', 'which is a module already (release 1.1.0)'],
      ] as const) {
        const { code, stderr } = await versions('pin', 'test', `backend:${name}=1.0`, '--extra');
        expect([code, stderr]).toEqual([code === 3 ? 3 : 2, expect.stringContaining(words)]);
      }
      expect(await read()).toBe(yaml);
    }));
});
