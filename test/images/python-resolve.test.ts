import { describe, expect, it } from 'vitest';

import type { Engine, ImageBuild } from '../../src/engines/engine.ts';
import type { ResolveWish, WishedModule, Workshop } from '../../src/images/ecosystem.ts';
import { buildPython } from '../../src/images/python/build.ts';
import { refreshed } from '../../src/images/refresh.ts';
import { tryPython } from '../../src/images/python/trial.ts';
import { resolvePython } from '../../src/images/python/resolve.ts';
import type { PinSource } from '../../src/modules/pin-source.ts';
import { loadTemplates } from '../../src/rendering/templates/load.ts';
import { hash } from '../modules/lock/fixture.ts';
import { packageFolder } from '../support/cli.ts';
import { rejectionOf } from '../workspace/failure-of.ts';

const templates = await loadTemplates(packageFolder, ['images']);
const commit = '8f4e309d32632d2a8924b35cef05a4dc1ab39b5c';

/** An engine whose builds are only looked at; every program in a container answers `answer`. */
function engineThatAnswers(answer: unknown) {
  const builds: ImageBuild[] = [];
  const removed: string[] = [];
  const engine: Partial<Engine> = {
    baseImage: () => Promise.resolve('openimis-base:bookworm-1'),
    givenBase: (reference) => Promise.resolve(`openimis-base:${reference}`),
    image: () => Promise.resolve(undefined),
    buildImage: (build) => Promise.resolve(void builds.push(build)),
    removeImage: (tag) => Promise.resolve(void removed.push(tag)),
    runOnce: () => Promise.resolve({ code: 0, stdout: JSON.stringify(answer), stderr: '' }),
    info: () => Promise.resolve({ version: '20', composeVersion: '2', host: 'b', memory: 1, cpus: 1, architecture: 'aarch64' }), // prettier-ignore
  };
  const workshop: Workshop = {
    engine: engine as Engine,
    templates,
    env: { HOME: '/nonexistent', PIP_INDEX_URL: 'https://me:geheim@pypi.example.org/simple/' },
    today: new Date('2026-11-25T10:00:00Z'),
    progress: () => {},
  };
  return { workshop, builds, removed };
}

const module = (name: string, source: PinSource): WishedModule => ({
  name,
  package: `openimis-be-${name}`,
  module: name,
  source,
  spec: 'as written',
  origin: 'openimis.yaml:12',
});

const wish: ResolveWish = {
  component: 'ibackend',
  generation: '24.10',
  modules: [
    module('core', { kind: 'version', version: '1.0.4' }),
    module('claim', { kind: 'git', url: 'https://git.example.org/claim.git', ref: 'develop' }),
  ],
  extra: [],
  assembly: { kind: 'git', url: 'https://git.example.org/be.git', ref: 'v1', commit },
  input: hash('1'),
  upgrade: [],
};

const file = 'https://files.example.org/a/openimis_be_core-1.0.4-py3-none-any.whl';
const answer = {
  python: '3.11',
  assembly: { commit },
  packages: [
    { name: 'openimis-be-core', version: '1.0.4', index: 'https://pypi.org/simple/', file, sha256: 'a'.repeat(64), size: 9 }, // prettier-ignore
    { name: 'openimis-be-claim', version: '0.2', commit: { git: 'https://git.example.org/claim.git', ref: 'develop', commit } }, // prettier-ignore
  ],
  build: [],
};

const requestIn = (build: ImageBuild | undefined): Record<string, unknown> => {
  const found = build?.context.find(({ path }) => path === 'request.json');
  return JSON.parse(found !== undefined && 'content' in found ? found.content : '{}') as Record<string, unknown>;
};

