import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { legacyUsers } from '../../../src/sandbox/stand-ins/legacy-site/options.ts';
import { startLegacySite } from '../../../src/sandbox/stand-ins/legacy-site/start-legacy-site.ts';
import { startApplication } from './support/application-fixture.ts';
import { ask, openVisitor } from './support/client.ts';
import { openNetwork, startGateway } from './support/gateway-container.ts';
import { password } from './support/legacy-120.ts';
import { gatewayPlan, signedOnRoutes } from './support/plan.ts';
import { unexpected } from './support/who.ts';
import { genuineSession, openWorld, type World } from './support/world.ts';
import { cookieHeader } from './support/seal.ts';

const navigation = { headers: { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' } };
const back = '__Host-openimis-test-return';
let world: World;

describe('a page that was wanted before the login', () => {
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world.close());
  beforeEach(() => world.reset());

  for (const wanted of ['/front/claim?to=https://x/', '/iapi/report/1?id=7', '/iapi/', '/photos/Images/Updated/1.jpg'])
    it(`comes after it: ${wanted}`, async () => {
      const visitor = openVisitor(world.gateway.https);
      const refused = await visitor.ask(wanted, navigation);
      expect([refused.status, refused.headers['location']]).toEqual([302, '/']);
      await visitor.login();
      expect((await visitor.ask('/Home.aspx')).headers['location']).toBe(wanted);
      expect((await visitor.ask(wanted)).status).toBe(200);
      expect((await visitor.ask('/Home.aspx?x=1')).status).toBe(200);
    });

  it('is not kept for what is no page', async () => {
    const visitor = openVisitor(world.gateway.https);
    for (const asked of [{}, { headers: { 'sec-fetch-mode': 'cors', accept: 'text/html' } }]) {
      const answer = await visitor.ask('/iapi/graphql', asked);
      expect([answer.status, answer.headers['content-type'], answer.headers['www-authenticate']]).toEqual([
        401,
        'application/json',
        undefined,
      ]);
    }
    await visitor.ask('/front/x', { ...navigation, method: 'POST' });
    await visitor.ask(`/front/${'x'.repeat(2000)}`, navigation);
    expect(visitor.cookies.has(back)).toBe(false);
  });

  const foreign = [
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '/front/../../x',
    '/front//evil.example',
    '/Logout.aspx',
    '/frontier',
    '/api/x',
    '/front\r\nX-Evil: 1',
    '/front/#x',
    'front',
    '',
  ];
  for (const value of foreign)
    it(`never leads to ${JSON.stringify(value)}`, async () => {
      const visitor = openVisitor(world.gateway.https);
      await visitor.login();
      visitor.cookies.set(back, encodeURIComponent(value));
      const home = await visitor.ask('/Home.aspx?x=1');
      expect([home.status, home.headers['location']]).toEqual([200, undefined]);
    });

  it('stays wanted when the legacy is slow just then', async () => {
    const visitor = openVisitor(world.gateway.https);
    await visitor.ask('/front/x', navigation);
    await visitor.login();
    world.legacy.homeDelay = 2500;
    await visitor.ask('/Home.aspx?x=1');
    expect(visitor.cookies.has(back)).toBe(true);
    await expect
      .poll(async () => (await visitor.ask('/Home.aspx')).headers['location'], { timeout: 8000 })
      .toBe('/front/x');
  });

  it('Home.aspx stays the legacy’s own page', async () => {
    const visitor = openVisitor(world.gateway.https);
    await visitor.login();
    expect((await visitor.ask('/Home.aspx?x=1', navigation)).status).toBe(200);
  });

  it('leaves no error in the log', async () => {
    expect(unexpected(await world.gateway.errors())).toEqual([]);
  });
});

describe('home: front', () => {
  beforeAll(async () => {
    world = await openWorld({ home: 'front' });
  });
  afterAll(() => world.close());
  beforeEach(() => world.reset());

  it('leads to the new pages after a login, or to the page that was wanted', async () => {
    const visitor = openVisitor(world.gateway.https);
    await visitor.login();
    expect((await visitor.ask('/Home.aspx', navigation)).headers['location']).toBe('/front/');
    await visitor.ask('/logout');
    await visitor.ask('/iapi/report', navigation);
    await visitor.login();
    expect((await visitor.ask('/Home.aspx', navigation)).headers['location']).toBe('/iapi/report');
  });

  it('shows the legacy’s own page to /LegacyHome, to a frame of React, and to who is not signed on', async () => {
    const { sealed, session } = genuineSession(world);
    const headers = { ...navigation.headers, cookie: cookieHeader(sealed, session) };
    const leads = async (path: string, more: Record<string, string> = {}): Promise<string | undefined> =>
      (await ask(world.gateway.https, path, { headers: { ...headers, ...more } })).headers['location'];
    expect(await leads('/hOmE.aspx?')).toBe('/front/');
    expect(await leads('/LegacyHome')).toBe('/Home.aspx?x=1');
    expect(await leads('/Home.aspx?x=1')).toBeUndefined();
    expect(await leads('/Home.aspx', { 'sec-fetch-dest': 'iframe', referer: 'https://x/' })).toBeUndefined();
    expect(await leads('/Home.aspx', { cookie: '', referer: 'https://x/' })).toBe('/Default.aspx');
  });
});

it('what React asks for at the root is found in a virtual directory', async () => {
  const network = await openNetwork();
  const application = await startApplication(network.address, 'application');
  const site = await startLegacySite({
    host: network.address,
    users: legacyUsers(password),
    virtualDirectory: '/imis',
  });
  const legacy = { scheme: 'http', connect: network.address, connectIs: 'address', host: 'old.example.org' } as const;
  const ports = [{ frontend: application.port, backend: application.port, ibackend: application.port }];
  const plan = gatewayPlan(network.address, ports, {
    routes: signedOnRoutes,
    legacy: { ...legacy, port: site.port, path: '/imis/' },
  });
  const gateway = await startGateway(network, plan, { bank: 0 });
  try {
    const leads = async (path: string): Promise<string | undefined> =>
      (await ask(gateway.https, path)).headers['location'];
    expect(await leads('/Manual/IMIS_manual.pdf')).toBe('/imis/Manual/IMIS_manual.pdf');
    expect(await leads('/Family.aspx?f=1')).toBe('/imis/Family.aspx?f=1');
    expect(await leads('/LegacyHome')).toBe('/imis/Home.aspx?x=1');
    expect(await leads('/logout')).toBe('/imis/Logout.aspx');
    expect((await ask(gateway.https, '/imis/Manual/IMIS_manual.pdf')).body).toMatch(/^%PDF/);
    expect((await ask(gateway.https, '/keepLegacyAlive')).headers['content-type']).toBe('image/png');
    expect((await ask(gateway.https, '/Family.aspx', { method: 'POST' })).status).toBe(404);
  } finally {
    await gateway.remove();
    await Promise.all([site.close(), application.close()]);
    await network.remove();
  }
});
