import { describe, expect, test } from 'vitest';

import { menu } from '../../src/sandbox/stand-ins/legacy-site/layout.ts';
import { legacyUsers } from '../../src/sandbox/stand-ins/legacy-site/options.ts';
import { legacyVersions } from '../../src/sandbox/stand-ins/legacy-site/versions.ts';
import { adminPassword, clientOf, currentUser, withLegacy } from './legacy-client.ts';

// The sentences of domain.md section 2 about how the legacy tells who is logged in.

describe('who is logged in', () => {
  test.each(legacyVersions)(
    'GET /Home.aspx?x=1 of %s holds "Other Last (LoginName)"; 1.2.0 shows no login name',
    (version) =>
      withLegacy({ version }, async (_, client) => {
        await client.logIn('admin ', adminPassword);
        const home = await client.ask('/Home.aspx?x=1');
        expect(home.body).toContain('<span id="Body_txtCURRENTUSER">');
        expect(currentUser(home.body)).toBe(version === '1.2.0' ? 'Roger Admin' : 'Roger Admin (Admin)');
      }),
  );

  test('no other page shows the login name', () =>
    withLegacy({}, async (_, client) => {
      await client.logIn("O'Brien", 'obrien-sandbox');
      for (const name of menu.filter((one) => one !== 'Home' && one !== 'Logout')) {
        const page = await client.ask(`/${name}.aspx?x=1`);
        expect(page.status).toBe(200);
        expect(page.body).not.toMatch(/O'Brien|O&#39;Brien/);
      }
    }));

  test('under AutoID the id is ctl00_Body_txtCURRENTUSER', () =>
    withLegacy({ autoId: true }, async (_, client) => {
      await client.logIn('Admin', adminPassword);
      expect((await client.ask('/Home.aspx?x=1')).body).toContain('<span id="ctl00_Body_txtCURRENTUSER">');
    }));

  test("LoginName is re-read from tblUsers by the session's UserID", () =>
    withLegacy({}, async (site, client) => {
      await client.logIn('clerk', 'clerk-sandbox');
      site.control.renameUser('clerk', 'clerk2');
      expect(currentUser((await client.ask('/Home.aspx?x=1')).body)).toBe('Sita Gurung (clerk2)');
    }));

  test('it is not HTML-encoded', async () => {
    const [admin] = legacyUsers();
    if (admin === undefined) throw new Error('no user');
    const users = [{ ...admin, lastName: '<b>(Admin)</b></span>' }];
    await withLegacy({ users }, async (_, client) => {
      await client.logIn('Admin', adminPassword);
      expect((await client.ask('/Home.aspx?x=1')).body).toContain('Roger <b>(Admin)</b></span> (Admin)</span>');
    });
  });

  test('empty is a database error, or a user without a valid row', () =>
    withLegacy({}, async (site, client) => {
      await client.logIn('clerk', 'clerk-sandbox');
      site.control.setDatabaseDown(true);
      expect(currentUser((await client.ask('/Home.aspx?x=1')).body)).toBe('');
      expect((await clientOf(site.url).logIn('Admin', adminPassword)).body).toMatch(/lblMessage"[^>]*>\w/);
      site.control.setDatabaseDown(false);
      site.control.disableUser('clerk');
      expect(currentUser((await client.ask('/Home.aspx?x=1')).body)).toBe('');
    }));

  test.each([
    ['1.2.0', 'v1.2.0', false],
    ['1.3.0', 'v1.3.0', false],
    ['1.4.1', 'v1.4.1 (April 2020)', false],
    ['1.5.0', 'v1.5.0', true],
    ['1.6.1', 'v1.6.0', true],
    ['1.6.2', 'v1.5.2', true],
    ['1.7.0', 'v1.5.2', true],
  ] as const)('the same page shows a version: %s says %s, compiledVersion inside: %s', (version, shown, build) =>
    withLegacy({ version }, async (_, client) => {
      await client.logIn('Admin', adminPassword);
      const { body } = await client.ask('/Home.aspx?x=1');
      expect(body).toContain(`<span id="version">${shown}`);
      expect(body.includes('Body_compiledVersion')).toBe(build);
    }),
  );
});
