import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type Asked, ask, openVisitor } from './support/client.ts';
import { cookieHeader, newSessionId, now, seal } from './support/seal.ts';
import { unexpected } from './support/who.ts';
import { genuineSession, openWorld, type World } from './support/world.ts';

const own = '__Host-openimis-test';
let world: World;

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

const status = async (path: string, asked: Asked): Promise<number> =>
  (await ask(world.gateway.https, path, asked)).status;

const withCookie = (cookie: string | string[]): Asked => ({ headers: { cookie } });

describe('becoming someone without logging in', () => {
  const forgeries: readonly [string, string, Record<string, string>, Record<string, string>][] = [
    ['txtUserName posted to another page', '/Policy.aspx', { txtUserName: 'Admin' }, { referer: 'https://x/' }],
    ['txtUserName posted to Logout.aspx', '/Logout.aspx', { txtUserName: 'Admin' }, {}],
    [
      'the redirect of SaveOfflineHFID',
      '/Default.aspx',
      { __EVENTARGUMENT: 'SaveOfflineHFID', txtOfflineHF: '1', txtUserName: 'Admin' },
      {},
    ],
    ['SaveOfflineHFID posted to the root', '/', { __EVENTARGUMENT: 'SaveOfflineHFID', txtOfflineHF: '1' }, {}],
    ['a wrong password', '/', { txtUserName: 'Admin', txtPassword: 'x' }, {}],
    ['ForgotPassword with a name', '/ForgotPassword.aspx', { txtLoginName: 'Admin' }, { referer: 'https://x/' }],
    ['a login sent as a query', '/?txtUserName=Admin&txtPassword=admin123', {}, {}],
  ];
  for (const [name, path, fields, headers] of forgeries)
    for (const session of [undefined, 'inventedsessionidentifie'])
      it(`${name}, ${session === undefined ? 'without a session' : 'with an invented session'}`, async () => {
        const visitor = openVisitor(world.gateway.https);
        if (session !== undefined) visitor.cookies.set('ASP.NET_SessionId', session);
        await visitor.post(path, fields, headers);
        await visitor.ask('/Home.aspx?x=1');
        expect((await visitor.ask('/iapi/')).status).toBe(401);
        expect(world.ibackend.seen).toEqual([]);
      });

  it('an invented session and no cookie of ours', async () => {
    expect(await status('/iapi/', withCookie('ASP.NET_SessionId=inventedsessionidentifie'))).toBe(401);
  });

  it("a legacy session that is logged in, without the gateway's cookie", async () => {
    const { session } = genuineSession(world);
    expect(await status('/iapi/', withCookie(`ASP.NET_SessionId=${session}`))).toBe(401);
  });

  it('a session that the attacker knew before the login (fixation)', async () => {
    const planted = 'plantedsessionidentifier';
    const victim = openVisitor(world.gateway.https);
    victim.cookies.set('ASP.NET_SessionId', planted);
    await victim.login();
    expect(victim.cookies.get('ASP.NET_SessionId')).not.toBe(planted);
    expect(world.legacy.sessions.get(planted)?.user).toBeUndefined();
    expect((await victim.ask('/iapi/')).status).toBe(200);
  });

  for (const path of [
    '/',
    '/default.aspx',
    '/Default.aspx/',
    '/%44efault.aspx',
    '/DEFAULT.ASPX/x/y',
    '//Default.aspx',
    '/x/..%5cDefault.aspx',
    '/./Default.aspx?a=b',
    '/Default.aspx.',
  ])
    it(`no spelling of the login page keeps the visitor's session: ${path}`, async () => {
      const visitor = openVisitor(world.gateway.https);
      visitor.cookies.set('ASP.NET_SessionId', 'plantedsessionidentifier');
      visitor.cookies.set('CultureInfo', 'fr');
      await visitor.login('admin', 'admin123', path).catch(() => undefined);
      for (const { method, headers } of world.legacy.seen.filter((seen) => seen.method === 'POST'))
        expect([method, headers['cookie']]).toEqual(['POST', 'CultureInfo=fr']);
      expect(world.legacy.seen.length).toBeGreaterThan(0);
    });

  it('an encoding that only IIS knows is refused before anyone reads it', async () => {
    expect(await status('/%u0044efault.aspx', { method: 'POST' })).toBe(400);
  });
});

