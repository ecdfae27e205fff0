import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createDockerEngine } from '../../../src/engines/docker/docker-engine.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import type { Workshop } from '../../../src/images/ecosystem.ts';
import { imageLabel, readPinsLabel } from '../../../src/images/image-labels.ts';
import { pythonImage } from '../../../src/images/python/build.ts';
import { installedPython } from '../../../src/images/python/installed.ts';
import { lockedComponent, type LockedComponent, withComponent } from '../../../src/modules/lock/lock.ts';
import { parseLock } from '../../../src/modules/lock/parse-lock.ts';
import { sealed, writeLock } from '../../../src/modules/lock/write-lock.ts';
import { loadTemplates } from '../../../src/rendering/templates/load.ts';
import { openimis, packageFolder } from '../../support/cli.ts';
import { type GitServer, startGitServer } from './git-server.ts';

const secret = 'geheim-in-no-layer';
const label = 'org.openimis.test=backend-image';

let engine: Engine;
let base: string;
let folder: string;
let git: GitServer | undefined;
const built = new Set<string>();

const command = (...argv: readonly string[]) =>
  openimis([...argv, '--json'], { cwd: folder, env: { HOME: join(folder, 'home') }, timeout: 280_000 });

type Answer = {
  readonly data: { readonly images: { readonly tag: string }[]; readonly components: unknown[] };
  readonly error: { readonly code: string; readonly message: string; readonly hints: string[] };
};
const answer = ({ stdout }: { readonly stdout: string }) => JSON.parse(stdout) as Answer;

async function writeWorkspace(pins: string, extra = ''): Promise<void> {
  const body = `
    generation: "24.10"
    assembly: { backend: ./assembly }
    images: { base: { backend: "${base}" } }
    odbc: { driver: none }
    components: { backend: {} }
    pins: { backend: { openimis-be-core: "1.4.1"${pins} } }${extra}
`;
  await writeFile(join(folder, 'openimis.yaml'), `version: 1\nservers:\n  test:${body}`);
}

const lockFile = () => join(folder, 'openimis.lock.json');
const readLocked = async (): Promise<LockedComponent> =>
  lockedComponent(parseLock(await readFile(lockFile(), 'utf8')), 'test', 'backend')!;

async function build(): Promise<string> {
  const run = await command('images', 'build', 'test', 'backend');
  expect(run.code, run.stdout).toBe(0);
  const { tag } = answer(run).data.images[0]!;
  built.add(tag);
  return tag;
}

const inImage = async (tag: string, script: string): Promise<string> => {
  const run = ['run', '--rm', '--network', 'none', '--label', label, '--entrypoint', 'sh', tag, '-c', script];
  return (await execa('docker', run)).stdout;
};

beforeAll(async () => {
  engine = await createDockerEngine();
  base = await engine.baseImage();
  folder = await mkdtemp(join(tmpdir(), 'openimis-backend-image-'));
  await cp(join(import.meta.dirname, 'assembly'), join(folder, 'assembly'), { recursive: true });
  await mkdir(join(folder, 'home'));
  await writeFile(join(folder, 'home/.netrc'), `machine git.example.org login me password ${secret}\n`);
  await writeFile(join(folder, 'home/.git-credentials'), `https://me:${secret}@git.example.org\n`);
  await writeWorkspace('');
});

