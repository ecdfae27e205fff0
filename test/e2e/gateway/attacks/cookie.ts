import { ask } from '../support/client.ts';
import { cookieHeader, newSessionId, now, seal } from '../support/seal.ts';
import { genuineSession, type World } from '../support/world.ts';
import { adminHeaders, type Attack, attacks, asksIapi, gained, signedOn } from './attack.ts';

const own = '__Host-openimis-test';

type Change = (sealed: string, session: string) => string | string[];

/** A genuine cookie of Admin, changed. */
const changed =
  (change: Change): Attack['attempt'] =>
  (world) => {
    const { sealed, session } = genuineSession(world);
    return asksIapi(world, { cookie: change(sealed, session) });
  };

/** A cookie made with the server's own key, with other content. */
const made =
  (content: { issued?: number; confirmed?: number; server?: string }, key?: string): Attack['attempt'] =>
  (world) => {
    const session = newSessionId();
    const sealed = seal(key ?? world.gateway.secrets.signingKey, { user: 'Admin', session, ...content });
    return asksIapi(world, { cookie: cookieHeader(sealed, session) });
  };

/** A session that the legacy knows, confirmed some seconds ago. */
function confirmed(world: World, seconds: number, user: string | undefined): Record<string, string> {
  const session = newSessionId();
  world.legacy.sessions.set(session, user === undefined ? {} : { user });
  const at = now() - seconds;
  const sealed = seal(world.gateway.secrets.signingKey, { user: 'Admin', session, issued: at, confirmed: at });
  return { cookie: cookieHeader(sealed, session) };
}

/** Signs on, keeps the cookies, ends the sign-on, tries the old cookies again. */
const replayed =
  (end: (visitor: Awaited<ReturnType<typeof signedOn>>) => Promise<unknown>): Attack['attempt'] =>
  async (world) => {
    const visitor = await signedOn(world);
    const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    await end(visitor);
    return gained(await ask(world.gateway.https, '/iapi/', { headers: { cookie } }), '/iapi after the end');
  };

const sixTimes = <Made>(make: () => Made): Made[] => Array.from({ length: 6 }, make);

