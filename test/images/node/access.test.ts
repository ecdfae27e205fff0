import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { npmAccess } from '../../../src/images/node/access.ts';

describe('what a build may know of the operator’s npm', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'openimis-npm-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  it('is nothing where nothing is configured', async () => {
    const access = await npmAccess({ HOME: home, npm_config_globalconfig: join(home, 'none') }, ['@openimis/fe-core']);
    expect(access).toEqual({
      registry: 'https://registry.npmjs.org/',
      secrets: { npmrc: '@openimis:registry=https://registry.npmjs.org/\n' },
    });
  });

  it('is registries and their credentials, for the places that they are for', async () => {
    await writeFile(
      join(home, '.npmrc'),
      [
        ...['registry=https://npm.example.org/all', '@nepal:registry=https://own.example.org/npm/'],
        ...['//npm.example.org/all/:_authToken=${TOKEN}', '//own.example.org/npm/:_auth=dTpw'],
        ...['proxy=http://proxy.example.org:3128', 'ignore-scripts=false', 'script-shell=/tmp/x'],
      ].join('\n'),
    );
    await writeFile(join(home, '.git-credentials'), 'https://u:p@git.example.org\n');
    const env = { HOME: home, TOKEN: 'hidden', npm_config_globalconfig: join(home, 'none') };
    const { registry, secrets } = await npmAccess(env, ['@nepal/fe-x', 'lodash']);
    expect(registry).toBe('https://npm.example.org/all/');
    expect(secrets['npmrc']!.trim().split('\n')).toEqual([
      '@nepal:registry=https://own.example.org/npm/',
      '//npm.example.org/all/:_authToken=hidden',
      '//own.example.org/npm/:_auth=dTpw',
      'proxy=http://proxy.example.org:3128',
      'https-proxy=http://proxy.example.org:3128',
    ]);
    expect(secrets['curl_config']).toBe('header = "Authorization: Bearer hidden"\n');
    expect(secrets['git_credentials']).toBe('https://u:p@git.example.org\n');
  });
});