describe("abusing the gateway's cookie", () => {
  it('is accepted as it is', async () => {
    const { sealed, session } = genuineSession(world);
    expect(await status('/iapi/', withCookie(cookieHeader(sealed, session)))).toBe(200);
  });

  const broken: readonly [string, (sealed: string, session: string) => string | string[]][] = [
    ['with another session', (sealed) => cookieHeader(sealed, newSessionId())],
    ['without a session', (sealed) => `${own}=${sealed}`],
    [
      'with another user',
      (sealed, session) =>
        cookieHeader(sealed.replace(/^1\.[^.]*/, `1.${Buffer.from('Nurse').toString('base64url')}`), session),
    ],
    [
      'with a changed time',
      (sealed, session) => cookieHeader(sealed.replace(/\.\d+\.([^.]*)$/, `.${now() + 9}.$1`), session),
    ],
    [
      'with a changed last character',
      (sealed, session) => cookieHeader(sealed.slice(0, -1) + (sealed.endsWith('A') ? 'E' : 'A'), session),
    ],
    ['cut short', (sealed, session) => cookieHeader(sealed.slice(0, -5), session)],
    ['without its mac', (sealed, session) => cookieHeader(sealed.replace(/\.[^.]*$/, ''), session)],
    ['with a longer mac', (sealed, session) => cookieHeader(`${sealed}A`, session)],
    ['empty', (_, session) => cookieHeader('', session)],
    ['of 10 kB', (sealed, session) => cookieHeader(sealed + 'A'.repeat(10_000), session)],
    ['twice', (sealed, session) => `${cookieHeader(sealed, session)}; ${own}=${sealed}`],
    ['twice, in two headers', (sealed, session) => [cookieHeader(sealed, session), `${own}=x`]],
    [
      'with a second session',
      (sealed, session) => `${cookieHeader(sealed, session)}; ASP.NET_SessionId=${newSessionId()}`,
    ],
    [
      'with a second session in another case',
      (sealed, session) => `${cookieHeader(sealed, session)}; asp.net_sessionID=${newSessionId()}`,
    ],
    [
      'with a second session in another header',
      (sealed, session) => [cookieHeader(sealed, session), `ASP.NET_SessionId=${newSessionId()}`],
    ],
    [
      'in another case',
      (sealed, session) => cookieHeader(sealed, session).replace('__Host-openimis-test', '__host-OPENIMIS-test'),
    ],
    ['in quotes', (sealed, session) => cookieHeader(`"${sealed}"`, session)],
  ];
  for (const [name, change] of broken)
    it(`fails ${name}`, async () => {
      const { sealed, session } = genuineSession(world);
      expect(await status('/iapi/', withCookie(change(sealed, session)))).toBe(401);
      expect(world.ibackend.seen).toEqual([]);
    });

  it('fails when it is of another server, or of another key', async () => {
    const session = newSessionId();
    const key = world.gateway.secrets.signingKey;
    const others = [
      seal(key, { user: 'Admin', session, server: 'qa' }),
      seal('0'.repeat(64), { user: 'Admin', session }),
    ];
    for (const sealed of others) expect(await status('/iapi/', withCookie(cookieHeader(sealed, session)))).toBe(401);
  });

  it('fails when it was issued in the future', async () => {
    const session = newSessionId();
    const sealed = seal(world.gateway.secrets.signingKey, { user: 'Admin', session, issued: now() + 3600 });
    expect(await status('/iapi/', withCookie(cookieHeader(sealed, session)))).toBe(401);
  });

  it('cannot be made by an application or lifted from its answer', async () => {
    const { sealed, session } = genuineSession(world);
    const answer = await ask(world.gateway.https, '/iapi/', withCookie(cookieHeader(sealed, session)));
    expect(answer.setCookies).toEqual(['csrftoken=token; Path=/api/']);
  });
});

it('leaves no error in the log', async () => {
  expect(unexpected(await world.gateway.errors())).toEqual([]);
});
