import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { legacyUsers } from '../../../src/sandbox/stand-ins/legacy-site/options.ts';
import { startLegacySite } from '../../../src/sandbox/stand-ins/legacy-site/start-legacy-site.ts';
import { startApplication } from './support/application-fixture.ts';
import { type Answer, ask, type Asked, openVisitor } from './support/client.ts';
import { openNetwork, startGateway } from './support/gateway-container.ts';
import { logIn, password } from './support/legacy-120.ts';
import { gatewayPlan, signedOnRoutes } from './support/plan.ts';
import { cookieHeader, newSessionId, now, seal } from './support/seal.ts';
import { unexpected } from './support/who.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld({ session: { idle: 150, absolute: 300, grace: 90 } });
  await openVisitor(world.gateway.https).login();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

const homeRequests = (): number => world.legacy.seen.filter(({ url }) => /home\.aspx/i.test(url)).length;
const get = (asked: Asked, path = '/iapi/'): Promise<Answer> => ask(world.gateway.https, path, asked);

/** A session of the legacy and a cookie for it, confirmed and issued some seconds ago. */
function signedOn(confirmed: number, issued = confirmed): { readonly headers: { readonly cookie: string } } {
  const session = newSessionId();
  world.legacy.sessions.set(session, { user: 'Admin' });
  const content = { user: 'Admin', session, issued: now() - issued, confirmed: now() - confirmed };
  return { headers: { cookie: cookieHeader(seal(world.gateway.secrets.signingKey, content), session) } };
}

describe('the limits of openimis.yaml', () => {
  it('idle: a sign-on ends, though the legacy would know its user', async () => {
    expect((await get(signedOn(140))).status).toBe(200);
    world.legacy.seen.length = 0;
    const answer = await get(signedOn(155));
    expect(answer.status).toBe(401);
    expect(answer.setCookies.some((line) => line.startsWith('__Host-openimis-test=;'))).toBe(true);
    expect(homeRequests()).toBe(0);
  });

  it('idle: who uses a page of the legacy is not idle', async () => {
    const here = signedOn(147);
    expect((await get(here, '/Find.aspx?x=1')).status).toBe(200);
    const others = [signedOn(147), here];
    // Four seconds later the cookies themselves are older than the limit.
    const ends = now() + 4;
    await expect.poll(() => now(), { timeout: 6000 }).toBeGreaterThanOrEqual(ends);
    expect(await Promise.all(others.map(async (asked) => (await get(asked)).status))).toEqual([401, 200]);
  });

  it('absolute: a sign-on ends, however fresh its confirmation is', async () => {
    expect((await get(signedOn(0, 290))).status).toBe(200);
    expect((await get(signedOn(0, 305))).status).toBe(401);
  });

  it('grace: for whoever was confirmed so long ago, while the legacy as a whole is silent', async () => {
    world.legacy.silent = true;
    const early = signedOn(70);
    await expect.poll(async () => (await get(early)).status, { timeout: 5000 }).toBe(200);
    expect((await get(signedOn(100))).status).toBe(503);
    world.legacy.seen.length = 0;
    await expect
      .poll(async () => (await world.gateway.errors()).join('\n'))
      .toContain('the legacy does not answer: a user confirmed');
    // Heard again, it is asked again.
    world.legacy.silent = false;
    await expect
      .poll(async () => ((await get(signedOn(70))).status === 200 ? homeRequests() : 0), { timeout: 5000 })
      .toBe(1);
  });

  it('no grace because one session is slow, or its page is unreadable', async () => {
    world.legacy.homeDelay = 3000;
    expect((await get(signedOn(70))).status).toBe(503);
    world.legacy.homeDelay = 0;
    world.legacy.nameText = () => 'nobody in particular';
    expect((await get(signedOn(70))).status).toBe(503);
  });
});

