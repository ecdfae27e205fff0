import { existsSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { execa } from 'execa';
import { describe, expect, it } from 'vitest';

import { importOpenimisJson } from '../../src/cli/import-pins.ts';
import { moduleText } from '../../src/modules/pin-text.ts';
import { openimis } from '../support/cli.ts';
import { give, releases, signal, take, thereAndBack, workspace, yaml } from './import-box.ts';

describe('import', () => {
  const file = (...modules: readonly object[]): string => JSON.stringify({ modules }, null, 2);

  it('writes the smallest difference, and leaves every other byte of openimis.yaml', () =>
    workspace(async ({ folder, read }) => {
      const modules = releases.get('1.1.0')!.backend!.modules.filter(({ name }) => name !== 'report');
      const changed = modules.map(({ name, package: of, spec, raw }) => ({ name, pip: name === 'claim' ? `${of}==1.2.0` : (raw ?? of + spec!) })); // prettier-ignore
      const from = join(folder, 'openimis.json');
      await writeFile(from, file(...changed, { name: 'own', pip: 'openimis-be-own==0.1' }));
      const plan = await importOpenimisJson({ folder, server: 'test', from: folder, component: undefined, dryRun: true, signal }); // prettier-ignore
      expect(await read()).toBe(yaml);
      expect(await take(folder, 'test', folder)).toEqual({ ...plan, from: folder });
      expect(await read()).toBe(
        yaml.replace(
          "{ openimis-be-core:  '1.0.5' }",
          '{ openimis-be-claim: "1.2.0", openimis-be-own: "0.1", openimis-be-report: null }',
        ),
      );
      // The names and the order are those of the release: nothing else to keep.
      expect(existsSync(join(folder, 'imported'))).toBe(false);
    }));

  it('keeps a hotfix that is in the file, and an export says only what changed since', () =>
    workspace(
      async (box) => {
        const text = `{\r\n\t"localModules": [],\r\n\t"modules": [\r\n\t\t{"name": "core", "x": 1, "pip": "openimis-be-core==v1.1.0"},\r\n\t\t{\r\n\t\t\t"name": "Claims",\r\n\t\t\t"pip": "git+https://git.example.org/claim.git@fix#egg=openimis_be_claim"\r\n\t\t},\r\n\t\t{"name": "old", "package": "openimis-be-old", "version": "1.0"}\r\n\t]\r\n}`;
        const { back } = await thereAndBack(box, 'test', text, 'backend');
        expect(back).toBe(text);
        expect(await box.read()).toContain('until: 2099-01-01');
        const run = (...argv: readonly string[]) => openimis(['versions', ...argv], { cwd: box.folder });
        expect((await run('pin', 'test', 'backend:claim=1.9.0', 'backend:old=2.0', 'backend:new_one=3')).code).toBe(0);
        expect((await run('unpin', 'test', 'backend:core')).code).toBe(0);
        expect((await run('export', 'test', '--backend', '--output', 'out.json')).stdout).toContain(
          'written to out.json',
        );
        const out = await readFile(join(box.folder, 'out.json'), 'utf8');
        expect(out).toBe(
          text
            .replace('\r\n\t\t{"name": "core", "x": 1, "pip": "openimis-be-core==v1.1.0"},', '')
            .replace('git+https://git.example.org/claim.git@fix#egg=openimis_be_claim', 'openimis_be_claim==1.9.0')
            .replace(
              '"version": "1.0"}',
              '"version": "2.0"},\r\n\t\t{ "name": "new_one", "pip": "openimis-be-new_one==3" }',
            )
            .replace('openimis-be-new_one==3', 'openimis-be-new-one==3'),
        );
      },
      yaml
        .replace('    release: "1.1.0"\n    components: { f', '    generation: "1.1"\n    components: { f')
        .replace(
          "{ openimis-be-core:  '1.0.5' }",
          '{ openimis-be-core: "1.0", openimis-be-claim: { pin: "git+https://git.example.org/claim.git@fix", reason: x, until: 2099-01-01 } }',
        ),
    ));

  it('a file of both kinds goes to both components, and follows both', () =>
    workspace(async (box) => {
      const text = file({ name: 'core', pip: 'openimis-be-core==1.0' }, { name: 'CoreModule', npm: '@openimis/fe-core@1.0.0' }); // prettier-ignore
      const from = join(box.folder, 'it.json');
      await writeFile(from, text);
      const done = await take(box.folder, 'bare', from);
      expect(done.components.map(({ component }) => component)).toEqual(['backend', 'frontend']);
      await openimis(['versions', 'pin', 'bare', 'frontend:core=2.0.0'], { cwd: box.folder });
      const wanted = text.replace('fe-core@1.0.0', 'fe-core@2.0.0');
      for (const component of ['backend', 'frontend'] as const)
        expect(await give(box.folder, 'bare', component)).toBe(wanted);
    }));

  it('goes to ibackend on demand, and two checkouts in one folder to both', () =>
    workspace(async ({ folder, read }) => {
      for (const [name, text] of [
        ['openimis-be_py', file({ name: 'core', pip: 'openimis-be-core==9.0' })],
        ['openimis-fe_js', file({ name: 'CoreModule', npm: '@openimis/fe-core@9.0.0' })],
      ] as const) {
        await mkdir(join(folder, 'in', name), { recursive: true });
        await writeFile(join(folder, 'in', name, 'openimis.json'), text);
      }
      const done = await take(folder, 'bare', join(folder, 'in'));
      expect(done.components.map(({ component, modules }) => [component, modules])).toEqual([['backend', 1], ['frontend', 1]]); // prettier-ignore
      await take(folder, 'test', join(folder, 'in', 'openimis-be_py'), 'ibackend');
      expect(await read()).toContain('openimis-be-core: "9.0"');
      expect(await read()).toContain("backend: { openimis-be-core:  '1.0.5' }   # keep");
    }));

  it('fetches a repository at a tag, a branch or a commit with git, without asking anything', () =>
    workspace(async ({ folder }) => {
      const repository = join(folder, 'repository');
      const git = (...argv: readonly string[]) =>
        execa('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...argv], { cwd: repository });
      await mkdir(repository);
      await git('init', '--quiet', '--initial-branch=develop');
      await writeFile(join(repository, 'openimis.json'), file({ name: 'core', pip: 'openimis-be-core==1.0' }));
      await git('add', '.');
      await git('commit', '--quiet', '-m', 'one');
      await git('tag', 'v1.0.0');
      const first = (await git('rev-parse', 'HEAD')).stdout;
      await writeFile(join(repository, 'openimis.json'), file({ name: 'core', pip: 'openimis-be-core==2.0' }));
      await git('commit', '--quiet', '-am', 'two');
      for (const [ref, version] of [
        ['@v1.0.0', '1.0'],
        ['@develop', '2.0'],
        ['', '2.0'],
        [`@${first}`, '1.0'],
      ] as const) {
        const done = await take(folder, 'bare', `file://${repository}${ref}`);
        expect(done.commit).toMatch(/^[0-9a-f]{40}$/);
        expect(JSON.parse(await give(folder, 'bare', 'backend'))).toEqual({
          modules: [{ name: 'core', pip: `openimis-be-core==${version}` }],
        });
      }
      for (const [from, code, words] of [
        [`file://${repository}@v9`, 'GIT_REFUSED', 'has no tag, branch or commit "v9"'],
        [`file://${folder}/nothing.git`, 'GIT_REFUSED', 'there is no repository'],
        ['https://me:secret@git.example.org/a.git@v1', 'USAGE', 'do not belong into the address'],
        [`file://${repository}@--upload-pack=x`, 'USAGE', 'is no tag, branch or commit'],
      ])
        await expect(take(folder, 'bare', from!)).rejects.toMatchObject({
          code,
          message: expect.stringContaining(words!) as string,
        });
      await git('rm', '--quiet', 'openimis.json');
      await git('commit', '--quiet', '-m', 'three');
      await expect(take(folder, 'bare', `file://${repository}`)).rejects.toMatchObject({ code: 'PINS_UNREADABLE' });
    }));

  it.each<[string, string, string, string]>([
    [
      'test',
      '{"modules": [\n  {"name": "a", "pip": "a==1"},\n]}',
      'PINS_UNREADABLE',
      ':3:1: there is a comma before this',
    ],
    ['test', '{"modules": [\n<<<<<<< HEAD\n]}', 'PINS_UNREADABLE', ':2:1: a merge conflict of git'],
    ['test', '{"modules": []}', 'USAGE', 'there are no modules for any component in it'],
    [
      'backend-only',
      file({ name: 'C', npm: '@openimis/fe-core@1.0.0' }),
      'USAGE',
      'server backend-only has no frontend',
    ],
    ['test', file({ name: 'a', pip: 'a[x]==1' }), 'PINS_UNREADABLE', ':5:14: a asks for extras'],
    ['test', file({ name: 'a', pip: 'a==1' }, { name: 'a', pip: 'a==2' }), 'PINS_UNREADABLE', 'with another version'],
    ['nix', file({ name: 'a', pip: 'a==1' }), 'SERVER_UNKNOWN', 'nix'],
  ])('into %s %j is refused, and nothing is written', (server, text, code, words) =>
    workspace(async ({ folder, read }) => {
      const from = join(folder, 'it.json');
      await writeFile(from, text);
      await expect(take(folder, server, from)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(words) as string,
      });
      expect(await read()).toBe(yaml);
      expect(existsSync(join(folder, 'imported'))).toBe(false);
    }),
  );

  it('that cannot write openimis.yaml, or was interrupted, leaves nothing half written', () =>
    workspace(async ({ folder, file: target, read }) => {
      const from = join(folder, 'it.json');
      await writeFile(from, file({ name: 'Odd', pip: 'openimis-be-core==7' }));
      await take(folder, 'bare', from);
      const [before, kept] = [await read(), join(folder, 'imported/bare/backend.json')];
      const form = await readFile(kept, 'utf8');
      await writeFile(from, file({ name: 'Odder', pip: 'openimis-be-core==8' }));
      const stopped = AbortSignal.abort(new Error('stop'));
      await expect(importOpenimisJson({ folder, server: 'bare', from, component: undefined, dryRun: false, signal: stopped })).rejects.toThrow('stop'); // prettier-ignore
      expect([await read(), await readFile(kept, 'utf8')]).toEqual([before, form]);
      // Somebody else saves the file between reading and writing: the form goes back to what it was.
      const race = AbortSignal.any([signal]);
      Object.defineProperty(race, 'throwIfAborted', { value: () => void writeFileSync(target, `${before}# theirs\n`) });
      await expect(importOpenimisJson({ folder, server: 'bare', from, component: undefined, dryRun: false, signal: race })).rejects.toMatchObject({ code: 'WORKSPACE_CHANGED' }); // prettier-ignore
      expect([await read(), await readFile(kept, 'utf8')]).toEqual([`${before}# theirs\n`, form]);
    }));
});

describe('export', () => {
  it('of a server that was never imported is what upstream would read', () =>
    workspace(async ({ folder }) => {
      await openimis(['versions', 'pin', 'bare', 'frontend:claim_batch=0.0.3', 'frontend:own_thing=1.0.0', 'backend:core=0.0.11'], { cwd: folder }); // prettier-ignore
      expect(JSON.parse(await give(folder, 'bare', 'backend'))).toEqual({
        modules: [
          { name: 'core', pip: moduleText('backend', 'openimis-be-core', { kind: 'version', version: '0.0.11' }) },
        ],
      });
      const { locales, modules } = JSON.parse(await give(folder, 'bare', 'frontend')) as { locales: object[]; modules: object[] }; // prettier-ignore
      expect(locales).toEqual(releases.get('1.0.0')!.frontend!.locales);
      expect(modules).toEqual([
        { name: 'ClaimBatchModule', npm: '@openimis/fe-claim_batch@0.0.3' },
        { name: 'OwnThingModule', npm: '@openimis/fe-own_thing@1.0.0' },
      ]);
    }));

  it('says what it leaves out, and what it needs to know', () =>
    workspace(async ({ folder }) => {
      const run = (...argv: readonly string[]) => openimis(['versions', ...argv], { cwd: folder });
      await run('pin', 'test', 'backend:requests=2.32.3', '--extra');
      const { stdout, stderr } = await run('export', 'test', '--backend');
      expect(stderr).toBe('not in it, because they are no modules: requests');
      expect(JSON.parse(stdout)).toHaveProperty('modules');
      const { data } = JSON.parse((await run('export', 'test', '--component', 'ibackend', '--json')).stdout) as { data: object }; // prettier-ignore
      expect(data).toMatchObject({ component: 'ibackend', modules: 12, left: [] });
      for (const [argv, code, words] of [
        [['export', 'test'], 2, 'say of which component'],
        [['export', 'test', '--backend', '--frontend'], 2, '--frontend=true cannot also be provided'],
        [['export', 'backend-only', '--frontend'], 2, 'server backend-only has no frontend'],
        [['export', '24.10', '--frontend'], 2, 'release 24.10 has no frontend'],
        [['export', 'test', '--backend', '--output', 'no/such/file'], 3, 'there is no such folder'],
        [['export', 'test', '--backend', '--output', '.'], 3, 'cannot be written'],
      ] as const) {
        const refused = await run(...argv);
        expect([refused.code, refused.stderr]).toEqual([code, expect.stringContaining(words)]);
      }
    }));
});
