import { describe, expect, it } from 'vitest';

import type { Failure } from '../../src/failure.ts';
import { generations, since } from '../../src/modules/generation.ts';
import type { Service, Stack } from '../../src/stack/stack.ts';
import type { Server } from '../../src/workspace/server.ts';
import { stackOf, testInputs, testServer } from './fixture.ts';

function service(stack: Stack, name: string): Service {
  const found = [...stack.base.services, ...stack.current.services].find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

const without = (...names: readonly string[]): Server['components'] =>
  Object.fromEntries(Object.entries(testServer.components).filter(([name]) => !names.includes(name)));

describe('names', () => {
  it('has two projects; networks and volumes belong to the one that lives long', () => {
    const stack = stackOf({}, { revision: 7 });
    expect([stack.base.name, stack.current.name]).toEqual(['openimis-test', 'openimis-test-r7']);
    expect(stack.base.networks.map(({ fullName }) => fullName)).toEqual(
      ['web', 'app', 'iapp', 'queue'].map((name) => `openimis-test_${name}`),
    );
    expect([stack.base.networksAreExternal, stack.current.networksAreExternal]).toEqual([false, true]);
    expect(stack.base.volumes).toEqual([
      'openimis-test_gateway',
      'openimis-test_gateway-secrets',
      'openimis-test_gateway-state',
      'openimis-test_gateway-audit',
      'openimis-test_rabbitmq',
    ]);
    expect(stack.current.volumes).toEqual([]);
  });

  it('is another project in the sandbox', () => {
    const stack = stackOf({}, { projectPrefix: 'openimis-sandbox', sandbox: true });
    expect([stack.project, stack.current.name]).toEqual(['openimis-sandbox-test', 'openimis-sandbox-test-r1']);
    expect(stack.gateway.sandbox).toBe(true);
  });
});

describe('who is where', () => {
  const where = (stack: Stack): Record<string, readonly string[]> =>
    Object.fromEntries(
      [...stack.base.services, ...stack.current.services].map(({ name, networks }) => [name, Object.keys(networks)]),
    );

  it('puts nobody but the gateway into a network where a backend listens', () => {
    expect(where(stackOf())).toEqual({
      gateway: ['web', 'app', 'iapp'],
      rabbitmq: ['queue'],
      frontend: ['web'],
      backend: ['app', 'queue'],
      ibackend: ['iapp', 'queue'],
      worker: ['queue'],
    });
  });

  it('has no network for an ibackend that is not deployed', () => {
    const stack = stackOf({ components: without('ibackend') });
    expect(where(stack)['gateway']).toEqual(['web', 'app']);
    expect(stack.base.networks.map(({ name }) => name)).toEqual(['web', 'app', 'queue']);
  });

  it('keeps the frontend from the world and lets who needs the database out', () => {
    const internal = Object.fromEntries(stackOf().base.networks.map(({ name, internal }) => [name, internal]));
    expect(internal).toEqual({ web: true, app: false, iapp: false, queue: false });
  });

  it('publishes ports of the gateway only', () => {
    const stack = stackOf({ gateway: { ...testServer.gateway, http: 8080, https: 8443, address: '192.0.2.7' } });
    expect(service(stack, 'gateway').ports).toEqual([
      { host: 8080, container: 8080, address: '192.0.2.7' },
      { host: 8443, container: 8443, address: '192.0.2.7' },
    ]);
    const others = [...stack.base.services, ...stack.current.services].filter(({ name }) => name !== 'gateway');
    expect(others.flatMap(({ ports }) => ports)).toEqual([]);
  });

  it('listens on the address of the bank, which is the address the gateway sends to', () => {
    for (const revision of [1, 7, 8, 13]) {
      const stack = stackOf({}, { revision });
      const bank = stack.gateway.banks[revision % 8]!;
      for (const [name, network] of [
        ['frontend', 'web'],
        ['backend', 'app'],
        ['ibackend', 'iapp'],
      ] as const)
        // prettier-ignore
        expect(service(stack, name).networks[network]?.address).toBe(bank[name].address);
      expect(service(stack, 'backend').environment['OPENIMIS_LISTEN']).toBe(`${bank.backend.address}:8000`);
      expect(service(stack, 'ibackend').environment['OPENIMIS_LISTEN']).toBe(`${bank.ibackend.address}:8000`);
    }
  });

  it('answers to `frontend` where the backends look for their proxy', () => {
    const { networks } = service(stackOf(), 'gateway');
    expect([networks.web?.aliases, networks.app?.aliases, networks.iapp?.aliases]).toEqual([
      undefined,
      ['frontend'],
      ['frontend'],
    ]);
  });
});

describe('components', () => {
  it('deploys what is listed, and the worker many times', () => {
    const stack = stackOf({ components: { backend: {}, worker: { replicas: 3 } } });
    expect(stack.current.services.map(({ name }) => name)).toEqual(['backend', 'worker']);
    expect(service(stack, 'worker').replicas).toBe(3);
    expect(service(stack, 'worker').networks).toEqual({ queue: {} });
  });

  it('names the component that has no image', () => {
    const { gateway, rabbitmq, frontend, backend, ibackend } = testInputs.images;
    const images = { gateway, rabbitmq, frontend: frontend!, backend: backend!, ibackend: ibackend! };
    const attempt = (): Stack => stackOf({}, { images });
    expect(attempt).toThrow(expect.objectContaining({ code: 'IMAGE_MISSING' }) as Failure);
    expect(attempt).toThrow(/worker of server test/);
  });

  it.each([
    [
      ['frontend', 'backend', 'ibackend', 'worker'],
      [['backend'], ['frontend', 'ibackend'], ['worker']],
    ],
    [
      ['frontend', 'ibackend'],
      [['ibackend'], ['frontend']],
    ],
    [
      ['backend', 'worker'],
      [['backend'], ['worker']],
    ],
    [['frontend'], [['frontend']]],
  ])('starts %j as %j', (names, order) => {
    const components = Object.fromEntries(names.map((name) => [name, {}]));
    expect(stackOf({ components }).startOrder).toEqual(order);
  });
});

describe('this box', () => {
  const here: Partial<Server> = {
    legacy: { ip: '127.0.0.1', url: 'http://127.0.0.1:8081/imis/' },
    database: { ...testServer.database, host: '127.0.0.1', port: 11433 },
  };

  it('is called host.docker.internal inside', () => {
    const stack = stackOf(here);
    expect(stack.gateway.legacy).toEqual({
      scheme: 'http',
      connect: 'host.docker.internal',
      connectIs: 'this-box',
      port: 8081,
      host: '127.0.0.1:8081',
      path: '/imis/',
    });
    for (const name of ['backend', 'ibackend', 'worker'])
      expect(service(stack, name).environment).toMatchObject({ DB_HOST: 'host.docker.internal', DB_PORT: '11433' });
    for (const name of ['gateway', 'backend', 'ibackend', 'worker'])
      expect(service(stack, name).extraHosts).toEqual({ 'host.docker.internal': 'host-gateway' });
  });

  it('needs no entry when everything is elsewhere', () => {
    const stack = stackOf();
    for (const { extraHosts } of [...stack.base.services, ...stack.current.services]) expect(extraHosts).toEqual({});
    expect(service(stack, 'backend').environment['DB_HOST']).toBe('203.0.113.10');
  });
});

describe('every service', () => {
  const all = generations.flatMap((generation) => {
    const stack = stackOf({ generation });
    return [...stack.base.services, ...stack.current.services];
  });

  it('has a health check, a memory limit, a grace period and docker-init', () => {
    for (const { health, memory, stopGrace, init } of all) {
      expect(health.test.length).toBeGreaterThan(0);
      expect(health.interval).toBe(10);
      expect(memory).toBeGreaterThanOrEqual(256 * 1024 * 1024);
      expect(stopGrace).toBeGreaterThan(0);
      expect(stopGrace).toBeLessThanOrEqual(60);
      expect(init).toBe(true);
    }
  });

  it('takes the interval of the server', () => {
    const stack = stackOf({ healthInterval: 2 });
    for (const { health } of [...stack.base.services, ...stack.current.services]) expect(health.interval).toBe(2);
  });
});

describe('health', () => {
  it('never asks the page that writes periodically, and once after the start from 1.1 on', () => {
    for (const generation of generations) {
      const stack = stackOf({ generation });
      for (const { health } of stack.current.services) expect(health.test.join(' ')).not.toContain('/ht/');
      expect(service(stack, 'backend').health.test.at(-2)).toBe('/api/graphql');
      expect(service(stack, 'ibackend').health.test.at(-2)).toBe('/iapi/graphql');
      const once = since(generation, '1.1') ? ['backend', 'ibackend'] : [];
      expect(stack.onceAfterStart.map(({ service: name }) => name).sort()).toEqual(once);
    }
    expect(service(stackOf({ generation: '1.0' }), 'backend').health.test.at(-1)).toBe('text/html');
  });

  it('asks the frontend with what its image holds', () => {
    expect(service(stackOf({ generation: '1.5' }), 'frontend').health.test.at(-1)).toContain('http://127.0.0.1:5000/;');
    expect(service(stackOf({ generation: '23.04' }), 'frontend').health.test.at(-1)).toBe('http://127.0.0.1:80/front/');
  });
});