describe('asking the legacy', () => {
  const journal =
    '{\n    mutationLogs(id: "TXV0YXRpb25Mb2dHUUxUeXBlOjE=")\n    {\n      edges\n    {\n      node\n    {\n      id,status\n    }\n    }\n  }}';
  const newer =
    'query ($clientMutationId: String) { mutationLogs (clientMutationId: $clientMutationId) { edges { node { status } } } }';
  const refresh =
    '\n    mutation refreshAuthToken {\n      refreshToken {\n        refreshExpiresIn\n      }\n    }\n  ';
  const claims = '{ claims(first: 10) { edges { node { id } } } }';
  const history =
    '{\n    mutationLogs(first: 5,orderBy: "-request_date_time")\n    {\n      edges\n    {\n      node{id}}}}';
  const post = (headers: Record<string, string>, query: string): Promise<Answer> =>
    ask(world.gateway.https, '/iapi/graphql', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });

  for (const [name, query] of Object.entries({ journal, newer, refresh }))
    it(`what React asks by itself makes no check: ${name}`, async () => {
      const { headers } = signedOn(50);
      for (let count = 0; count < 3; count++) expect((await post(headers, query)).status).toBe(200);
      const stale = signedOn(61).headers;
      const answer = await post(stale, query);
      expect([answer.status, (JSON.parse(answer.body) as { error: string }).error]).toEqual([503, 'idle']);
      expect((await ask(world.gateway.https, '/keepLegacyAlive', { headers: stale })).status).toBe(200);
      expect(homeRequests()).toBe(0);
      // Its user does something: now the legacy is asked, and React's questions are answered again.
      expect((await post(stale, claims)).status).toBe(200);
      expect(homeRequests()).toBe(1);
      expect((await post(stale, query)).status).toBe(200);
      expect(world.ibackend.seen.at(-1)?.rawHeaders.join()).toContain(String(JSON.stringify({ query }).length));
    });

  it('everything else is something that the user does', async () => {
    for (const query of [claims, history, 'mutation { createClaim(input: {}) { internalId } }'])
      expect((await post(signedOn(61).headers, query)).status).toBe(200);
    expect(homeRequests()).toBe(3);
  });

  it('at most twice a minute for a user, also when the answer is of no use', async () => {
    world.legacy.home = (response) => response.writeHead(500).end();
    const asked = signedOn(61);
    const ends = Date.now() + 6000;
    let count = 0;
    await expect
      .poll(
        async () => {
          expect((await get(asked)).status).toBe(503);
          count += 1;
          return Date.now() > ends;
        },
        { timeout: 10_000, interval: 100 },
      )
      .toBe(true);
    expect(count).toBeGreaterThan(20);
    expect(homeRequests()).toBe(1);
  });

  it('goes on behind a slow page: one request waits two seconds, later ones not at all, and its answer counts', async () => {
    world.legacy.homeDelay = 4000;
    const asked = signedOn(61);
    const timed = async (): Promise<readonly [number, number]> => {
      const before = performance.now();
      const { status } = await get(asked);
      return [status, performance.now() - before];
    };
    const [first, waited] = await timed();
    expect([first, waited > 1500, waited < 2600]).toEqual([503, true, true]);
    for (let count = 0; count < 3; count++) {
      const [status, time] = await timed();
      expect([status, time < 400]).toEqual([503, true]);
    }
    await expect.poll(async () => (await get(asked)).status, { timeout: 5000 }).toBe(200);
    expect(homeRequests()).toBe(1);
  });
});

it('an active React user keeps the legacy session alive, an idle one lets it die', async () => {
  const network = await openNetwork();
  const application = await startApplication(network.address, 'application');
  let minutes = 0;
  const users = legacyUsers(password);
  const site = await startLegacySite({ host: network.address, users, now: () => Date.now() + minutes * 60_000 });
  const legacy = { scheme: 'http', connect: network.address, connectIs: 'address', host: 'old.example.org' } as const;
  const plan = gatewayPlan(
    network.address,
    [{ frontend: application.port, backend: application.port, ibackend: application.port }],
    { routes: signedOnRoutes, legacy: { ...legacy, port: site.port, path: '/' } },
  );
  const gateway = await startGateway(network, plan, { bank: 0 });
  try {
    const visitor = openVisitor(gateway.https);
    await logIn(visitor, 'Admin');
    const session = visitor.cookies.get('ASP.NET_SessionId') ?? '';
    /** The same sign-on as it would be a minute after its last confirmation; `older` tells several of them apart. */
    const aMinuteLater = (older: number): Asked => {
      const content = { user: 'Admin', session, issued: now() - 70 - older, confirmed: now() - 61 };
      return { headers: { cookie: cookieHeader(seal(gateway.secrets.signingKey, content), session) } };
    };
    for (minutes = 15; minutes <= 60; minutes += 15)
      expect((await ask(gateway.https, '/iapi/', aMinuteLater(minutes))).status).toBe(200);
    for (; minutes <= 85; minutes += 5) {
      const poll = JSON.stringify({ query: '{ mutationLogs(id: "x") { edges { node { id } } } }' });
      const { headers } = aMinuteLater(minutes);
      const asked = { method: 'POST', body: poll, headers: { ...headers, 'content-type': 'application/json' } };
      expect((await ask(gateway.https, '/iapi/graphql', asked)).status).toBe(503);
      expect((await ask(gateway.https, '/keepLegacyAlive', { headers: { ...headers } })).status).toBe(200);
    }
    expect((await ask(gateway.https, '/iapi/', aMinuteLater(minutes))).status).toBe(401);
    expect(unexpected(await gateway.errors())).toEqual([]);
  } finally {
    await gateway.remove();
    await Promise.all([site.close(), application.close()]);
    await network.remove();
  }
});

it('leaves no error in the log', async () => {
  expect(unexpected(await world.gateway.errors())).toEqual([]);
});
