import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { openVisitor, type Visitor } from './support/client.ts';
import { cookieHeader, newSessionId, now, seal } from './support/seal.ts';
import { toldIdentity, unexpected } from './support/who.ts';
import { openWorld, type World } from './support/world.ts';

const own = '__Host-openimis-test';
let world: World;

beforeAll(async () => {
  world = await openWorld();
  // The first login shows the gateway how this legacy names its users.
  await openVisitor(world.gateway.https).login();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

async function signedOn(user = 'admin', password = 'admin123'): Promise<Visitor> {
  const visitor = openVisitor(world.gateway.https);
  const answer = await visitor.login(user, password);
  expect(answer.status).toBe(302);
  return visitor;
}

/** The user that /iapi sees, or the status of the refusal. */
async function who(visitor: Visitor): Promise<string | number> {
  const answer = await visitor.ask('/iapi/who');
  if (answer.status !== 200) return answer.status;
  const names = toldIdentity(answer, world.identityHeader);
  expect(names).toHaveLength(1);
  return names[0] ?? '';
}

const homeRequests = (): number => world.legacy.seen.filter(({ url }) => /home\.aspx/i.test(url)).length;

/** A session of the legacy and a cookie for it that was confirmed some seconds ago. */
function older(seconds: number, user = 'Admin', content: { issued?: number } = {}): { headers: { cookie: string } } {
  const session = newSessionId();
  world.legacy.sessions.set(session, { user });
  const at = now() - seconds;
  const sealed = seal(world.gateway.secrets.signingKey, { user, session, issued: at, confirmed: at, ...content });
  return { headers: { cookie: cookieHeader(sealed, session) } };
}

describe('signing on', () => {
  it('tells the backend whom the legacy shows, not what was typed', async () => {
    const visitor = await signedOn('aDMIN ');
    expect(await who(visitor)).toBe('Admin');
  });

  it('gives a cookie that no script reads and no other site sends', async () => {
    const visitor = openVisitor(world.gateway.https);
    const answer = await visitor.login();
    const line = answer.setCookies.find((cookie) => cookie.startsWith(`${own}=`));
    expect(line).toMatch(/; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
    expect(line).not.toContain('Admin');
  });

  it('lets the answer of the legacy pass unchanged', async () => {
    const visitor = openVisitor(world.gateway.https);
    const answer = await visitor.login();
    expect(answer.headers['location']).toBe('/Home.aspx');
    expect(answer.setCookies.some((cookie) => /^ASP\.NET_SessionId=\w+; path=\/; HttpOnly; Secure$/.test(cookie))).toBe(
      true,
    );
    const failed = await openVisitor(world.gateway.https).login('admin', 'wrong');
    expect(failed.status).toBe(200);
    expect(failed.body).toContain('lblMessage');
    expect(failed.setCookies.some((cookie) => cookie.startsWith(own))).toBe(false);
  });

  it('asks the legacy once, with its session cookie and culture only, for many requests', async () => {
    const visitor = await signedOn();
    world.legacy.seen.length = 0;
    expect(await Promise.all(Array.from({ length: 12 }, () => who(visitor)))).toEqual(Array(12).fill('Admin'));
    expect(homeRequests()).toBe(1);
    expect(world.legacy.seen[0]?.headers['cookie']).toMatch(/^ASP\.NET_SessionId=\w+; CultureInfo=en$/);
    expect(world.legacy.seen[0]?.headers['accept-encoding']).toBeUndefined();
  });

  it('never shows its cookie to the legacy or to an application, nor the legacy cookies to an application', async () => {
    const visitor = await signedOn();
    await visitor.ask('/Find.aspx?x=1');
    await visitor.ask('/Home.aspx?x=1');
    await who(visitor);
    await visitor.ask('/front/');
    expect(visitor.cookies.has(own)).toBe(true);
    for (const { rawHeaders } of [...world.legacy.seen, ...world.ibackend.seen, ...world.frontend.seen])
      expect(rawHeaders.join('\n')).not.toContain('__Host-openimis');
    for (const { rawHeaders } of [...world.ibackend.seen, ...world.frontend.seen])
      expect(rawHeaders.join('\n')).not.toContain('ASP.NET_SessionId');
  });

  it('shows /front to a signed-on user without telling it who that is', async () => {
    const visitor = await signedOn();
    const answer = await visitor.ask('/front/claim/healthFacilities?a=1');
    expect(answer.status).toBe(200);
    expect(toldIdentity(answer, world.identityHeader)).toEqual([]);
    expect(world.frontend.seen.at(-1)?.url).toBe('/claim/healthFacilities?a=1');
  });

  it('sends a page to the login and afterwards back to where it wanted to go', async () => {
    const visitor = openVisitor(world.gateway.https);
    const wanted = '/front/claim?id=7&x=%20y';
    const refused = await visitor.ask(wanted, { headers: { accept: 'text/html', 'sec-fetch-mode': 'navigate' } });
    expect([refused.status, refused.headers['location']]).toEqual([302, '/']);
    await visitor.login();
    const home = await visitor.ask('/Home.aspx');
    expect([home.status, home.headers['location']]).toEqual([302, wanted]);
    expect((await visitor.ask(wanted)).status).toBe(200);
    expect((await visitor.ask('/Home.aspx?x=1')).status).toBe(200);
  });

  it('answers programs with 401 and JSON', async () => {
    for (const path of ['/iapi/graphql', '/front/static/app.js']) {
      const answer = await openVisitor(world.gateway.https).ask(path, { headers: { 'sec-fetch-mode': 'cors' } });
      expect(answer.status).toBe(401);
      expect(JSON.parse(answer.body)).toMatchObject({ error: 'not-signed-on' });
    }
  });
});

describe('staying signed on', () => {
  it('trusts a confirmation of the last 40 seconds without asking', async () => {
    expect((await openVisitor(world.gateway.https).ask('/iapi/', older(30))).status).toBe(200);
    expect(homeRequests()).toBe(0);
  });

  it('serves at once between 40 and 60 seconds and asks in the background', async () => {
    world.legacy.homeDelay = 500;
    const request = older(50);
    const before = Date.now();
    expect((await openVisitor(world.gateway.https).ask('/iapi/', request)).status).toBe(200);
    expect(Date.now() - before).toBeLessThan(400);
    await expect.poll(homeRequests).toBe(1);
    await expect
      .poll(async () => (await openVisitor(world.gateway.https).ask('/iapi/', request)).setCookies.length)
      .toBe(2);
    expect(homeRequests()).toBe(1);
  });

  it('asks after 60 seconds and renews the cookie', async () => {
    const answer = await openVisitor(world.gateway.https).ask('/iapi/', older(61));
    expect(answer.status).toBe(200);
    expect(answer.setCookies.some((cookie) => cookie.startsWith(`${own}=1.`))).toBe(true);
    expect(homeRequests()).toBe(1);
  });

  it('refuses when the legacy has ended the session, and takes the cookie back', async () => {
    const request = older(61);
    world.legacy.sessions.clear();
    const answer = await openVisitor(world.gateway.https).ask('/iapi/', request);
    expect(answer.status).toBe(401);
    expect(answer.setCookies.some((cookie) => cookie.startsWith(`${own}=;`))).toBe(true);
  });

  it('refuses when the session now belongs to someone else', async () => {
    const request = older(61, 'Nurse');
    for (const session of world.legacy.sessions.values()) session.user = 'Admin';
    expect((await openVisitor(world.gateway.https).ask('/iapi/', request)).status).toBe(401);
  });

  it('ends after 12 hours whatever the legacy says', async () => {
    expect(
      (await openVisitor(world.gateway.https).ask('/iapi/', older(0, 'Admin', { issued: now() - 43_300 }))).status,
    ).toBe(401);
  });

  it('does not count a login whose user was not asked for within a minute', async () => {
    const session = newSessionId();
    world.legacy.sessions.set(session, { user: 'Admin' });
    const sealed = seal(world.gateway.secrets.signingKey, { user: '', session, issued: now() - 90, confirmed: 0 });
    const cookie = cookieHeader(sealed, session);
    expect((await openVisitor(world.gateway.https).ask('/iapi/', { headers: { cookie } })).status).toBe(401);
    expect(homeRequests()).toBe(0);
  });

  it('waits at most two seconds for a slow session and says so, without ending it', async () => {
    world.legacy.homeDelay = 4000;
    const request = older(61);
    const before = Date.now();
    const answer = await openVisitor(world.gateway.https).ask('/iapi/', request);
    expect(answer.status).toBe(503);
    expect(Date.now() - before).toBeLessThan(3000);
    expect(answer.setCookies).toEqual([]);
  });

  it('keeps serving known users while the legacy as a whole is silent, but nobody new', async () => {
    world.legacy.silent = true;
    await expect
      .poll(async () => (await openVisitor(world.gateway.https).ask('/iapi/', older(120))).status, { timeout: 5000 })
      .toBe(200);
    expect((await openVisitor(world.gateway.https).ask('/iapi/', older(700))).status).toBe(503);
    const session = newSessionId();
    const sealed = seal(world.gateway.secrets.signingKey, { user: '', session, confirmed: 0 });
    const cookie = cookieHeader(sealed, session);
    expect((await openVisitor(world.gateway.https).ask('/iapi/', { headers: { cookie } })).status).toBe(503);
  });

  it('survives a killed container', async () => {
    const visitor = await signedOn();
    expect(await who(visitor)).toBe('Admin');
    await world.gateway.restart();
    const again = openVisitor(world.gateway.https);
    for (const [name, value] of visitor.cookies) again.cookies.set(name, value);
    expect(await who(again)).toBe('Admin');
  });
});

it('leaves no error in the log', async () => {
  expect(unexpected(await world.gateway.errors())).toEqual([]);
});