export const cookieAttacks: readonly Attack[] = [
  ...attacks('no-binding', {
    'the cookie with another session': changed((sealed) => cookieHeader(sealed, newSessionId())),
    'the cookie without a session': changed((sealed) => `${own}=${sealed}`),
    'the cookie with a session that is no session': changed((sealed) => cookieHeader(sealed, 'a b')),
  }),
  ...attacks('no-mac', {
    'the cookie with another user': changed((sealed, session) =>
      cookieHeader(sealed.replace(/^1\.[^.]*/, `1.${Buffer.from('Nurse').toString('base64url')}`), session),
    ),
    'the cookie with a changed time': changed((sealed, session) =>
      cookieHeader(sealed.replace(/\.\d+\.([^.]*)$/, `.${now() + 9}.$1`), session),
    ),
    'the cookie with a changed last character': changed((sealed, session) =>
      cookieHeader(sealed.slice(0, -1) + (sealed.endsWith('A') ? 'E' : 'A'), session),
    ),
    'the cookie cut short': changed((sealed, session) => cookieHeader(sealed.slice(0, -5), session)),
    'the cookie without its mac': changed((sealed, session) => cookieHeader(sealed.replace(/\.[^.]*$/, ''), session)),
    'the cookie with a longer mac': changed((sealed, session) => cookieHeader(`${sealed}A`, session)),
    'the cookie of 10 kB': changed((sealed, session) => cookieHeader(sealed + 'A'.repeat(10_000), session)),
    'the cookie in quotes': changed((sealed, session) => cookieHeader(`"${sealed}"`, session)),
    'the cookie of another server': made({ server: 'qa' }),
    'the cookie of another key': made({}, '0'.repeat(64)),
    'a cookie that is only a name': changed((_, session) =>
      cookieHeader(`1.${Buffer.from('Admin').toString('base64url')}.a.${now()}.${now()}.a`, session),
    ),
  }),
  ...attacks('lenient-cookies', {
    'the cookie twice': changed((sealed, session) => `${cookieHeader(sealed, session)}; ${own}=${sealed}`),
    'the cookie twice, in two headers': changed((sealed, session) => [cookieHeader(sealed, session), `${own}=x`]),
    'the cookie with a second session': changed(
      (sealed, session) => `${cookieHeader(sealed, session)}; ASP.NET_SessionId=${newSessionId()}`,
    ),
    'the cookie with a second session in another case': changed(
      (sealed, session) => `${cookieHeader(sealed, session)}; asp.net_sessionID=${newSessionId()}`,
    ),
    'the cookie with a second session in another header': changed((sealed, session) => [
      cookieHeader(sealed, session),
      `ASP.NET_SessionId=${newSessionId()}`,
    ]),
    'the cookie in another case': changed((sealed, session) =>
      cookieHeader(sealed, session).replace(own, '__host-OPENIMIS-test'),
    ),
  }),
  ...attacks('no-limits', {
    'a cookie issued in the future': made({ issued: now() + 3600 }),
    'a cookie issued 13 hours ago': made({ issued: now() - 13 * 3600 }),
  }),
  ...attacks('never-asks', {
    'a session that ended in the legacy two minutes ago': (world) => asksIapi(world, confirmed(world, 120, undefined)),
    'a session that is another user by now': async (world) => {
      const answer = await ask(world.gateway.https, '/iapi/', { headers: confirmed(world, 120, 'Nurse') });
      return answer.body.includes('"Admin"') ? 'still Admin' : undefined;
    },
  }),
  ...attacks('forgets-logouts', {
    'the cookies again after /logout': replayed((visitor) => visitor.ask('/logout')),
    'the cookies again after Logout.aspx of the legacy': replayed((visitor) => visitor.ask('/Logout.aspx')),
    'the cookies again after lOGOUT.ASPX/x': replayed((visitor) => visitor.ask('/lOGOUT.ASPX/x')),
    'the cookies again after another login': replayed((visitor) => visitor.login('nurse', 'nurse-1')),
    'the cookies again after a failed login': replayed((visitor) => visitor.login('admin', 'wrong')),
    'the cookies again after a logout at the moment of a check': async (world) => {
      const headers = confirmed(world, 50, 'Admin');
      world.legacy.homeDelay = 300;
      await ask(world.gateway.https, '/iapi/', { headers });
      await ask(world.gateway.https, '/logout', { headers });
      // The check began before the logout and ends after it; its answer must not bring the session back.
      for (const end = Date.now() + 5000; Date.now() < end; await new Promise((tick) => setTimeout(tick, 50)))
        if (world.legacy.seen.some(({ url }) => /home\.aspx/i.test(url))) break;
      await new Promise((answered) => setTimeout(answered, 400));
      return asksIapi(world, headers);
    },
  }),
  ...attacks('decides-for-a-second', {
    'the cookies again in the second of a logout': async (world) => {
      for (let turn = 0; turn < 5; turn++) {
        const headers = adminHeaders(world);
        // Both workers have decided about these cookies.
        for (let time = 0; time < 2; time++) await Promise.all(sixTimes(() => asksIapi(world, headers)));
        await ask(world.gateway.https, '/logout', { headers });
        const again = await Promise.all(sixTimes(() => asksIapi(world, headers)));
        const served = again.find((found) => found !== undefined);
        if (served !== undefined) return served;
      }
      return undefined;
    },
  }),
  ...attacks('grace-for-all', {
    'a session whose own check is kept busy': async (world) => {
      const headers = confirmed(world, 120, 'Admin');
      world.legacy.homeDelay = 2600;
      return asksIapi(world, headers);
    },
  }),
  ...attacks('endless-grace', {
    'a cookie confirmed 20 minutes ago while the legacy is down': async (world) => {
      const headers = confirmed(world, 1200, 'Admin');
      world.legacy.silent = true;
      // The gateway may believe for a second what it knew of the legacy before.
      const first = await asksIapi(world, headers);
      if (first !== undefined) return first;
      await new Promise((later) => setTimeout(later, 1200));
      return asksIapi(world, headers);
    },
  }),
];
