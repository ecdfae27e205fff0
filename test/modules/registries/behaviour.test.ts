import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Answer, Registry } from '../../../src/modules/registries/registry.ts';
import { type RegistryStandIn, registryStandIn, type StandInOptions } from '../../support/registry-stand-in.ts';
import { type Home, operatorHome, shortLimits } from './open.ts';

const npm = { '@openimis/fe-core': [{ version: '1.4.1' }], '@openimis/fe-claim': [{ version: '1.4.0' }] };
const python = { 'openimis-be-core': [{ version: '1.0.4', requires: ['django'] }] };

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

describe('asking again', () => {
  it('asks nobody while an answer is fresh, then only whether it has changed', async () => {
    await both();
    await both();
    expect(registry.requests).toHaveLength(2);
    const answers = await both({ refresh: true });
    expect(states(answers)).toEqual(['found', 'found']);
    expect(registry.requests.slice(2).map(({ status }) => status())).toEqual([304, 304]);
  });

  it('asks for one package once, however many want it', async () => {
    const registries = await home.open();
    await Promise.all(Array.from({ length: 20 }, () => registries.of('backend').ask('openimis_be.core')));
    expect(registry.requests).toHaveLength(1);
  });

  it('keeps what a version requires for good', async () => {
    for (const refresh of [false, false]) {
      const registries = await home.open({ refresh });
      expect(await registries.of('backend').requirements('openimis-be-core', '1.0.4')).toEqual({
        requires: [{ package: 'django', spec: '*' }],
      });
    }
    // Page, no JSON of the release, wheel; then nothing.
    expect(registry.requests).toHaveLength(3);
  });

  it('takes files of a cut or another cache for none, and two runs at once share the folder', async () => {
    await Promise.all([both(), both(), both()]);
    const folder = join(home.folder, '.cache/openimis/registries');
    const files = await readdir(folder);
    expect(files.every((name) => name.endsWith('.json'))).toBe(true);
    for (const file of files) await writeFile(join(folder, file), '{"schema":1,"key":');
    expect(states(await both())).toEqual(['found', 'found']);
  });
});

describe('offline', () => {
  it('says what was said, and when, with --offline and when nobody answers', async () => {
    await both();
    for (const options of [{ offline: true }, { refresh: true }]) {
      if (options.refresh === true) await registry.close();
      const answers = await both(options);
      for (const answer of answers) {
        expect(answer.state).toBe('found');
        if (answer.state !== 'found') continue;
        expect(answer.asOf.old).toMatch(options.offline === true ? /^offline$/ : /nothing listens there/);
        expect(Date.now() - answer.asOf.time.getTime()).toBeLessThan(60_000);
      }
    }
  });

  it('says that it does not know what was never asked', async () => {
    expect(states(await both({ offline: true }))).toEqual(['REGISTRY_UNREACHABLE', 'REGISTRY_UNREACHABLE']);
    expect(registry.requests).toHaveLength(0);
  });

  it('gives up on a silent registry once, not once per package', async () => {
    await registry.close();
    const limits = { ...shortLimits, backOff: 100 };
    const registries = await home.open({ limits });
    const begin = performance.now();
    for (let n = 0; n < 30; n++) await registries.of('backend').ask(`openimis-be-x${n}`);
    expect(performance.now() - begin).toBeLessThan(1500);
  });
});

describe('a registry that misbehaves', () => {
  it.each<[string, Parameters<RegistryStandIn['break']>[1], string, RegExp]>([
    ['401', (_, to) => to.writeHead(401).end(), 'REGISTRY_REFUSED', /does not let you in/],
    ['403', (_, to) => to.writeHead(403).end(), 'REGISTRY_REFUSED', /does not let you in/],
    ['500', (_, to) => to.writeHead(500).end(), 'REGISTRY_UNREACHABLE', /error \(500\)/],
    [
      'a log-in page',
      (_, to) => to.writeHead(200, { 'content-type': 'text/plain' }).end('welcome to the hotel'),
      'REGISTRY_UNREADABLE',
      /not what a registry says/,
    ],
    [
      'JSON of something else',
      (_, to) => to.writeHead(200, { 'content-type': 'application/json' }).end('{"a":[]}'),
      'REGISTRY_UNREADABLE',
      /not what a registry says/,
    ],
    [
      'cut JSON',
      (_, to) => to.writeHead(200, { 'content-type': 'application/json' }).end('{"name":'),
      'REGISTRY_UNREADABLE',
      /not what a registry says/,
    ],
    ['far too much', (_, to) => to.writeHead(200).end('x'.repeat(400_000)), 'REGISTRY_UNREADABLE', /larger than/],
    [
      'a zip bomb',
      (_, to) => to.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
      'REGISTRY_UNREADABLE',
      /larger than/,
    ],
    ['a circle', (from, to) => to.writeHead(302, { location: from.url }).end(), 'REGISTRY_UNREADABLE', /circle/],
    [
      'a redirect to a file',
      (_, to) => to.writeHead(302, { location: 'file:///etc/passwd' }).end(),
      'REGISTRY_UNREADABLE',
      /address that is none/,
    ],
    ['a cut connection', (_, to) => void to.destroy(), 'REGISTRY_UNREACHABLE', /cut/],
    ['silence', () => {}, 'REGISTRY_UNREACHABLE', /does not answer/],
    ['half an answer', (_, to) => void to.writeHead(200).write('{'), 'REGISTRY_UNREACHABLE', /stopped in the middle/],
  ])(
    '%s',
    async (_, fault, code, words) => {
      registry.break('core', fault);
      const answers = await both();
      expect(states(answers)).toEqual([code, code]);
      for (const text of texts(answers)) expect(text).toMatch(words);
    },
    20_000,
  );

  it('is asked again when it may pass: 500 and 429 once, then an answer', async () => {
    let bad = 0;
    const heal = registry.break('core', (_, to) => {
      if (++bad === 4) heal();
      to.writeHead(bad % 2 === 0 ? 500 : 429, { 'retry-after': '0' }).end();
    });
    expect(states(await both())).toEqual(['found', 'found']);
    expect(registry.requests).toHaveLength(6);
  });

  it('an answer about another package is none', async () => {
    registry.break('core', (_, to) =>
      to.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ name: 'other', versions: {} })),
    );
    const [answer] = await both();
    expect(texts([answer])[0]).toMatch(/another package/);
  });
});

const bomb = gzipSync(Buffer.alloc(2_000_000));
