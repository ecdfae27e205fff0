import { describe, expect, it } from 'vitest';

import { generations, since } from '../../src/modules/generation.ts';
import { checkGatewayPlan } from '../../src/rendering/gateway-checks.ts';
import { gatewayNames } from '../../src/stack/gateway-names.ts';
import { legacyTarget, routesOf } from '../../src/stack/gateway-plan.ts';
import type { Route } from '../../src/stack/stack.ts';
import type { Server } from '../../src/workspace/server.ts';
import { stackFrom, stackOf, testServer, withoutLegacy } from './fixture.ts';

function routes(server: Server): Readonly<Record<string, string>> {
  return Object.fromEntries(routesOf(server).map((route) => [route.path, describeRoute(route)]));
}

function describeRoute({ target, targetPath, access, signedOn }: Route): string {
  return `${target}${targetPath === undefined ? '' : ` ${targetPath}`}, ${access}${signedOn === true ? ' or signed-on' : ''}`;
}

describe('names', () => {
  const names = (otherNames: readonly string[], sandbox = false): readonly string[] =>
    gatewayNames({ gateway: { ...testServer.gateway, otherNames } }, sandbox);

  it('are its own first, then the others, each once and as browsers send it', () => {
    expect(names([])).toEqual(['new.example.org']);
    expect(names(['NEW.example.org.', 'Intranet', '192.0.2.7', '2001:DB8:0::7'])).toEqual([
      'new.example.org',
      'intranet',
      '192.0.2.7',
      '2001:db8::7',
    ]);
  });

  it('in the sandbox are this box too', () => {
    expect(names([], true)).toEqual(['new.example.org', 'localhost', '127.0.0.1']);
  });
});

describe('routes', () => {
  it('of 1.1 with everything: upstream paths, stricter access', () => {
    expect(routes(testServer)).toEqual({
      '/': 'legacy, anybody',
      '/photos/': 'legacy, signed-on',
      '/keepLegacyAlive': 'legacy, anybody',
      '/LegacyHome': 'legacy, anybody',
      '/logout': 'gateway, anybody',
      '/front/': 'frontend /, signed-on',
      '/iapi/': 'ibackend, signed-on',
      '/api/': 'backend, basic',
      '/openimis/health': 'gateway, anybody',
    });
  });

  it('of a lone backend: it serves /iapi/ as its /api/', () => {
    expect(routes({ ...testServer, components: { frontend: {}, backend: {} } })).toMatchObject({
      '/iapi/': 'backend /api/, signed-on',
      '/api/': 'backend, basic',
    });
  });

  it('of the QA platform: what is not deployed says so', () => {
    expect(routes({ ...testServer, components: { backend: {}, worker: {} } })).toMatchObject({
      '/front/': 'not-deployed /, signed-on',
      '/iapi/': 'backend /api/, signed-on',
    });
  });

  it('of the demo: an ibackend does not serve /api/', () => {
    expect(routes({ ...testServer, components: { frontend: {}, ibackend: {} } })).toMatchObject({
      '/iapi/': 'ibackend, signed-on',
      '/api/': 'not-deployed, basic',
    });
  });

  it('without a legacy: none of its routes, and the application signs on', () => {
    expect(
      routes(withoutLegacy({ ...testServer, generation: '24.10', components: { frontend: {}, backend: {} } })),
    ).toEqual({
      '/front/': 'frontend, application',
      '/iapi/': 'backend /api/, application',
      '/api/': 'backend, application',
      '/openimis/health': 'gateway, anybody',
    });
  });

  it('of a legacy whose login is not carried over', () => {
    const server: Server = {
      ...testServer,
      generation: '1.4',
      gateway: { ...testServer.gateway, signOn: 'application' },
    };
    expect(routes(server)).toMatchObject({
      '/': 'legacy, anybody',
      '/photos/': 'legacy, signed-on',
      '/api/': 'backend, application',
    });
    expect(routes(server)).not.toHaveProperty('/logout');
  });

  it('let React pass where React calls: /iapi up to 1.3, /api from 1.4', () => {
    for (const generation of generations)
      expect(routes({ ...testServer, generation })['/api/']).toBe(
        since(generation, '1.4') ? 'backend, application or signed-on' : 'backend, basic',
      );
  });

  it('take who checks credentials on /api from the setting', () => {
    const withAuth = (auth: 'basic' | 'application', generation: Server['generation']): string | undefined =>
      routes({ ...testServer, generation, gateway: { ...testServer.gateway, api: { auth } } })['/api/'];
    expect(withAuth('application', '1.1')).toBe('backend, application');
    expect(withAuth('basic', '24.10')).toBe('backend, basic or signed-on');
    const alone = withoutLegacy({ ...testServer, generation: '24.10', components: { backend: {} } });
    const basic = { ...alone, gateway: { ...alone.gateway, api: { auth: 'basic' } } } as const;
    expect(routes(basic)['/api/']).toBe('backend, basic');
  });
});

describe('legacy', () => {
  it.each([
    [
      { dns: 'imis.example.org', ip: '203.0.113.10', url: 'http://imis.example.org/' },
      { scheme: 'http', connect: '203.0.113.10', connectIs: 'address', port: 80, host: 'imis.example.org', path: '/' },
    ],
    [
      { dns: 'imis.example.org', url: 'https://imis.example.org:8443/imis' },
      {
        scheme: 'https',
        connect: 'imis.example.org',
        connectIs: 'name',
        port: 8443,
        host: 'imis.example.org:8443',
        path: '/imis/',
        tls: 'verify',
      },
    ],
    [
      { ip: '132.148.151.32', url: 'http://132.148.151.32/' },
      { scheme: 'http', connect: '132.148.151.32', connectIs: 'address', port: 80, host: '132.148.151.32', path: '/' },
    ],
    [
      { ip: '2001:db8::7', url: 'http://[2001:db8::7]:8080/' },
      {
        scheme: 'http',
        connect: '2001:db8::7',
        connectIs: 'address',
        port: 8080,
        host: '[2001:db8::7]:8080',
        path: '/',
      },
    ],
    [
      { dns: 'imis.example.org', ip: '127.0.0.1', url: 'https://imis.example.org/' },
      {
        scheme: 'https',
        connect: 'host.docker.internal',
        connectIs: 'this-box',
        port: 443,
        host: 'imis.example.org',
        path: '/',
        tls: 'verify',
      },
    ],
  ] as const)('%j', (legacy, expected) => {
    expect(legacyTarget(legacy)).toEqual(expected);
  });
});

it('makes plans that the gateway can use, for every generation', () => {
  for (const generation of generations) {
    expect(() => checkGatewayPlan(stackOf({ generation }).gateway)).not.toThrow();
    expect(() => checkGatewayPlan(stackFrom(withoutLegacy({ ...testServer, generation })).gateway)).not.toThrow();
  }
});

it('does not depend on the revision', () => {
  expect(stackOf({}, { revision: 12 }).gateway).toEqual(stackOf({}, { revision: 3 }).gateway);
});
