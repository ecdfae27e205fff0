import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readNetrc } from '../../../src/modules/registries/settings/netrc.ts';
import { npmSettings, readNpmrc } from '../../../src/modules/registries/settings/npm-settings.ts';
import { readPipConf } from '../../../src/modules/registries/settings/pip-conf.ts';
import { pipSettings } from '../../../src/modules/registries/settings/pip-settings.ts';

let home: string;
beforeEach(async () => (home = await mkdtemp(join(tmpdir(), 'openimis-settings-'))));
afterEach(() => rm(home, { recursive: true, force: true }));
const write = (name: string, text: string) => writeFile(join(home, name), text);

describe("npm's settings", () => {
  const settings = (env: Record<string, string> = {}) =>
    npmSettings({ env: { npm_config_globalconfig: join(home, 'globalrc'), ...env }, home });

  it('are the public registry when nobody says otherwise', async () => {
    expect((await settings()).registryOf('@openimis/fe-core').href).toBe('https://registry.npmjs.org/');
  });

  it('come from the global file, then the user, then the environment', async () => {
    await write('globalrc', 'registry=https://global.example.org\nstrict-ssl=false\n');
    const of = async (env = {}) => (await settings(env)).registryOf('x').href;
    expect(await of()).toBe('https://global.example.org/');
    await write('.npmrc', 'registry = https://user.example.org/npm\n');
    expect(await of()).toBe('https://user.example.org/npm/');
    expect(await of({ NPM_CONFIG_REGISTRY: 'https://env.example.org/' })).toBe('https://env.example.org/');
    expect((await settings()).transport).toEqual({ unchecked: true });
  });

  it('give each place its own credentials, the longest place first', async () => {
    const password = Buffer.from('p:w').toString('base64');
    await write(
      '.npmrc',
      `@mine:registry=https://a.example.org/npm/mine/\n//a.example.org/npm/:_authToken=outer\n//a.example.org/npm/mine/:_authToken=\${TOKEN}\n//b.example.org/:username=me\n//b.example.org/:_password=${password}\n`,
    );
    const { authorization, registryOf } = await settings({ TOKEN: 'inner' });
    const of = (url: string) => authorization(new URL(url));
    expect(of(`${registryOf('@mine/x').href}@mine%2fx`)).toBe('Bearer inner');
    expect(of('https://a.example.org/npm/other')).toBe('Bearer outer');
    expect(of('https://a.example.org/elsewhere')).toBeUndefined();
    expect(of('https://b.example.org/x')).toBe(`Basic ${Buffer.from('me:p:w').toString('base64')}`);
    expect(of('https://c.example.org/x')).toBeUndefined();
    expect((await settings()).authorization(new URL('https://a.example.org/npm/mine/x'))).toBe('Bearer outer');
  });

  it('name proxies and certificates', async () => {
    await write('.npmrc', 'https-proxy=http://proxy:3128\nproxy=null\nnoproxy=.local\ncafile=/etc/ca.pem\n');
    expect((await settings({ HTTP_PROXY: 'http://other', SSL_CERT_FILE: '/x' })).transport).toEqual({
      httpProxy: 'http://other',
      httpsProxy: 'http://proxy:3128',
      noProxy: '.local',
      trustFile: '/x',
      trustOnlyFile: '/etc/ca.pem',
    });
    expect([...readNpmrc('ca[]="a"\nca[]="b"\n[x]\ny=1\n', {})]).toEqual([['ca', 'a\nb']]);
  });

  it('that are no addresses are errors', async () => {
    await write('.npmrc', 'registry=nonsense');
    await expect(settings()).rejects.toMatchObject({ code: 'REGISTRY_SETTINGS' });
  });
});

describe("pip's settings", () => {
  const settings = (env: Record<string, string> = {}) =>
    pipSettings({ env: { PIP_CONFIG_FILE: join(home, 'pip.conf'), ...env }, home });
  const urls = async (env = {}) => (await settings(env)).indexes.map(({ url }) => url.href);

  it('are read as Python reads them', () => {
    const text =
      '# c\n[global]\nindex-url: https://a/simple\nextra_index_url =\n  https://b/simple\n  # no\n  https://c/simple\n[install]\nindex-url = https://i\n[list]\nindex-url = x';
    expect([...readPipConf(text, ['install'])]).toEqual([
      ['index-url', 'https://i'],
      ['extra-index-url', 'https://b/simple\nhttps://c/simple'],
    ]);
  });

  it('are PyPI, then what pip.conf says, then the environment, then uv', async () => {
    expect(await urls()).toEqual(['https://pypi.org/simple/']);
    await write(
      'pip.conf',
      '[global]\nindex-url=https://a.example.org/simple\nextra-index-url=https://b.example.org/simple',
    );
    expect(await urls()).toEqual(['https://a.example.org/simple/', 'https://b.example.org/simple/']);
    const pip = { PIP_INDEX_URL: 'https://p.example.org/', PIP_EXTRA_INDEX_URL: '' };
    expect(await urls(pip)).toEqual(['https://p.example.org/', 'https://b.example.org/simple/']);
    const uv = { UV_DEFAULT_INDEX: 'https://u.example.org/', UV_INDEX: 'own=https://o.example.org/simple', UV_INDEX_OWN_USERNAME: 'me', UV_INDEX_OWN_PASSWORD: 'pw' }; // prettier-ignore
    expect(await urls({ ...pip, ...uv })).toEqual(['https://u.example.org/', 'https://o.example.org/simple/', 'https://b.example.org/simple/']); // prettier-ignore
    const { authorization } = await settings(uv);
    expect(authorization(new URL('https://o.example.org/files/x.whl'))).toBe(
      `Basic ${Buffer.from('me:pw').toString('base64')}`,
    );
    expect(authorization(new URL('https://u.example.org/x/'))).toBeUndefined();
  });

  it('refuse what is not encrypted, unless it is trusted or this box', async () => {
    const env = { PIP_INDEX_URL: 'http://mirror.example.org/simple' };
    await expect(settings(env)).rejects.toMatchObject({ code: 'REGISTRY_SETTINGS' });
    const trusting = await settings({ ...env, PIP_TRUSTED_HOST: 'other mirror.example.org', PIP_PROXY: 'me:pw@proxy:8080', PIP_CERT: '/ca' }); // prettier-ignore
    expect(trusting.indexes[0]?.transport).toEqual({ httpProxy: 'http://me:pw@proxy:8080', httpsProxy: 'http://me:pw@proxy:8080', trustOnlyFile: '/ca', unchecked: true }); // prettier-ignore
    expect(trusting.transport(new URL('https://files.example.org/')).unchecked).toBeUndefined();
  });
});

describe('~/.netrc', () => {
  it.each([
    ['machine a.example.org login me password "p w"', { login: 'me', password: 'p w' }],
    [
      '# x\nmachine b login no password no\nmachine A.example.org\n\tlogin me\n\tpassword pw # not a comment',
      { login: 'me', password: 'pw' },
    ],
    [
      'macdef x\nmachine a.example.org login evil password evil\n\ndefault login d password e',
      { login: 'd', password: 'e' },
    ],
    ['machine a.example.org login me', undefined],
    ['', undefined],
  ])('%j', (text, entry) => {
    expect(readNetrc(text)('a.example.org')).toEqual(entry);
  });
});
