import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { buildFile, proxyArguments } from '../../../src/engines/docker/build.ts';

describe('the throw-away Compose file of a build', () => {
  it('has arguments, labels and certificates, every $ doubled', () => {
    const build = {
      tag: 'openimis-gateway:1',
      args: { BASE: 'b$1' },
      labels: { 'org.openimis.component': 'gate$way' },
    };
    expect(parse(buildFile('/tmp/c$x', build, { http_proxy: 'http://u:p$w@proxy:3128' }, '/etc/ssl/ca.crt'))).toEqual({
      services: {
        image: {
          image: 'openimis-gateway:1',
          build: {
            context: '/tmp/c$$x',
            args: { BASE: 'b$$1', http_proxy: 'http://u:p$$w@proxy:3128' },
            labels: { 'org.openimis.component': 'gate$$way' },
            secrets: ['ca_bundle'],
          },
        },
      },
      secrets: { ca_bundle: { file: '/etc/ssl/ca.crt' } },
    });
  });

  it('needs no certificates', () => {
    expect(buildFile('/c', { tag: 't', args: {}, labels: {} }, {}, undefined)).not.toContain('secrets');
  });

  it('takes secrets from variables, and has none without network', () => {
    const build = { tag: 't', args: {}, labels: {}, secrets: { npmrc: '//host/:_authToken=hidden' } };
    const open = buildFile('/c', build, {}, '/etc/ssl/ca.crt');
    expect(parse(open)).toMatchObject({
      services: { image: { build: { secrets: ['ca_bundle', 'npmrc'] } } },
      secrets: { npmrc: { environment: 'OPENIMIS_BUILD_npmrc' } },
    });
    expect(open).not.toContain('hidden');
    const closed = buildFile('/c', { ...build, network: 'none' }, {}, undefined);
    expect(parse(closed)).toMatchObject({ services: { image: { build: { network: 'none' } } } });
    expect(closed).not.toContain('secrets');
  });

  it('gives proxies in both spellings', () => {
    expect(proxyArguments({ HTTPS_PROXY: 'http://p:1', no_proxy: 'localhost', http_proxy: '', PATH: '/bin' })).toEqual({
      https_proxy: 'http://p:1',
      HTTPS_PROXY: 'http://p:1',
      no_proxy: 'localhost',
      NO_PROXY: 'localhost',
    });
  });
});
