import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createDockerEngine } from '../../../src/engines/docker/docker-engine.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import type { BuildWish, ResolveWish, WishedModule, Workshop } from '../../../src/images/ecosystem.ts';
import { imageLabel, readPinsLabel } from '../../../src/images/image-labels.ts';
import { node } from '../../../src/images/node/node.ts';
import { nodeImages } from '../../../src/images/node/tool-images.ts';
import type { LockedComponent } from '../../../src/modules/lock/lock.ts';
import { readNpmPackage } from '../../../src/modules/pin-source.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { loadTemplates } from '../../../src/rendering/templates/load.ts';
import { assemblyFolder, gitModule, writeFiles } from './frontend-assembly.ts';

const docker = (...argv: string[]): string => execFileSync('docker', argv, { encoding: 'utf8' }).trim();

function pin(text: string, name = text): WishedModule {
  const read = readNpmPackage(text)!;
  return { package: read.package!, module: read.package!, name, source: read.source, spec: text, origin: 'test' };
}

describe('a frontend from npm', () => {
  let engine: Engine;
  let workshop: Workshop;
  let wish: ResolveWish;
  let build: BuildWish;
  let folder: string;
  let repository: string;
  let locked: LockedComponent;
  const containers: string[] = [];
  const made: string[] = [];

  beforeAll(async () => {
    engine = await createDockerEngine();
    const templates = await loadTemplates(packageRoot(), ['images']);
    workshop = { engine, templates, env: process.env, today: new Date(), progress: () => {} };
    folder = await assemblyFolder();
    const assembly = { kind: 'folder', folder, written: './frontend' } as const;
    build = { component: 'frontend', generation: '24.04', assembly };
    const modules = [pin('@openimis/fe-language_fr@1.3.0'), pin('@openimis/fe-home@1.4.0')];
    const input = `sha256:${'0'.repeat(64)}`;
    wish = { ...build, modules: modules.slice(0, 1), extra: [], input, upgrade: [] };
    locked = await node.resolve(wish, workshop);
  });
  afterAll(async () => {
    for (const container of containers) docker('rm', '--force', container);
    for (const tag of made) await engine.removeImage(tag);
    for (const one of [folder, repository]) await rm(one, { recursive: true, force: true });
    await engine.close();
  });

  it('is locked whole: every package with its file and hash, no script', () => {
    expect(locked).toMatchObject({
      assembly: { path: './frontend' },
      modules: [{ name: 'LanguageFrModule', package: '@openimis/fe-language_fr', version: '1.3.0' }],
      scripts: [],
    });
    const names = locked.packages.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['@openimis/fe-language_fr', 'esbuild', '@esbuild/linux-x64']));
    expect(names).not.toContain('@openimis/fe-core');
    for (const { hashes, file } of locked.packages) {
      expect(hashes[0]).toMatch(/^sha512-/);
      expect(file).toMatch(/^https:/);
    }
    expect(node.remarks!(locked, undefined)).toEqual([
      'esbuild has an install script, which does not run (--allow-script esbuild lets it)',
    ]);
    expect(node.remarks!(locked, locked)).toEqual([]);
  });

  it('names the package that a module imports without declaring it', async () => {
    await expect(node.build(locked, build, workshop)).rejects.toMatchObject({
      code: 'IMAGE_BUILD_FAILED',
      message: expect.stringContaining('the module @openimis/fe-language_fr imports @babel/runtime/') as string,
      hints: expect.arrayContaining([
        'in openimis.yaml: servers.NAME.extra.frontend: { "@babel/runtime": "*" }',
      ]) as string[],
    });
  });

  it('refuses a file that is not the one that was locked', async () => {
    const packages = locked.packages.map((one) =>
      one.name === '@openimis/fe-language_fr' ? { ...one, hashes: [`sha512-${'A'.repeat(86)}==`] } : one,
    );
    await expect(node.build({ ...locked, packages }, build, workshop)).rejects.toMatchObject({
      code: 'LOCK_HASH_CHANGED',
      message: expect.stringContaining('fe-language_fr-1.3.0.tgz is not the file that was locked') as string,
    });
    await expect(
      node.resolve({ ...wish, before: { ...locked, packages }, upgrade: 'all' }, workshop),
    ).rejects.toMatchObject({
      code: 'LOCK_HASH_CHANGED',
    });
  });

  it('is built with what was missing and a module from git, and serves below / and /front', async () => {
    repository = await gitRepository();
    const address = await gitDaemon(repository);
    const modules = [...wish.modules, pin(`@openimis/fe-own@git://${address}/own#main`, 'own')];
    const whole = { ...wish, modules, extra: [pin('@babel/runtime@7.26.0')], before: locked };
    locked = await node.resolve(whole, workshop);
    const commit = docker('exec', containers[0]!, 'git', '-C', '/repositories/own', 'rev-parse', 'main');
    expect(locked.modules[1]).toMatchObject({ name: 'OwnModule', version: '0.0.7', commit });
    // Everything is in the cache of the box by now: the repository is not needed.
    const first = await node.build(locked, build, workshop);
    made.push(first.tag);
    expect(first).toEqual({
      tag: await node.tag(locked, build, workshop),
      cached: false,
      fetched: expect.any(Number) as number,
    });
    expect(await node.build(locked, build, workshop)).toEqual({ tag: first.tag, cached: true, fetched: 0 });

    const container = docker('run', '--detach', '--cap-drop=ALL', '--label=org.openimis.workspace=e2e-frontend',
      '--publish=127.0.0.1::5000', '--entrypoint=serve', first.tag, '-s', 'build'); // prettier-ignore
    containers.push(container);
    const at = `http://${docker('port', container, '5000')}`;
    await expect.poll(() => status(`${at}/`)).toBe(200);
    expect(await text(`${at}/front/insurees/7`)).toContain('/front/static/js/main.js');
    const script = await text(`${at}/front/static/js/main.js`);
    expect(script).toContain('["french", typeof require');
    expect(script).toContain('["@openimis/fe-own", typeof require');
    expect(script).toContain('fr-FR');
    expect(await status(`${at}/static/js/none.js`)).toBe(404);
    expect(JSON.parse(await text(`${at}/seen.json`))).toEqual({ program: '#!/u', networks: 'lo lo', secrets: '' });

    const installed = await node.installed((argv) => engine.exec(container, argv));
    expect(installed).toEqual(expect.arrayContaining([
      { name: '@openimis/fe-language_fr', version: '1.3.0' }, { name: '@openimis/fe-own', version: '0.0.7' },
    ])); // prettier-ignore
    expect(docker('exec', container, 'id', '--user')).not.toBe('0');
    const tools = 'command -v node npm gcc git make python3; ls /run/secrets /cache /opt/tools 2>/dev/null; true';
    expect(docker('exec', container, 'sh', '-c', tools)).toBe('');
    const labels = (await engine.image(first.tag))!.labels;
    expect(readPinsLabel(labels[imageLabel.pins])).toEqual({
      modules: [['@openimis/fe-language_fr', '1.3.0'], ['@openimis/fe-own', '0.0.7', commit]],
      extra: [['@babel/runtime', '7.26.0']],
    }); // prettier-ignore
  });

  it('runs an install script that the lock allows, and no other', async () => {
    const { tag } = await node.build({ ...locked, scripts: ['esbuild'], content: `sha256:${'1'.repeat(64)}` }, build, workshop); // prettier-ignore
    made.push(tag);
    const seen = docker('run', '--rm', '--entrypoint=cat', tag, '/usr/share/openimis/page/seen.json');
    expect(JSON.parse(seen)).toMatchObject({ program: '\x7fELF', networks: 'lo lo' });
  });

  async function gitRepository(): Promise<string> {
    const place = await mkdtemp(join(tmpdir(), 'openimis-git-'));
    const own = join(place, 'own');
    await writeFiles(own, gitModule);
    const git = (...argv: string[]) => execFileSync('git', ['-C', own, ...argv]);
    git('init', '--quiet', '--initial-branch=main');
    git('add', '.');
    git('-c', 'user.name=t', '-c', 'user.email=t@example.org', 'commit', '--quiet', '--message=own');
    return place;
  }

  /** git's own daemon in a container: the builds reach it on the engine's default network. */
  async function gitDaemon(repositories: string): Promise<string> {
    const { tools } = await nodeImages({}, workshop);
    const container = docker('create', tools.tag, 'git', 'daemon', '--export-all', '--base-path=/repositories');
    containers.unshift(container);
    docker('cp', repositories, `${container}:/repositories`);
    docker('start', container);
    return docker('inspect', '--format={{.NetworkSettings.IPAddress}}', container);
  }
});

async function status(url: string): Promise<number> {
  return (await fetch(url).catch(() => undefined))?.status ?? 0;
}

async function text(url: string): Promise<string> {
  const response = await fetch(url);
  expect(response.status, url).toBe(200);
  return response.text();
}
