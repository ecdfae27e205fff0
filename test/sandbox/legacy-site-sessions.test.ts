import { describe, expect, test } from 'vitest';

import type { LegacyVersion } from '../../src/sandbox/stand-ins/legacy-site/versions.ts';
import { adminPassword, clientOf, credentials, currentUser, hidden, withLegacy } from './legacy-client.ts';

// The sentences of domain.md section 2 about sessions, redirects and addresses.

const some: readonly LegacyVersion[] = ['1.2.0', '1.4.1', '1.6.2', '1.7.0'];

describe.each(some)('the sessions of %s', (version) => {
  test('Logout.aspx: any method, ends the session, 302 Default.aspx; the cookie stays and is reused', () =>
    withLegacy({ version }, async (site, client) => {
      for (const method of ['GET', 'POST', 'HEAD', 'PUT']) {
        await client.logIn('Admin', adminPassword);
        const id = client.cookies.get('ASP.NET_SessionId');
        const reply = await client.ask('/Logout.aspx', { method });
        expect([reply.status, reply.location, reply.setCookies]).toEqual([302, '/Default.aspx', []]);
        expect((await client.ask('/Home.aspx?x=1')).location).toBe('/Default.aspx');
        await client.logIn('clerk', 'clerk-sandbox');
        expect(client.cookies.get('ASP.NET_SessionId')).toBe(id);
        expect(site.sessions().find((session) => session.id === id)?.userId).toBe(2);
      }
    }));

  test('not logged in: without Referer and ?x=1 it is 200 Redirected.htm, with one of them 302 Default.aspx', () =>
    withLegacy({ version }, async (_, client) => {
      const bare = await client.ask('/FindFamily.aspx');
      expect(bare.status).toBe(200);
      expect(bare.body).toContain('javascript:window.history.back()');
      for (const [path, headers] of [
        ['/FindFamily.aspx?x=1', {}],
        ['/FindFamily.aspx', { referer: 'http://a/' }],
      ] as const)
        expect((await client.ask(path, { headers })).location).toBe('/Default.aspx');
    }));

  test('logged in, the Referer rule comes first all the same', () =>
    withLegacy({ version }, async (_, client) => {
      await client.logIn('Admin', adminPassword);
      expect(currentUser((await client.ask('/Home.aspx')).body)).toBeUndefined();
      expect(currentUser((await client.ask('/Home.aspx?X=1')).body)).toBeDefined();
    }));

  test('paths match in any case', () =>
    withLegacy({ version }, async (_, client) => {
      await client.logIn('Admin', adminPassword);
      for (const path of ['/HOME.ASPX?x=1', '/home.aspx?X=1', '/Home.aspx/x/y?x=1'])
        expect((await client.ask(path)).status).toBe(200);
      expect((await client.ask('/LOGOUT.aspx')).location).toBe('/Default.aspx');
    }));

  test('a virtual directory is in every address and redirect', () =>
    withLegacy({ version, virtualDirectory: '/imis' }, async (_, client) => {
      expect((await client.logIn('Admin', adminPassword)).location).toBe('/imis/Home.aspx');
      expect((await client.ask('/IMIS/Logout.aspx')).location).toBe('/imis/Default.aspx');
      expect((await client.ask('/Home.aspx?x=1')).status).toBe(404);
    }));

  test('the time-out is 20 minutes, sliding', async () => {
    let time = 1_000_000;
    await withLegacy({ version, now: () => time }, async (_, client) => {
      await client.logIn('Admin', adminPassword);
      for (const minutes of [19, 19, 19]) {
        time += minutes * 60_000;
        expect((await client.ask('/Home.aspx?x=1')).status).toBe(200);
      }
      time += 20 * 60_000;
      expect((await client.ask('/Home.aspx?x=1')).location).toBe('/Default.aspx');
    });
  });

  test('the requests of one session run one by one: a probe waits behind a slow page, another session does not', () =>
    withLegacy({ version }, async (site, client) => {
      await client.logIn('Admin', adminPassword);
      const order: string[] = [];
      const slow = client.ask('/Reports.aspx?x=1&slow=400').then(() => order.push('slow'));
      await expect.poll(() => site.state.requestsByPath.get('/reports.aspx')).toBe(1);
      const probe = client.ask('/Home.aspx?x=1').then(() => order.push('probe'));
      const other = clientOf(site.url)
        .ask('/')
        .then(() => order.push('other session'));
      const image = client.ask('/Images/logo.png').then(() => order.push('file'));
      await Promise.all([slow, probe, other, image]);
      expect(order.slice(2)).toEqual(['slow', 'probe']);
    }));

  test('a bad CultureInfo breaks every page', () =>
    withLegacy({ version }, async (_, client) => {
      const bad = version === '1.2.0' || version === '1.4.1' ? 'not a language' : 'en';
      client.cookies.set('CultureInfo', bad);
      for (const path of ['/', '/Home.aspx?x=1', '/Logout.aspx', '/Images/logo.png'])
        expect((await client.ask(path)).location).toMatch(/^\/Error\.htm/);
      expect((await client.ask('/Error.htm?aspxerrorpath=/')).status).toBe(500);
      client.cookies.delete('CultureInfo');
      expect((await client.ask('/')).status).toBe(200);
    }));

  test('a redirect answer to an UpdatePanel post is a 200 that its script carries out', () =>
    withLegacy({ version }, async (_, client) => {
      const fields = hidden((await client.ask('/')).body);
      const form = [...fields, ...credentials('Admin', adminPassword)];
      const reply = await client.ask('/', { form, headers: { 'X-MicrosoftAjax': 'Delta=true' } });
      expect(reply.status).toBe(200);
      expect(reply.body).toBe('0|pageRedirect||%2FHome.aspx|');
    }));
});

test('sessions are in process: after a recycle of it nobody is logged in', () =>
  withLegacy({}, async (site, client) => {
    await client.logIn('Admin', adminPassword);
    site.control.endSessions();
    expect((await client.ask('/Home.aspx?x=1')).location).toBe('/Default.aspx');
  }));
