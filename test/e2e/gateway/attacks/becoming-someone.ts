import { ask, openVisitor } from '../support/client.ts';
import { cookieHeader, newSessionId } from '../support/seal.ts';
import type { World } from '../support/world.ts';
import { type Attack, attacks, asksIapi, gained } from './attack.ts';

const referer = { referer: 'https://127.0.0.1/' };

/** Posts a name with an invented session, then asks /iapi with whatever came back. */
function forged(
  path: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Attack['attempt'] {
  return async (world) => {
    const visitor = openVisitor(world.gateway.https);
    visitor.cookies.set('ASP.NET_SessionId', 'inventedsessionidentifie');
    await visitor.post(path, fields, headers);
    return gained(await visitor.ask('/iapi/'), '/iapi after the POST');
  };
}

const offline = { __EVENTARGUMENT: 'SaveOfflineHFID', txtOfflineHF: '1', txtUserName: 'Admin' };

/** The victim logs in with a session that the attacker planted: is that one logged in now? */
function planted(path: string): Attack['attempt'] {
  return async (world) => {
    const session = newSessionId();
    world.legacy.sessions.set(session, {});
    const victim = openVisitor(world.gateway.https);
    victim.cookies.set('ASP.NET_SessionId', session);
    await victim.login('admin', 'admin123', path);
    const posts = world.legacy.seen.filter(({ method }) => method === 'POST');
    if (posts.length === 0) throw new Error('the login never reached the legacy');
    const user = world.legacy.sessions.get(session)?.user;
    return user === undefined ? undefined : `the planted session is ${user}`;
  };
}

/** Nurse logs in and asks; the same moment somebody posts Admin's name with her session. */
async function race(world: World): Promise<string | undefined> {
  const told = new Set<string>();
  for (let round = 0; round < 5; round++) {
    const nurse = openVisitor(world.gateway.https);
    const shadow = openVisitor(world.gateway.https);
    const [answer] = await Promise.all([
      nurse.login('nurse', 'nurse-1'),
      ...['/', '/Logout.aspx', '/Policy.aspx'].map((path) =>
        shadow.post(path, { txtUserName: 'Admin', txtPassword: 'x' }, referer),
      ),
    ]);
    if (answer.status !== 302) throw new Error(`nurse could not log in: ${answer.status}`);
    const session = nurse.cookies.get('ASP.NET_SessionId') ?? '';
    shadow.cookies.set('ASP.NET_SessionId', session);
    await Promise.all([
      nurse.ask('/iapi/').then(({ body }) => told.add(body)),
      shadow.post('/Policy.aspx', { txtUserName: 'Admin' }, referer),
    ]);
    told.add((await nurse.ask('/iapi/')).body);
    told.add((await shadow.ask('/iapi/')).body);
  }
  return [...told].some((body) => body.includes('"Admin"')) ? 'the backend was told Admin' : undefined;
}

async function loginTogether(world: World): Promise<string | undefined> {
  const visitor = openVisitor(world.gateway.https);
  // The legacy reads the form, others the query first: whoever is not the legacy must not choose.
  await visitor.login('nurse', 'nurse-1', '/?txtUserName=Admin');
  const answer = await visitor.ask('/iapi/');
  return answer.body.includes('"Admin"') ? 'the backend was told Admin' : undefined;
}

export const becomingSomeone: readonly Attack[] = [
  ...attacks('believes-any-redirect', {
    'txtUserName posted to another page': forged('/Policy.aspx', { txtUserName: 'Admin' }, referer),
    'txtUserName posted to Logout.aspx': forged('/Logout.aspx', { txtUserName: 'Admin' }),
    'txtUserName posted to ForgotPassword': forged('/ForgotPassword.aspx', { txtUserName: 'Admin' }, referer),
    'txtUserName posted to a page that is not there': forged('/none/x.aspx', { txtUserName: 'Admin' }, referer),
    'a login and another POST with a foreign name at the same moment': race,
  }),
  ...attacks('believes-typed-name', {
    'the redirect of SaveOfflineHFID': forged('/Default.aspx', offline),
    'SaveOfflineHFID posted to the root': forged('/', offline),
    'SaveOfflineHFID in another spelling': forged('//DEFAULT.aspx/', offline),
    "two names in one login, one of them somebody else's": loginTogether,
  }),
  ...attacks('believes-any-answer', {
    'a wrong password': forged('/', { txtUserName: 'Admin', txtPassword: 'x' }),
    'a login sent as a query': forged('/?txtUserName=Admin&txtPassword=admin123', {}),
    'an empty password': forged('/Default.aspx', { txtUserName: 'Admin' }),
  }),
  ...attacks('keeps-session', {
    'a planted session, at the root': planted('/'),
    'a planted session, at Default.aspx': planted('/Default.aspx'),
  }),
  ...attacks(
    'knows-one-spelling',
    Object.fromEntries(
      [
        '/default.aspx',
        '/Default.aspx/',
        '/%44efault.aspx',
        '/DEFAULT.ASPX/x/y',
        '//Default.aspx',
        '/x/..%5cDefault.aspx',
        '/./Default.aspx?a=b',
        '/Default.aspx.',
      ].map((path) => [`a planted session, at ${path}`, planted(path)]),
    ),
  ),
  ...attacks('trusts-legacy-session', {
    "a legacy session that is logged in, without the gateway's cookie": async (world) => {
      const session = newSessionId();
      world.legacy.sessions.set(session, { user: 'Admin' });
      return asksIapi(world, { cookie: `ASP.NET_SessionId=${session}` });
    },
    'the same with an empty cookie': async (world) => {
      const session = newSessionId();
      world.legacy.sessions.set(session, { user: 'Admin' });
      return asksIapi(world, { cookie: cookieHeader('', session) });
    },
  }),
  ...attacks('passes-login-cookie', {
    'the cookie of the login alone, before the legacy said who it was': async (world) => {
      const visitor = openVisitor(world.gateway.https);
      await visitor.post('/', offline);
      const answer = await ask(world.gateway.https, '/iapi/', {
        headers: { cookie: [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      });
      return gained(answer, '/iapi');
    },
  }),
];
