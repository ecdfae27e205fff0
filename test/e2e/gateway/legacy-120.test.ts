import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type Answer, askRaw, openVisitor, type Visitor } from './support/client.ts';
import { logIn, logInDirectly, loginFields, openWorld120, type World120 } from './support/legacy-120.ts';
import { cookieHeader, now, seal } from './support/seal.ts';
import { toldIdentity, unexpected } from './support/who.ts';

let world: World120;

beforeAll(async () => {
  world = await openWorld120();
});
afterAll(() => world.close());
beforeEach(() => void (world.application.seen.length = 0));

/** The user that /iapi sees, or the status of the refusal. */
async function who(visitor: Visitor): Promise<string | number> {
  const answer = await visitor.ask('/iapi/who');
  return answer.status === 200 ? identity(answer) : answer.status;
}

const identity = (answer: Answer): string =>
  toldIdentity(answer, `X-Openimis-${world.gateway.secrets.identityHeader}`).join();

/** Everybody the application was told it served. */
const everybodyTold = (): readonly string[] =>
  world.application.seen.flatMap(({ rawHeaders }) =>
    rawHeaders.filter((_, at) => at % 2 === 1 && /^x-openimis-/i.test(rawHeaders[at - 1] ?? '')),
  );

describe('a legacy 1.2.0, which shows no login name', () => {
  it('the name is the one that was typed, at the first login and at every other one', async () => {
    expect((await world.gateway.run('openimis-gateway', 'sign-on')).output).toBe('');
    for (const [typed, told] of [
      ['clerk', 'clerk'],
      ['Admin', 'Admin'],
      ['ADMIN  ', 'ADMIN'],
      ["O'Brien", "O'Brien"],
    ]) {
      const visitor = openVisitor(world.gateway.https);
      const answer = await logIn(visitor, typed ?? '');
      expect([answer.status, answer.headers['location']]).toEqual([302, '/Home.aspx']);
      expect(await who(visitor)).toBe(told);
      expect((await visitor.ask('/Home.aspx?x=1')).body).toContain('v1.2.0');
      expect((await world.gateway.run('openimis-gateway', 'sign-on')).output).toBe('typed');
    }
  });

  it('a parenthesis in a name there is no login name', async () => {
    const visitor = openVisitor(world.gateway.https);
    await logIn(visitor, 'clerk');
    expect((await visitor.ask('/Home.aspx?x=1')).body).toContain('Gurung (Admin)');
    expect(await who(visitor)).toBe('clerk');
  });

  it('a login that fails signs nobody on, and its page passes', async () => {
    const visitor = openVisitor(world.gateway.https);
    const answer = await visitor.post('/', { ...(await loginFields(visitor, 'Admin')), txtPassword: 'wrong' });
    expect([answer.status, answer.body.includes('lblMessage')]).toEqual([200, true]);
    expect(await who(visitor)).toBe(401);
  });

  it('stays signed on while the legacy shows that someone is logged in, and not longer', async () => {
    const visitor = openVisitor(world.gateway.https);
    await logIn(visitor, 'clerk');
    const session = visitor.cookies.get('ASP.NET_SessionId') ?? '';
    const at = now() - 61;
    const sealed = seal(world.gateway.secrets.signingKey, { user: 'clerk', session, issued: at, confirmed: at });
    const other = openVisitor(world.gateway.https);
    const asked = { headers: { cookie: cookieHeader(sealed, session) } };
    const before = world.site.state.requestsByPath.get('/home.aspx') ?? 0;
    expect(identity(await other.ask('/iapi/', asked))).toBe('clerk');
    expect(world.site.state.requestsByPath.get('/home.aspx')).toBe(before + 1);
    world.site.control.endSessions();
    const later = seal(world.gateway.secrets.signingKey, { user: 'clerk', session, issued: at - 1, confirmed: at });
    expect((await other.ask('/iapi/', { headers: { cookie: cookieHeader(later, session) } })).status).toBe(401);
  });

  it('is remembered after a restart; a logout ends a sign-on at once', async () => {
    await world.gateway.restart();
    expect((await world.gateway.run('openimis-gateway', 'sign-on')).output).toBe('typed');
    const visitor = openVisitor(world.gateway.https);
    await logIn(visitor, 'clerk');
    const cookies = new Map(visitor.cookies);
    await visitor.ask('/logout');
    for (const [name, value] of cookies) visitor.cookies.set(name, value);
    expect(await who(visitor)).toBe(401);
  });
});

