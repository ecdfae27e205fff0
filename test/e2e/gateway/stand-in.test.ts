import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { hiddenFields } from '../../../src/sandbox/browser.ts';
import { legacyUsers } from '../../../src/sandbox/stand-ins/legacy-site/options.ts';
import { type LegacySite, startLegacySite } from '../../../src/sandbox/stand-ins/legacy-site/start-legacy-site.ts';
import { type LegacyVersion, legacyVersions } from '../../../src/sandbox/stand-ins/legacy-site/versions.ts';
import { type ApplicationFixture, startApplication } from './support/application-fixture.ts';
import { type Answer, openVisitor, type Visitor } from './support/client.ts';
import { openNetwork, type RunningGateway, startGateway, type TestNetwork } from './support/gateway-container.ts';
import { gatewayPlan, signedOnRoutes } from './support/plan.ts';
import { toldIdentity, unexpected } from './support/who.ts';

const password = 'correct-horse';
const [user] = legacyUsers(password);
let network: TestNetwork;
let application: ApplicationFixture;

beforeAll(async () => {
  network = await openNetwork();
  application = await startApplication(network.address, 'application');
});
afterAll(async () => {
  await application.close();
  await network.remove();
});

/** What a browser does: opens the form, sends every field back. */
async function logIn(
  visitor: Visitor,
  path: string,
  typed: string,
  extra: Record<string, string> = {},
): Promise<Answer> {
  const form = await visitor.ask(path);
  const fields = { ...hiddenFields(form.body), txtUserName: typed, txtPassword: password, btnLogin: 'Login' };
  return visitor.post(path, { ...fields, ...extra });
}

async function withSite(
  options: { readonly version: LegacyVersion; readonly virtualDirectory?: string; readonly autoId?: boolean },
  test: (gateway: RunningGateway, site: LegacySite) => Promise<void>,
): Promise<void> {
  const site = await startLegacySite({ ...options, host: network.address, users: legacyUsers(password) });
  const legacy = { scheme: 'http', connect: network.address, connectIs: 'address', host: 'old.example.org' } as const;
  const target = { ...legacy, port: site.port, path: new URL(site.url).pathname };
  const ports = [{ frontend: application.port, backend: application.port, ibackend: application.port }];
  const plan = gatewayPlan(network.address, ports, { routes: signedOnRoutes, legacy: target });
  const gateway = await startGateway(network, plan, { bank: 0 });
  try {
    await test(gateway, site);
    expect(unexpected(await gateway.errors())).toEqual([]);
  } finally {
    await gateway.remove();
    await site.close();
  }
}

const told = (answer: Answer, gateway: RunningGateway): readonly string[] =>
  toldIdentity(answer, `X-Openimis-${gateway.secrets.identityHeader}`);

describe('against the stand-in of the legacy site', () => {
  for (const version of legacyVersions.filter((one) => one !== '1.2.0'))
    // legacy-120.test.ts
    it(`${version}: a login carries over, a logout ends it`, async () => {
      await withSite({ version }, async (gateway) => {
        const visitor = openVisitor(gateway.https);
        expect((await logIn(visitor, '/', user!.loginName.toUpperCase())).headers['location']).toMatch(/home\.aspx$/i);
        expect(told(await visitor.ask('/iapi/'), gateway)).toEqual([user!.loginName]);
        expect((await visitor.ask('/Home.aspx', { headers: { referer: 'https://new.example.org/' } })).status).toBe(
          200,
        );
        const cookies = new Map(visitor.cookies);
        await visitor.ask('/Logout.aspx');
        for (const [name, value] of cookies) visitor.cookies.set(name, value);
        expect((await visitor.ask('/iapi/')).status).toBe(401);
      });
    });

  it('in a virtual directory and with ids of AutoID', async () => {
    await withSite({ version: '1.4.1', virtualDirectory: '/imis', autoId: true }, async (gateway) => {
      const visitor = openVisitor(gateway.https);
      expect((await logIn(visitor, '/imis/', user!.loginName)).headers['location']).toMatch(/^\/imis\/home\.aspx$/i);
      expect(told(await visitor.ask('/iapi/'), gateway)).toEqual([user!.loginName]);
    });
  });

  it('accepts a login without the session of the form (so a planted session stays empty), and SaveOfflineHFID signs nobody on', async () => {
    await withSite({ version: '1.3.0' }, async (gateway, site) => {
      const visitor = openVisitor(gateway.https);
      await visitor.ask('/');
      const planted = visitor.cookies.get('ASP.NET_SessionId') ?? '';
      await logIn(visitor, '/', user!.loginName);
      expect(visitor.cookies.get('ASP.NET_SessionId')).not.toBe(planted);
      expect(site.sessions().find(({ id }) => id === planted)?.userId).toBeUndefined();
      expect((await visitor.ask('/iapi/')).status).toBe(200);

      const attacker = openVisitor(gateway.https);
      const answer = await attacker.post('/Default.aspx', {
        __EVENTARGUMENT: 'SaveOfflineHFID',
        txtOfflineHF: '1',
        txtUserName: 'Admin',
      });
      expect(answer.headers['location']).toMatch(/home\.aspx$/i);
      expect((await attacker.ask('/iapi/')).status).toBe(401);
    });
  });
});
