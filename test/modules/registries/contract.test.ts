import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';

import { usualLimits } from '../../../src/modules/registries/http/request.ts';
import type { Answer, Registry } from '../../../src/modules/registries/registry.ts';
import { type RegistryStandIn, registryStandIn } from '../../support/registry-stand-in.ts';
import { type Home, operatorHome } from './open.ts';

const npm = {
  '@openimis/fe-core': [
    { version: '1.9.0', published: '2024-01-01T00:00:00.000Z' },
    { version: '1.11.0', published: '2025-01-01T00:00:00.000Z', peerDependencies: { react: '^17.0.2' } },
  ],
};
const python = {
  'openimis-be-core': [
    { version: '0.0.11', published: '2019-12-01T00:00:00Z' },
    {
      version: '1.11.0',
      published: '2025-06-01T00:00:00Z',
      requires: ['django', 'psycopg2-binary>=2 ; python_version >= "3"'],
    },
  ],
};

/**
 * What a registry has to answer, asked of stand-ins in every form there is and of the real ones. A real one that cannot be
 * reached is a skipped case with the reason; nothing else is skipped.
 */
type World = { readonly open: () => Promise<{ npm: Registry; python: Registry }>; readonly close: () => Promise<void> };

async function standIn(options: Omit<Parameters<typeof registryStandIn>[0], 'npm' | 'python'>): Promise<World> {
  const home = await operatorHome();
  const registry = await registryStandIn({ npm, python, ...options });
  await home.write('.npmrc', `registry=${registry.npm}\n`);
  await home.write('pip.conf', `[global]\nindex-url = ${registry.python}\n`);
  return worldOf(home, registry);
}

function worldOf(
  home: Home,
  registry: RegistryStandIn | undefined,
  env: Record<string, string | undefined> = {},
): World {
  return {
    open: async () => {
      const registries = await home.open({ env, ...(registry === undefined ? { limits: usualLimits } : {}) });
      return { npm: registries.of('frontend'), python: registries.of('backend') };
    },
    close: async () => {
      await home.remove();
      await registry?.close();
    },
  };
}

const worlds: Readonly<Record<string, () => Promise<World>>> = {
  'stand-in, as PyPI': () => standIn({ releaseJson: true }),
  'stand-in, an index with metadata (PEP 658)': () => standIn({ metadata: true }),
  'stand-in, a mirror with pages only': () => standIn({ html: true }),
  'live: the real npm and PyPI': async () =>
    worldOf(await operatorHome(), undefined, { SSL_CERT_FILE: process.env['SSL_CERT_FILE'] }),
};

describe.each(Object.entries(worlds))('%s', (name, make) => {
  const live = name.startsWith('live:');
  let world: World;
  let registries: { npm: Registry; python: Registry };
  beforeAll(async () => {
    world = await make();
    registries = await world.open();
  });
  afterAll(() => world.close());

  function found(answer: Answer, { skip }: TestContext): Extract<Answer, { state: 'found' }> {
    if (live && answer.state === 'unknown' && answer.why.code === 'REGISTRY_UNREACHABLE') skip(answer.why.message);
    if (answer.state !== 'found') throw new Error(JSON.stringify(answer));
    return answer;
  }

  it('npm tells versions newest first, each with its integrity, and dist-tags', async (context) => {
    const { package: core, asOf } = found(await registries.npm.ask('@openimis/fe-core'), context);
    expect(core.tags['latest']).toBe('1.11.0');
    const version = core.versions.find((one) => one.version === '1.11.0')!;
    expect(version.files).toEqual([
      {
        name: 'fe-core-1.11.0.tgz',
        url: expect.stringMatching(/^https?:/) as string,
        hash: expect.stringMatching(/^sha512-/) as string,
      },
    ]);
    expect(core.versions.findIndex((one) => one.version === '1.9.0')).toBeGreaterThan(core.versions.indexOf(version));
    expect([asOf.old, Math.abs(Date.now() - asOf.time.getTime()) < 60_000]).toEqual([undefined, true]);
    expect(await registries.npm.requirements('@openimis/fe-core', '1.11.0')).toMatchObject({
      requires: expect.arrayContaining([{ package: 'react', spec: '^17.0.2', peer: true }]) as unknown,
    });
  });

  it('npm tells dates when they are asked for', async (context) => {
    const { package: core } = found(await registries.npm.ask('@openimis/fe-core', { dates: true }), context);
    expect(core.versions.find((one) => one.version === '1.11.0')?.published).toMatch(/^20\d\d-\d\d-\d\dT/);
  });

  it('a Python index tells versions with sha256', async (context) => {
    const { package: core } = found(await registries.python.ask('openimis-be_core'), context);
    const versions = core.versions.map(({ version }) => version);
    expect(versions.indexOf('1.11.0')).toBeLessThan(versions.indexOf('0.0.11'));
    const files = core.versions.find(({ version }) => version === '1.11.0')!.files;
    expect(files.find((file) => file.name.endsWith('.whl'))?.hash).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('a Python index tells what a version requires', async (context) => {
    found(await registries.python.ask('openimis-be-core'), context);
    const requirements = await registries.python.requirements('openimis-be-core', '1.11.0');
    expect(requirements?.requires.map((one) => one.package)).toContain('django');
  });

  it('says of a package that nobody has that it is absent', async (context) => {
    const [a, b] = [
      await registries.npm.ask('@openimis/fe-no-such-module-x'),
      await registries.python.ask('openimis-be-no-such-module-x'),
    ];
    for (const answer of [a, b]) {
      if (answer.state === 'unknown') found(answer, context);
      expect(answer.state).toBe('absent');
    }
  });
});