afterAll(async () => {
  await git?.stop();
  for (const tag of built) await engine.removeImage(tag);
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a backend from PyPI and git', () => {
  let image: string;

  it('is locked, with hashes and what sources are built with', async () => {
    expect((await command('versions', 'lock', 'test', '--check')).code).toBe(4);
    const run = await command('versions', 'lock', 'test');
    expect(run.code, run.stdout).toBe(0);
    expect((await command('versions', 'lock', 'test', '--check')).code).toBe(0);
    const { modules, packages, build: builders, assembly } = await readLocked();
    expect(modules).toMatchObject([{ name: 'core', package: 'openimis-be-core', version: '1.4.1' }]);
    expect(packages.find(({ name }) => name === 'django')?.version).toMatch(/^4\.2\./);
    expect(packages.every(({ hashes }) => /^sha256:[0-9a-f]{64}$/.test(hashes[0] ?? ''))).toBe(true);
    // nepalicalendar, which core requires, has no wheel.
    expect(builders?.map(({ name }) => name)).toEqual(expect.arrayContaining(['setuptools', 'wheel']));
    expect(assembly).toMatchObject({ path: './assembly' });
  });

  it('turns a branch into a commit, keeps the rest, and names an import that nobody declares', async () => {
    const before = await readLocked();
    const { stdout } = await execa('docker', ['images', '--quiet', 'openimis-python-tools']);
    git = await startGitServer(folder, stdout.split('\n')[0]!, label);
    const pin = `, openimis-be-hello: "git+${git.url}@develop"`;
    await writeWorkspace(pin);
    const run = await command('versions', 'lock', 'test');
    expect(run.code, run.stdout).toBe(0);
    const after = await readLocked();
    expect(after.modules[1]).toMatchObject({ name: 'hello', version: '0.1.0', commit: git.commit });
    expect(after.packages.filter(({ name }) => name !== 'openimis-be-hello')).toEqual(before.packages);
    const failed = answer(await command('images', 'build', 'test')).error;
    expect(failed.message).toContain('the module hello imports yaml, which no package of this lock has');
    expect(failed.hints.join('\n')).toContain('extra.backend: { pyyaml: "*" }');
    await writeWorkspace(pin, '\n    extra: { backend: { pyyaml: "*" } }');
    expect((await command('versions', 'lock', 'test')).code).toBe(0);
    image = await build();
  });

  it('serves its module list as a user that can change none of its code', async () => {
    const run = [
      'run',
      '--detach',
      '--network',
      'none',
      '--label',
      label,
      image,
      'eval',
      'exec',
      'python',
      'server.py',
    ];
    const { stdout: id } = await execa('docker', run);
    try {
      const question = `import time, urllib.request
for _ in range(100):
    try:
        print(urllib.request.urlopen("http://127.0.0.1:8000/api/modules").read().decode()); break
    except OSError: time.sleep(0.2)`;
      const { stdout } = await execa('docker', ['exec', id, 'python', '-c', question]);
      expect(JSON.parse(stdout)).toEqual({
        modules: { core: { version: '1.4.1', found: true }, hello: { version: '0.1.0', found: true } },
        uid: 990,
      });
      const packages = await installedPython(async (argv) => {
        const done = await execa('docker', ['exec', id, ...argv], { reject: false });
        return { code: done.exitCode ?? 1, stdout: done.stdout, stderr: done.stderr };
      });
      const { packages: locked } = await readLocked();
      const names = (list: readonly { readonly name: string; readonly version: string }[]) =>
        list.map(({ name, version }) => `${name.toLowerCase().replaceAll('_', '-')} ${version}`).sort();
      expect(names(packages)).toEqual(names(locked));
    } finally {
      await execa('docker', ['rm', '--force', '--volumes', id]);
    }
    const looks = `for one in gcc g++ cc make git pip pip3 uv msgfmt; do command -v $one; done
python -c 'import pip' 2>/dev/null && echo pip
touch settings.py openIMIS/settings.py manage.py /opt/openimis/venv/x /opt/openimis/modules/x 2>/dev/null
ls openIMIS/settings.py settings.py; test -s locale/fr/LC_MESSAGES/django.mo && echo translated
ls staticfiles | head -1; id -u; cat ../openimis.json`;
    const lines = (await inImage(image, looks)).split('\n');
    expect(lines.slice(0, 5)).toEqual(['openIMIS/settings.py', 'settings.py', 'translated', 'rest_framework', '990']);
    expect(lines.join('\n')).toContain(`@${git!.commit}#egg=openimis-be-hello`);
    expect(await inImage(image, 'test -w openIMIS/settings.py || echo fixed')).toBe('fixed');
  });

  it('passes a trial by Django, and does not when a module does not load', async () => {
    const trial = async (): Promise<unknown> => {
      const run = await command('versions', 'verify', 'test', '--trial', '--component', 'backend');
      return (JSON.parse(run.stdout) as { readonly data: { readonly trial: unknown } }).data.trial;
    };
    const steps = [
      { what: 'image', ok: true },
      { what: 'manage.py check', ok: true, says: [expect.stringContaining('no issues')] },
      { what: 'migration graph', ok: true, says: [expect.stringMatching(/^\d+ migrations$/)] },
    ];
    expect(await trial()).toMatchObject([{ component: 'backend', steps }]);
    const yaml = await readFile(join(folder, 'openimis.yaml'), 'utf8');
    await writeWorkspace(`, openimis-be-hello: "git+${git!.url}@develop"`);
    expect(await trial()).toMatchObject([
      { steps: [{ what: 'image', ok: false, says: [expect.stringContaining('hello imports yaml'), expect.anything(), expect.anything()] }] }, // prettier-ignore
    ]);
    await writeFile(join(folder, 'openimis.yaml'), yaml);
    // Nothing was locked by that.
    expect((await command('versions', 'lock', 'test', '--check')).code).toBe(0);
  });

  it('carries its pins as a label, and no secret in any layer', async () => {
    const labels = (await engine.image(image))?.labels ?? {};
    expect(readPinsLabel(labels[imageLabel.pins])?.modules).toEqual([
      ['openimis-be-core', '1.4.1'],
      ['openimis-be-hello', '0.1.0', git!.commit],
    ]);
    const { stdout: history } = await execa('docker', ['history', '--no-trunc', image]);
    expect(history).not.toContain(secret);
    const { stdout: tools } = await execa('docker', ['images', '--quiet', 'openimis-python-tools']);
    const count = `docker save "$1" "$2" | grep --text --count ${secret}`;
    const found = await execa('sh', ['-c', count, 'sh', image, tools.split('\n')[0]!], { reject: false });
    expect([found.exitCode, found.stdout]).toEqual([1, '0']);
  });

  it('is the same files when it is built anew', async () => {
    const workshop: Workshop = {
      engine,
      templates: await loadTemplates(packageFolder, ['images']),
      env: {},
      today: new Date(),
      progress: () => {},
    };
    const wish = {
      component: 'backend',
      generation: '24.10',
      base,
      assembly: { kind: 'folder', folder: join(folder, 'assembly'), written: './assembly' },
    } as const;
    const first = await pythonImage(await readLocked(), wish, workshop);
    expect(first.tag).toBe(image);
    // A blank more in the first file that is copied: no step is taken from the cache.
    const context = first.context.map((file) =>
      file.path === 'dependencies.json' && 'content' in file ? { ...file, content: `${file.content} ` } : file,
    );
    const again = { ...first, context, tag: `${image}-again` };
    await engine.buildImage(again);
    built.add(again.tag);
    const hashes = 'find /opt/openimis /openimis-be -type f -exec sha256sum {} + | sort -k 2';
    expect(await inImage(again.tag, hashes)).toBe(await inImage(image, hashes));
  });

  it('refuses a lock that was edited, and a file with another hash than its lock says', async () => {
    const text = await readFile(lockFile(), 'utf8');
    const locked = await readLocked();
    const core = locked.packages.find(({ name }) => name === 'openimis-be-core')!;
    const wrong = `sha256:${'0'.repeat(64)}`;
    await writeFile(lockFile(), text.replace(core.hashes[0]!, wrong));
    const edited = await command('images', 'build', 'test');
    expect([edited.code, answer(edited).error.code]).toEqual([4, 'LOCK_STALE']);
    expect(answer(edited).error.message).toContain('by hand');
    const packages = locked.packages.map((one) => (one === core ? { ...one, hashes: [wrong] } : one));
    const forged = withComponent(parseLock(text), 'test', 'backend', sealed({ ...locked, packages }));
    await writeFile(lockFile(), writeLock(forged));
    const refused = await command('images', 'build', 'test');
    expect([refused.code, answer(refused).error.code]).toEqual([1, 'LOCK_HASH_CHANGED']);
    expect(answer(refused).error.message).toContain('openimis_be_core');
    // And the other way round: what PyPI has now is not what was locked.
    const changed = await command('versions', 'lock', 'test', '--as-of', new Date().toISOString().slice(0, 10));
    expect(answer(changed).error.code).toBe('LOCK_HASH_CHANGED');
    await writeFile(lockFile(), text);
  });
});