describe('getting a foreign name', () => {
  const urlencoded = 'application/x-www-form-urlencoded';
  const bodies: readonly [string, (good: string) => readonly [string, string]][] = [
    ['a second field', (good) => [urlencoded, `${good}&txtUserName=Admin`]],
    ['a second field in another case', (good) => [urlencoded, `TXTUSERNAME=Admin&${good}`]],
    ['a second field, encoded', (good) => [urlencoded, `${good}&%74xtUserName=Admin`]],
    ['a second field, with a blank', (good) => [urlencoded, `${good}&txtUserName%20=Admin`]],
    ['a name that SQL Server cuts', (good) => [urlencoded, good.replace('=clerk', `=clerk${'+'.repeat(21)}Admin`)]],
    ['a blank before the name', (good) => [urlencoded, good.replace('=clerk', '=+clerk')]],
    ['a letter that becomes another one', (good) => [urlencoded, good.replace('=clerk', '=%EF%BD%83lerk')]],
    ['an encoding that only ASP.NET knows', (good) => [urlencoded, good.replace('=clerk', '=%u0063lerk')]],
    ['a body in another character set', (good) => [`${urlencoded}; charset=utf-7`, good]],
    ['a body that is too long', (good) => [urlencoded, `${good}&x=${'x'.repeat(17_000)}`]],
    ['the argument of another button', (good) => [urlencoded, good.replace('__EVENTARGUMENT=', '__EVENTARGUMENT=x')]],
    [
      'multipart',
      (good) => [
        'multipart/form-data; boundary=b',
        `${[...new URLSearchParams(good)].map(([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join('')}--b--\r\n`,
      ],
    ],
  ];
  for (const [name, change] of bodies)
    it(`${name}: nobody is signed on`, async () => {
      const visitor = openVisitor(world.gateway.https);
      const good = new URLSearchParams(await loginFields(visitor, 'clerk')).toString();
      const [type, body] = change(good);
      await visitor.ask('/', { method: 'POST', body, headers: { 'content-type': type } });
      expect([401, 503]).toContain(await who(visitor));
      expect(everybodyTold()).toEqual([]);
    });

  it('a body in chunks: nobody is signed on', async () => {
    const visitor = openVisitor(world.gateway.https);
    const body = new URLSearchParams(await loginFields(visitor, 'clerk')).toString();
    const answer = await askRaw(
      world.gateway.https,
      `POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: ${urlencoded}\r\nTransfer-Encoding: chunked\r\n\r\n` +
        `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 302/);
    for (const [, name = '', value = ''] of answer.matchAll(/set-cookie: ([^=]+)=([^;]*)/gi))
      visitor.cookies.set(name, value);
    expect(visitor.cookies.has('__Host-openimis-test')).toBe(true);
    expect(await who(visitor)).toBe(503);
  });

  it('by a redirect that is no login, in a session that is logged in afterwards past the gateway', async () => {
    const attacker = openVisitor(world.gateway.https);
    const hole = { __EVENTARGUMENT: 'SaveOfflineHFID', txtOfflineHF: '1' };
    for (const extra of [{}, { txtPassword: 'x', btnLogin: 'Login' }]) {
      const answer = await attacker.post('/', { ...hole, ...extra, txtUserName: 'Admin' });
      expect(answer.headers['location']).toBe('/Home.aspx');
      const session = attacker.cookies.get('ASP.NET_SessionId') ?? '';
      expect(await logInDirectly(world.site, session, await loginFields(attacker, 'clerk'))).toBe(302);
      attacker.cookies.set('ASP.NET_SessionId', session);
      expect(await who(attacker)).not.toBe('Admin');
    }
    expect(everybodyTold()).toEqual([]);
  });

  it('by posting it at the same moment as a login of one’s own', async () => {
    const opened = openVisitor(world.gateway.https);
    const own = await loginFields(opened, 'clerk');
    const foreign = [
      { ...own, txtUserName: 'Admin', txtPassword: 'wrong' },
      {
        __EVENTARGUMENT: 'SaveOfflineHFID',
        txtOfflineHF: '1',
        txtUserName: 'Admin',
        txtPassword: 'x',
        btnLogin: 'Login',
      },
    ];
    const visitors = Array.from({ length: 24 }, () => {
      const visitor = openVisitor(world.gateway.https);
      for (const [name, value] of opened.cookies) visitor.cookies.set(name, value);
      return visitor;
    });
    await Promise.all(
      visitors.map((visitor, at) => visitor.post('/', at % 2 === 0 ? own : (foreign[(at >> 1) % 2] ?? own))),
    );
    // Every cookie of the gateway with every session of the legacy.
    const gained = new Set<string | number>();
    for (const { cookies } of visitors)
      for (const sessions of visitors) {
        const visitor = openVisitor(world.gateway.https);
        for (const [name, value] of cookies) visitor.cookies.set(name, value);
        visitor.cookies.set('ASP.NET_SessionId', sessions.cookies.get('ASP.NET_SessionId') ?? '');
        gained.add(await who(visitor));
      }
    expect([...gained].sort()).toEqual([401, 'clerk']);
    expect(new Set(everybodyTold())).toEqual(new Set(['clerk']));
  });
});

it('with keepOnLogin there is no fresh session, so nobody is signed on', async () => {
  const keeping = await openWorld120({ session: { keepOnLogin: true } });
  try {
    const visitor = openVisitor(keeping.gateway.https);
    expect((await logIn(visitor, 'clerk')).status).toBe(302);
    expect((await visitor.ask('/Home.aspx?x=1')).status).toBe(200);
    expect((await visitor.ask('/iapi/')).status).toBe(503);
  } finally {
    await keeping.close();
  }
});

it('leaves no error in the log', async () => {
  expect(unexpected(await world.gateway.errors())).toEqual([]);
});
