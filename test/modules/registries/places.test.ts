import { createServer } from 'node:net';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Answer, Registry } from '../../../src/modules/registries/registry.ts';
import { type RegistryStandIn, registryStandIn, type StandInOptions } from '../../support/registry-stand-in.ts';
import { type Home, operatorHome } from './open.ts';

const npm = { '@openimis/fe-core': [{ version: '1.4.1' }], '@openimis/fe-claim': [{ version: '1.4.0' }] };
const python = { 'openimis-be-core': [{ version: '1.0.4', requires: ['django'] }] };
const secret = 'very-secret-word';

let home: Home;
let registry: RegistryStandIn;
beforeEach(async () => {
  home = await operatorHome();
  registry = await start({});
});
afterEach(async () => {
  await home.remove();
  await registry.close();
});

async function start(options: StandInOptions): Promise<RegistryStandIn> {
  const started = await registryStandIn({ npm, python, ...options });
  await home.write('.npmrc', `registry=${started.npm}`);
  await home.write('pip.conf', `[global]\nindex-url = ${started.python}`);
  return started;
}

async function restart(options: StandInOptions): Promise<void> {
  await registry.close();
  registry = await start(options);
}

/** Answers of both kinds of registry to the same thing. */
async function both(options: Parameters<Home['open']>[0] = {}): Promise<readonly [Answer, Answer]> {
  const registries = await home.open(options);
  const ask = (one: Registry, name: string) => one.ask(name);
  return Promise.all([
    ask(registries.of('frontend'), '@openimis/fe-core'),
    ask(registries.of('backend'), 'openimis-be-core'),
  ]);
}

const states = (answers: readonly Answer[]) =>
  answers.map((one) => (one.state === 'unknown' ? one.why.code : one.state));
const texts = (answers: readonly Answer[]) => answers.map((one) => (one.state === 'unknown' ? one.why.message : ''));

describe('credentials', () => {
  const authorization = `Basic ${Buffer.from(`me:${secret}`).toString('base64')}`;

  it('reach the registry that they are for, and no text', async () => {
    await restart({ authorization });
    const [, host = ''] = registry.origin.split('//');
    expect(states(await both())).toEqual(['REGISTRY_REFUSED', 'REGISTRY_REFUSED']);
    await home.write('.npmrc', `registry=${registry.npm}\n//${host}/npm/:_auth=\${MY_AUTH}`);
    await home.write('pip.conf', `[global]\nindex-url = http://me:${secret}@${host}/simple`);
    const env = { MY_AUTH: authorization.slice('Basic '.length) };
    const answers = await both({ env });
    expect(states(answers)).toEqual(['found', 'found']);
    await registry.close();
    const failed = await both({ env: { ...env, XDG_CACHE_HOME: join(home.folder, 'other') } });
    expect(JSON.stringify([answers, failed, texts(failed)])).not.toContain(secret);
  });

  it('of ~/.netrc are used for the index of that host', async () => {
    await restart({ authorization });
    await home.write('.netrc', `machine 127.0.0.1 login me password ${secret}\n`);
    expect(states(await both())).toEqual(['REGISTRY_REFUSED', 'found']);
  });

  it('are not shown to where a redirect leads', async () => {
    const other = await registryStandIn({ npm, python });
    try {
      await restart({ authorization });
      const [, host = ''] = registry.origin.split('//');
      await home.write('.npmrc', `registry=http://me:${secret}@${host}/npm/`);
      await home.write('pip.conf', `[global]\nindex-url = http://me:${secret}@${host}/simple/`);
      registry.break('core', (from, to) => to.writeHead(302, { location: `${other.origin}${from.url}` }).end());
      expect(states(await both())).toEqual(['found', 'found']);
      expect(registry.requests.map((one) => one.authorization)).toEqual([authorization, authorization]);
      expect(other.requests.map((one) => one.authorization)).toEqual([undefined, undefined]);
    } finally {
      await other.close();
    }
  });
});

describe('where a package is asked for', () => {
  it('npm: the registry of its scope', async () => {
    const other = await registryStandIn({ npm: { '@mine/x': [{ version: '2.0.0' }] } });
    try {
      await home.write('.npmrc', `registry=${registry.npm}\n@mine:registry=${other.npm}`);
      const registries = await home.open();
      expect(await registries.of('frontend').ask('@mine/x')).toMatchObject({
        state: 'found',
        package: { registry: other.npm },
      });
      expect(registry.requests).toHaveLength(0);
    } finally {
      await other.close();
    }
  });

  it('Python: the first index that has it; the others are named and never win', async () => {
    const newer = { 'openimis-be-core': [{ version: '99.0' }], 'openimis-be-own': [{ version: '1.0' }] };
    const extra = await registryStandIn({ python: newer });
    try {
      await home.write(
        'pip.conf',
        `[global]\nindex-url = ${registry.python}\nextra-index-url =\n    ${extra.python}\n`,
      );
      const python = (await home.open()).of('backend');
      const core = await python.ask('openimis-be-core');
      expect(core).toMatchObject({ state: 'found', alsoOn: [extra.python], package: { registry: registry.python } });
      expect(JSON.stringify(core)).not.toContain('99.0');
      expect(await python.ask('openimis-be-own')).toMatchObject({ package: { registry: extra.python } });
      registry.break('simple', (_, to) => to.writeHead(500).end());
      // The bound index cannot be asked: the other one is not taken in its place.
      expect(await (await home.open()).of('backend').ask('openimis-be-claim')).toMatchObject({ state: 'unknown' });
    } finally {
      await extra.close();
    }
  });

  it('goes through a proxy that is configured, unless NO_PROXY says otherwise', async () => {
    const seen: string[] = [];
    const proxy = createServer((socket) =>
      socket.once('data', (data) => {
        seen.push(data.toString('latin1').split('\r\n')[0] ?? '');
        socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
      }),
    );
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = proxy.address() as { port: number };
      const env = { HTTP_PROXY: `http://me:${secret}@127.0.0.1:${port}` };
      expect(states(await both({ env }))).toEqual(['absent', 'absent']);
      expect(seen.sort()).toEqual([
        `GET ${registry.npm}@openimis%2ffe-core HTTP/1.1`,
        `GET ${registry.python}openimis-be-core/ HTTP/1.1`,
      ]);
      expect(states(await both({ env: { ...env, NO_PROXY: '127.0.0.1' }, refresh: true }))).toEqual(['found', 'found']);
    } finally {
      proxy.close();
    }
  });
});
