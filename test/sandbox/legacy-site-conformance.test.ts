import { describe, expect, test } from 'vitest';

import { legacyUsers } from '../../src/sandbox/stand-ins/legacy-site/options.ts';
import { legacyVersions, type LegacyVersion } from '../../src/sandbox/stand-ins/legacy-site/versions.ts';
import { adminPassword, clientOf, credentials, hidden, withLegacy } from './legacy-client.ts';

// One test per sentence of domain.md section 2 about the login; sessions, pages and names are in legacy-site-*.test.ts.

const some: readonly LegacyVersion[] = ['1.2.0', '1.4.1', '1.6.2', '1.7.0'];

describe.each(some)('the login of %s', (version) => {
  test('/ is Default.aspx, with plain field names and no master page', () =>
    withLegacy({ version }, async (_, client) => {
      const root = await client.ask('/');
      const named = await client.ask('/Default.aspx');
      expect([root.status, named.status]).toEqual([200, 200]);
      for (const field of ['txtUserName', 'txtPassword', 'btnLogin']) expect(root.body).toContain(`name="${field}"`);
      expect(root.body).toMatch(/name="btnLogin" value="Login"/);
      expect(root.body).not.toContain('ctl00$');
      expect(root.body).not.toContain('FindFamily.aspx');
    }));

  test('the hidden fields are hfOfflineHFIDFlag, __VIEWSTATE, __EVENTVALIDATION', () =>
    withLegacy({ version }, async (_, client) => {
      const names = hidden((await client.ask('/')).body).map(([name]) => name);
      expect(names).toEqual(expect.arrayContaining(['hfOfflineHFIDFlag', '__VIEWSTATE', '__EVENTVALIDATION']));
    }));

  test.each(['__VIEWSTATE', '__EVENTVALIDATION', 'hfOfflineHFIDFlag'])(
    'every hidden field must be sent back: %s',
    (absent) =>
      withLegacy({ version }, async (site, client) => {
        const fields = hidden((await client.ask('/')).body).filter(([name]) => name !== absent);
        const reply = await client.ask('/', { form: [...fields, ...credentials('Admin', adminPassword)] });
        expect(reply.location ?? '').not.toMatch(/home/i);
        expect(site.state.logins).toBe(0);
        expect((await client.ask('/Home.aspx?x=1')).location).toBe('/Default.aspx');
      }),
  );

  test('a POST of name and password alone is no postback: the form comes again, nobody is logged in', () =>
    withLegacy({ version }, async (site, client) => {
      const reply = await client.ask('/', { form: credentials('Admin', adminPassword) });
      expect(reply.status).toBe(200);
      expect(site.state.logins + site.state.failedLogins).toBe(0);
    }));

  test('a view state of another page or process is an error', () =>
    withLegacy({ version }, async (_, client) => {
      const other = hidden((await client.ask('/ForgotPassword.aspx')).body);
      const form = [...other, ['hfOfflineHFIDFlag', '0'] as const, ...credentials('Admin', adminPassword)];
      expect((await client.ask('/', { form })).location).toMatch(/^\/Error\.htm\?aspxerrorpath=/);
    }));

  test('name and password take 25 characters each', () =>
    withLegacy({ version }, async (_, client) => {
      expect((await client.ask('/')).body.match(/maxlength="25"/g)).toHaveLength(2);
    }));

  test('success: 302 Home.aspx, rooted and not absolute, and the cookie CultureInfo', () =>
    withLegacy({ version }, async (_, client) => {
      const reply = await client.logIn('Admin', adminPassword);
      expect([reply.status, reply.location]).toEqual([302, '/Home.aspx']);
      expect(reply.setCookies.filter((cookie) => cookie.startsWith('CultureInfo='))).toHaveLength(1);
    }));

  test('ASP.NET_SessionId is set at the first GET', () =>
    withLegacy({ version }, async (_, client) => {
      const [cookie = ''] = (await client.ask('/')).setCookies;
      expect(cookie).toMatch(/^ASP\.NET_SessionId=[a-z0-5]{24}; path=\/; HttpOnly/);
      expect((await client.ask('/')).setCookies).toEqual([]);
    }));

  test('failure: 200 with lblMessage, the same for a wrong user and a wrong password', () =>
    withLegacy({ version }, async (site) => {
      const wrongUser = await clientOf(site.url).logIn('nobody', adminPassword);
      const wrongPassword = await clientOf(site.url).logIn('Admin', 'wrong');
      const message = (body: string): string | undefined => /<span id="lblMessage"[^>]*>([^<]+)</.exec(body)?.[1];
      expect([wrongUser.status, wrongPassword.status]).toEqual([200, 200]);
      expect(message(wrongUser.body)).toBeTruthy();
      expect(message(wrongUser.body)).toBe(message(wrongPassword.body));
    }));

  test('there is no lock-out', () =>
    withLegacy({ version }, async (site, client) => {
      for (let n = 0; n < 12; n++) await client.logIn('Admin', 'wrong');
      expect(site.state.failedLogins).toBe(12);
      expect((await client.logIn('Admin', adminPassword)).status).toBe(302);
    }));

  test('the session id is unchanged by the login', () =>
    withLegacy({ version }, async (_, client) => {
      await client.ask('/');
      const before = client.cookies.get('ASP.NET_SessionId');
      const reply = await client.logIn('Admin', adminPassword);
      expect(client.cookies.get('ASP.NET_SessionId')).toBe(before);
      expect(reply.setCookies.join()).not.toContain('SessionId');
    }));

  test('an invented session id of the right form is accepted, another one is replaced', () =>
    withLegacy({ version }, async (site) => {
      const invented = clientOf(site.url, new Map([['ASP.NET_SessionId', 'abcdefghijklmnopqrstuv00']]));
      expect((await invented.logIn('Admin', adminPassword)).setCookies.join()).not.toContain('SessionId');
      const odd = clientOf(site.url, new Map([['ASP.NET_SessionId', 'short']]));
      expect((await odd.ask('/')).setCookies.join()).toContain('SessionId');
    }));

  test('cookie names match in any case', () =>
    withLegacy({ version }, async (site, client) => {
      await client.logIn('Admin', adminPassword);
      const id = client.cookies.get('ASP.NET_SessionId') ?? '';
      const other = clientOf(site.url, new Map([['asp.net_sessionid', id]]));
      expect((await other.ask('/Home.aspx?x=1')).status).toBe(200);
    }));

  test('`admin ` logs in as Admin: the look-up ignores case and trailing blanks, and the name goes as VARCHAR(25)', () =>
    withLegacy({ version }, async (site) => {
      for (const typed of ['admin ', 'ADMIN', `Admin${' '.repeat(20)}anything`]) {
        const client = clientOf(site.url);
        expect((await client.logIn(typed, adminPassword)).status).toBe(302);
        const [session] = site.sessions().filter((one) => one.id === client.cookies.get('ASP.NET_SessionId'));
        expect(session?.userId).toBe(1);
      }
    }));

  test('field names match in any case', () =>
    withLegacy({ version }, async (_, client) => {
      const fields = hidden((await client.ask('/')).body).map(([name, value]) => [name.toUpperCase(), value] as const);
      const form = [
        ...fields,
        ['TXTUSERNAME', 'Admin'],
        ['txtpassword', adminPassword],
        ['BTNLOGIN', 'Login'],
      ] as const;
      expect((await client.ask('/', { form })).location).toBe('/Home.aspx');
    }));

  test('a name that is posted twice is read as "first,second"', () =>
    withLegacy({ version }, async (_, client) => {
      expect((await client.logIn('Admin', adminPassword, [['txtUserName', 'clerk']])).status).toBe(200);
    }));

  test('the hole: a bare POST of SaveOfflineHFID redirects to Home.aspx without a login, and writes', () =>
    withLegacy({ version }, async (site, client) => {
      const form = [
        ['__EVENTARGUMENT', 'SaveOfflineHFID'],
        ['txtOfflineHF', '1'],
        ['txtUserName', 'Admin'],
      ] as const;
      const reply = await client.ask('/Default.aspx', { form });
      expect([reply.status, reply.location]).toEqual([302, '/Home.aspx']);
      expect(site.state.offlineWrites).toBe(1);
      expect(site.sessions().every((session) => session.userId === undefined)).toBe(true);
    }));
});

test.each(legacyVersions)('CultureInfo is the language code, from 1.6.2 two languages: %s', (version) =>
  withLegacy({ version }, async (_, client) => {
    const { setCookies } = await client.logIn('Admin', adminPassword);
    const culture = ['1.6.2', '1.7.0'].includes(version) ? 'SelectedLanguage=en&Language1=en&Language2=fr' : 'en';
    expect(setCookies).toContainEqual(`CultureInfo=${culture}; path=/`);
  }),
);

test.each(legacyVersions)('the name is trimmed only from 1.6.0: a leading blank in %s', (version) =>
  withLegacy({ version }, async (_, client) => {
    const trims = ['1.6.0', '1.6.1', '1.6.2', '1.7.0'].includes(version);
    expect((await client.logIn(' Admin', adminPassword)).status).toBe(trims ? 302 : 200);
  }),
);

test('users have passwords of their own, and a disabled one cannot log in', () =>
  withLegacy({}, async (site) => {
    for (const user of legacyUsers())
      expect((await clientOf(site.url).logIn(user.loginName, user.password)).status).toBe(302);
    site.control.disableUser('clerk');
    expect((await clientOf(site.url).logIn('clerk', 'clerk-sandbox')).status).toBe(200);
  }));
