import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type ApplicationFixture, startApplication } from './support/application-fixture.ts';
import { ask, headerValues, openVisitor } from './support/client.ts';
import { openNetwork, type RunningGateway, startGateway, type TestNetwork } from './support/gateway-container.ts';
import { type LegacyFixture, startLegacy } from './support/legacy-fixture.ts';
import { applicationRoutes, gatewayPlan, signedOnRoutes } from './support/plan.ts';
import { unexpected } from './support/who.ts';

type Plan = Parameters<typeof startGateway>[1];

describe('other shapes of a server', () => {
  let network: TestNetwork;
  let legacyHere: LegacyFixture;
  let application: ApplicationFixture;
  beforeAll(async () => {
    network = await openNetwork();
    legacyHere = await startLegacy(network.address);
    application = await startApplication(network.address, 'everything');
  });
  afterAll(async () => {
    await legacyHere.close();
    await application.close();
    await network.remove();
  });
  const use = async (
    plan: Plan,
    options: Parameters<typeof startGateway>[2],
    test: (gateway: RunningGateway) => Promise<void>,
  ): Promise<void> => {
    const gateway = await startGateway(network, plan, options);
    try {
      await test(gateway);
      expect(unexpected(await gateway.errors())).toEqual([]);
    } finally {
      await gateway.remove();
    }
  };
  const ports = (): { frontend: number; backend: number; ibackend: number }[] => [
    { frontend: application.port, backend: application.port, ibackend: application.port },
  ];

  it('without a legacy: the application decides, and no name is ever sent', async () => {
    const plan = gatewayPlan(network.address, ports(), { routes: applicationRoutes });
    await use(plan, {}, async ({ https, run }) => {
      const starting = await ask(https, '/api/', {});
      expect([starting.status, JSON.parse(starting.body)]).toMatchObject([503, { error: 'starting' }]);
      expect((await run('openimis-gateway', 'bank')).output).toBe('');
      await run('openimis-gateway', 'bank', '0');
      expect((await ask(https, '/')).headers['location']).toBe('/front/');
      expect((await ask(https, '/Default.aspx', { headers: { accept: 'text/html' } })).status).toBe(404);
      expect((await ask(https, '/front/')).status).toBe(200);
      const headers = { authorization: 'Bearer x', cookie: 'JWT=a; sessionid=b', 'remote-user': 'Admin' };
      const { rawHeaders } = (await ask(https, '/api/', { headers }), application.seen.at(-1)) ?? { rawHeaders: [] };
      expect(headerValues(rawHeaders, 'authorization')).toEqual(['Bearer x']);
      expect(headerValues(rawHeaders, 'cookie')).toEqual(['JWT=a; sessionid=b']);
      expect(rawHeaders.join('\n')).not.toMatch(/Admin|X-Openimis/i);
    });
  });

  it('a component that is not deployed has a plain answer', async () => {
    const plan = gatewayPlan(network.address, ports(), { routes: applicationRoutes });
    await use(plan, { bank: 0 }, async ({ https }) => {
      const answer = await ask(https, '/iapi/x');
      expect([answer.status, JSON.parse(answer.body)]).toMatchObject([404, { error: 'not-deployed' }]);
    });
  });

  it('a legacy known by name only is resolved at each request; a dead name stops nothing', async () => {
    const legacy = { scheme: 'http', connectIs: 'name', port: 8080, path: '/', host: 'old.example.org' } as const;
    const plan = (connect: string): Plan =>
      gatewayPlan(network.address, ports(), { routes: signedOnRoutes, legacy: { ...legacy, connect } });
    await use(
      plan('no-such-name.invalid'),
      { bank: 0, arguments: ['--network-alias', 'old-site'] },
      async (running) => {
        expect((await ask(running.https, '/Find.aspx')).status).toBe(502);
        expect((await ask(running.https, '/openimis/health')).status).toBe(200);
        // The name of the container itself resolves: its own http port sees that it was asked by itself.
        expect((await running.activate('v2', plan('old-site'))).code).toBe(0);
        expect((await ask(running.https, '/Find.aspx')).status).toBe(508);
      },
    );
  });

  it('a legacy on this very box, also when the engine does not say where that is', async () => {
    const legacy = {
      scheme: 'http',
      connect: 'host.docker.internal',
      connectIs: 'this-box',
      path: '/',
      host: '127.0.0.1',
    } as const;
    const plan = gatewayPlan(network.address, ports(), {
      routes: signedOnRoutes,
      legacy: { ...legacy, port: legacyHere.port },
    });
    await use(plan, { arguments: ['--add-host', `host.docker.internal:${network.address}`] }, async ({ https }) => {
      expect((await ask(https, '/keepLegacyAlive')).body).toBe('PNG');
    });
    await use(plan, {}, async ({ https }) => {
      expect((await ask(https, '/')).status).toBe(502);
      expect((await ask(https, '/openimis/health')).status).toBe(200);
    });
  });

  it('a legacy in a virtual directory', async () => {
    const legacy = { scheme: 'http', connect: network.address, connectIs: 'address', host: 'old.example.org' } as const;
    const target = { ...legacy, port: legacyHere.port, path: '/imis/' };
    await use(
      gatewayPlan(network.address, ports(), { routes: signedOnRoutes, legacy: target }),
      {},
      async ({ https }) => {
        const visitor = openVisitor(https);
        expect((await visitor.ask('/')).headers['location']).toBe('/imis/');
        const refused = await visitor.ask('/front/', { headers: { accept: 'text/html' } });
        expect(refused.headers['location']).toBe('/imis/');
        await visitor.login('admin', 'admin123', '/imis/Default.aspx');
        expect(legacyHere.seen.at(-1)?.url).toBe('/imis/Default.aspx');
      },
    );
  });

  it('plain http sends to https, keeps the method, and is never permanent', async () => {
    const plan = gatewayPlan(network.address, ports(), { routes: applicationRoutes, httpsPort: 8443 });
    await use(plan, {}, async ({ http, https }) => {
      const answer = await fetch(`http://127.0.0.1:${http}/Find.aspx?a=1`, { method: 'POST', redirect: 'manual' });
      expect([answer.status, answer.headers.get('location')]).toEqual([307, 'https://127.0.0.1:8443/Find.aspx?a=1']);
      expect((await fetch(`http://127.0.0.1:${https}/`)).status).toBe(400);
    });
  });
});