describe('resolving a backend', () => {
  it('asks in the build image, with credentials as secrets only, and takes the image away', async () => {
    const { workshop, builds, removed } = engineThatAnswers(answer);
    const locked = await resolvePython(wish, workshop);
    expect(locked).toMatchObject({
      lockedAt: '2026-11-25',
      assembly: { git: 'https://git.example.org/be.git', ref: 'v1', commit },
      runtime: { python: '3.11', platform: 'linux/arm64', base: 'debian:bookworm', odbc: 'none' },
      modules: [
        { name: 'core', version: '1.0.4', origin: 'openimis.yaml', asked: 'as written' },
        { name: 'claim', version: '0.2', commit },
      ],
    });
    const last = builds.at(-1);
    expect(last?.secrets?.['settings']).toContain('Basic ');
    expect(JSON.stringify({ ...last, secrets: undefined })).not.toMatch(/geheim|Basic |bWU6Z2VoZWlt/);
    expect(removed).toEqual([last!.tag]);
    // The first lock takes versions of any age.
    expect(requestIn(last)).toMatchObject({ upgrade: [], previous: [], constraints: ['setuptools<80'] });
    expect(requestIn(last)['excludeNewer']).toBeUndefined();
  });

  it('tells what was locked, so that it stays, whatever age new versions must have', async () => {
    const first = await resolvePython(wish, engineThatAnswers(answer).workshop);
    const { workshop, builds } = engineThatAnswers(answer);
    const again = await resolvePython({ ...wish, before: first, minAge: 7, upgrade: ['Django_X'] }, workshop);
    expect(again).toBe(first);
    expect(requestIn(builds.at(-1))).toMatchObject({
      upgrade: ['django-x'],
      excludeNewer: '2026-11-18T10:00:00Z',
      previous: [
        {
          name: 'openimis-be-core',
          version: '1.0.4',
          index: 'https://pypi.org/simple/',
          file: 'openimis_be_core-1.0.4-py3-none-any.whl',
          sha256: 'a'.repeat(64),
          until: '2026-11-25T23:59:59Z',
        },
      ],
    });
    await resolvePython({ ...wish, before: first, asOf: '2024-12-15' }, workshop);
    const asOf = requestIn(builds.at(-1));
    expect(asOf).toMatchObject({ excludeNewer: '2024-12-15T23:59:59Z', asOf: '2024-12-15' });
    expect(JSON.stringify(asOf['previous'])).not.toContain('until');
  });

  it.each([
    ['hash', 'LOCK_HASH_CHANGED'],
    ['impossible', 'LOCK_IMPOSSIBLE'],
    ['git', 'LOCK_IMPOSSIBLE'],
    ['fetch', 'IMAGE_BUILD_FAILED'],
  ])('says %s in its own words: %s', async (kind, code) => {
    const { workshop, removed } = engineThatAnswers({ error: { kind, message: 'because\u001b[2J of this' } });
    const failure = await rejectionOf(resolvePython(wish, workshop));
    expect([failure.code, failure.message]).toEqual([code, 'because[2J of this']);
    expect(removed).toHaveLength(1);
  });

  it('takes no folder for a version', async () => {
    const modules = [module('core', { kind: 'path', path: '../core' })];
    const failure = await rejectionOf(resolvePython({ ...wish, modules }, engineThatAnswers(answer).workshop));
    expect(failure.message).toContain('openimis.yaml:12');
  });
});

describe('trying a backend', () => {
  it('says what Django said, harmless for a terminal', async () => {
    const answers = [
      { code: 0, stdout: 'System check identified no issues (0 silenced).\n', stderr: 'a warning' },
      { code: 1, stdout: '', stderr: 'Traceback\nconflict \u001b[2Jin claim\n' },
    ];
    const runs: unknown[] = [];
    const engine = { runOnce: (run: unknown) => (runs.push(run), Promise.resolve(answers[runs.length - 1]!)) };
    expect(await tryPython('openimis-backend:1', '24.10', engine as unknown as Engine)).toEqual([
      { what: 'manage.py check', ok: true, says: ['System check identified no issues (0 silenced).'] },
      { what: 'migration graph', ok: false, says: ['Traceback', 'conflict  [2Jin claim'] },
    ]);
    // No network is named: the engine's default for such containers is none.
    expect(runs[0]).toMatchObject({
      image: 'openimis-backend:1',
      environment: { NO_DATABASE: 'True', DB_DEFAULT: 'mssql' },
    });
    expect(runs[0]).not.toHaveProperty('network');
  });
});

describe('building a backend', () => {
  it('fetches with the network and secrets, installs with neither', async () => {
    const locked = await resolvePython(wish, engineThatAnswers(answer).workshop);
    const { workshop, builds } = engineThatAnswers({ bytes: 9, files: 1 });
    const { tag, fetched } = await buildPython(locked, wish, workshop);
    expect(fetched).toBe(9);
    const [runtime, tools, fetch, image] = builds;
    expect(builds).toHaveLength(4);
    expect([runtime, tools, fetch].every((build) => build?.secrets !== undefined)).toBe(true);
    expect(requestIn(fetch)).toMatchObject({
      files: [{ url: file, sha256: 'a'.repeat(64) }],
      git: [
        { url: 'https://git.example.org/claim.git', commit },
        { url: 'https://git.example.org/be.git', commit },
      ],
    });
    expect(image).toMatchObject({ tag, network: 'none' });
    expect(image?.secrets).toBeUndefined();
    expect(tag).toMatch(/^openimis-backend:[0-9a-f]{16}$/);
    // The ibackend's pins are the backend's: one image.
    const other = await buildPython(locked, { ...wish, component: 'backend' }, engineThatAnswers({ bytes: 0, files: 1 }).workshop); // prettier-ignore
    expect(other.tag).toBe(tag);
    const today = await buildPython(refreshed(locked, '2026-11-26'), wish, engineThatAnswers({ bytes: 0, files: 1 }).workshop); // prettier-ignore
    expect(today.tag).not.toBe(tag);
  });
});
