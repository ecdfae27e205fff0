import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

import { describe, expect, test } from 'vitest';

import { menu } from '../../src/sandbox/stand-ins/legacy-site/layout.ts';
import { makeCertificate } from '../../src/sandbox/stand-ins/make-certificate.ts';
import { adminPassword, clientOf, hidden, withLegacy, type Client, type Reply } from './legacy-client.ts';

// The sentences of domain.md section 2 about the other pages and files.

async function press(client: Client, page: string, fields: readonly (readonly [string, string])[]): Promise<Reply> {
  const headers = { referer: 'http://legacy/' };
  const shown = await client.ask(page, { headers });
  return client.ask(page, { headers, form: [...hidden(shown.body), ...fields] });
}

describe("pages that post a user's name", () => {
  test('FindUser: ctl00$Body$txtUsername, Cancel is 302 `Home.aspx?`', () =>
    withLegacy({}, async (_, client) => {
      await client.logIn('Admin', adminPassword);
      expect((await client.ask('/FindUser.aspx?x=1')).body).toContain('name="ctl00$Body$txtUsername"');
      const fields = [
        ['ctl00$Body$txtUsername', 'Admin'],
        ['ctl00$Body$B_CANCEL', 'Cancel'],
      ] as const;
      expect((await press(client, '/FindUser.aspx', fields)).location).toBe('/Home.aspx?');
    }));

  test('User: ctl00$Body$txtLoginName, 302 FindUser.aspx?u=<form value>', () =>
    withLegacy({}, async (_, client) => {
      await client.logIn('Admin', adminPassword);
      expect((await client.ask('/User.aspx?x=1')).body).toContain('name="ctl00$Body$txtLoginName"');
      const fields = [
        ['ctl00$Body$txtLoginName', "O'Brien"],
        ['ctl00$Body$B_SAVE', 'Save'],
      ] as const;
      expect((await press(client, '/User.aspx', fields)).location).toBe("/FindUser.aspx?u=O'Brien");
    }));

  test.each(['EnterNewPassword', 'ForgotPassword'])('%s: txtLoginName without a login, 302 `Default.aspx?`', (name) =>
    withLegacy({}, async (_, client) => {
      const fields = [
        ['txtLoginName', 'Admin'],
        ['txtPassword', 'long-enough-1'],
        ['btnSubmit', 'Submit'],
      ] as const;
      const reply = await press(client, `/${name}.aspx`, fields);
      expect([reply.status, reply.location]).toEqual([302, '/Default.aspx?']);
    }),
  );

  test('ChangePassword Cancel: 302 Home.aspx', () =>
    withLegacy({}, async (_, client) => {
      await client.logIn('clerk', 'clerk-sandbox');
      expect((await press(client, '/ChangePassword.aspx', [['ctl00$Body$B_CANCEL', 'Cancel']])).location).toBe(
        '/Home.aspx',
      );
    }));

  test('anybody can add a field to any form: txtUserName on another page changes nothing', () =>
    withLegacy({}, async (site, client) => {
      await client.logIn('clerk', 'clerk-sandbox');
      const fields = [
        ['txtUserName', 'Admin'],
        ['ctl00$Body$B_CANCEL', 'Cancel'],
      ] as const;
      expect((await press(client, '/Policy.aspx', fields)).location).toBe('/Home.aspx');
      expect(site.sessions().map((session) => session.userId)).toEqual([2]);
    }));

  test('without a login every one of them with the master page answers 302 Default.aspx to a POST with a Referer', () =>
    withLegacy({}, async (_, client) => {
      const ask = { headers: { referer: 'http://legacy/' }, form: [['txtUserName', 'Admin']] as const };
      for (const name of ['FindUser', 'User', 'ChangePassword', 'Policy'])
        expect((await client.ask(`/${name}.aspx`, ask)).location).toBe('/Default.aspx');
    }));
});

describe('open to all', () => {
  test.each([
    '/ForgotPassword.aspx',
    '/EnterNewPassword.aspx',
    '/Error.htm',
    '/nojs.htm',
    '/Images/logo.png',
    '/images/UPDATED/100000001_E00001_20200101.png',
  ])('%s needs no login', (path) =>
    withLegacy({}, async (_, client) => expect((await client.ask(path)).status).toBe(200)),
  );

  test('Download.aspx?f= sends Extracts\\Phone\\ + f, and does not refuse `..`', () =>
    withLegacy({}, async (_, client) => {
      expect((await client.ask('/Download.aspx?f=ImisData.db3')).headers['content-disposition']).toMatch(/attachment/);
      for (const f of ['..%5C..%5Cweb.config', '../../Web.config'])
        expect((await client.ask(`/Download.aspx?f=${f}`)).body).toContain('connectionString=');
      expect((await client.ask('/web.config')).status).toBe(404);
    }));

  test('AutoCompleteHandler answers JSON to anybody and makes no session', () =>
    withLegacy({}, async (site, client) => {
      const reply = await client.ask('/AutoCompleteHandlers/AutoCompleteHandler.ashx?ICDCode=mal');
      expect(reply.headers['content-type']).toMatch(/json/);
      expect(JSON.parse(reply.body)).toHaveLength(1);
      expect([reply.setCookies, site.sessions()]).toEqual([[], []]);
    }));

  test('the report viewer, the only other address that scripts ask, answers without a session', () =>
    withLegacy({}, async (site, client) => {
      const reply = await client.ask('/Reserved.ReportViewerWebControl.axd?OpType=SessionKeepAlive');
      expect([reply.status, reply.setCookies, site.sessions()]).toEqual([200, [], []]);
    }));

  test('files are real: a PNG logo and photo, a PDF manual', () =>
    withLegacy({}, async (_, client) => {
      const start = async (path: string): Promise<string> =>
        (await client.ask(path)).bytes.subarray(0, 4).toString('latin1');
      expect(await start('/Images/logo.png')).toBe('\x89PNG');
      expect(await start('/Images/Updated/100000001_E00001_20200101.png')).toBe('\x89PNG');
      expect(await start('/Manual/IMIS_manual.pdf')).toBe('%PDF');
    }));

  test('CappedItemService.aspx and InsureeProfile.aspx are in no version; [WebMethod]s neither', () =>
    withLegacy({}, async (_, client) => {
      for (const path of ['/CappedItemService.aspx?x=1', '/InsureeProfile.aspx?x=1', '/Nothing.aspx'])
        expect((await client.ask(path)).status).toBe(404);
    }));

  test('the site itself sends neither X-Frame-Options nor Referrer-Policy, and says IIS and ASP.NET', () =>
    withLegacy({}, async (_, client) => {
      const { headers } = await client.ask('/');
      expect([headers['x-frame-options'], headers['referrer-policy']]).toEqual([undefined, undefined]);
      expect([headers['server'], headers['x-powered-by']]).toEqual(['Microsoft-IIS/10.0', 'ASP.NET']);
    }));
});

/** As domain.md section 2 lists them. */
const listed = [
  ...['Home', 'Family', 'ClaimOverview', 'ProcessBatches', 'Locations', 'Registers', 'PolicyRenewal', 'FeedbackPrompt'],
  ...['IMISExtracts', 'Reports', 'Utilities', 'AddFunding', 'EmailSettings', 'ChangePassword', 'Logout'],
  ...['Family', 'Insuree', 'Policy', 'Premium', 'Payment', 'Claims', 'Product', 'HealthFacility', 'PriceListMS'].map(
    (name) => `Find${name}`,
  ),
  ...['PriceListMI', 'MedicalService', 'MedicalItem', 'User', 'Profile', 'Officer', 'ClaimAdministrator', 'Payer'].map(
    (name) => `Find${name}`,
  ),
];

test('the menu has these pages, each for a logged-in user only, and the manual', () =>
  withLegacy({}, async (_, client) => {
    expect([...menu].sort()).toEqual([...listed].sort());
    for (const name of listed.filter((one) => one !== 'Logout'))
      expect((await client.ask(`/${name}.aspx?x=1`)).location, name).toBe('/Default.aspx');
    await client.logIn('Admin', adminPassword);
    const home = (await client.ask('/Home.aspx?x=1')).body;
    for (const name of listed) expect(home, name).toContain(`href="${name}.aspx"`);
    expect(home).toContain('Manual/IMIS_manual.pdf');
  }));

test('1.5.1 and later built as DEMO prefill Admin/admin123', async () => {
  await withLegacy({ version: '1.5.1', demo: true }, async (_, client) =>
    expect((await client.ask('/')).body).toMatch(/value="Admin"[^]*value="admin123"/),
  );
  await withLegacy({ version: '1.5.0', demo: true }, async (_, client) =>
    expect((await client.ask('/')).body).not.toContain('admin123'),
  );
});

test('1.7.0 itself calls modular GraphQL for batches with the header remote-user, certificate unchecked', async () => {
  const seen: IncomingHttpHeaders[] = [];
  const modular = createServer(await makeCertificate('nobody.example.org'), (request, response) => {
    seen.push(request.headers);
    request.resume();
    response.end('{}');
  });
  await new Promise<void>((resolve) => modular.listen(0, '127.0.0.1', resolve));
  const modularGqlSource = `https://127.0.0.1:${(modular.address() as AddressInfo).port}/api/graphql`;
  const batch = async (_: unknown, client: Client): Promise<void> => {
    await client.logIn('Admin', adminPassword);
    expect((await press(client, '/ProcessBatches.aspx', [['ctl00$Body$btnProcess', 'Process']])).status).toBe(200);
  };
  try {
    await withLegacy({ version: '1.6.2', modularGqlSource }, batch);
    expect(seen).toHaveLength(0);
    await withLegacy({ version: '1.7.0', modularGqlSource }, batch);
    expect(seen.map((headers) => headers['remote-user'])).toEqual(['Admin']);
  } finally {
    modular.close();
  }
});

test('an IIS binding answers its host names only', () =>
  withLegacy({ hostNames: ['imistest.hib.gov.np'] }, async (_, client) => {
    expect((await client.ask('/')).status).toBe(400);
    expect((await client.ask('/', { headers: { host: 'IMISTEST.hib.gov.np' } })).status).toBe(200);
  }));

test('every page says that it is a stand-in', () =>
  withLegacy({}, async (_, client) => {
    await client.logIn('Admin', adminPassword);
    const pages = [
      '/',
      '/ForgotPassword.aspx',
      '/Error.htm',
      '/nojs.htm',
      '/Home.aspx',
      ...menu.map((name) => `/${name}.aspx?x=1`),
    ];
    for (const path of pages.filter((one) => !one.startsWith('/Logout')))
      expect((await client.ask(path)).body).toContain('This is a stand-in, not openIMIS');
  }));

test('the control endpoint answers under its own path only', async () => {
  const controlPath = `/${'c'.repeat(32)}`;
  await withLegacy({ controlPath }, async (site, client) => {
    const control = clientOf(new URL('/', site.url).href);
    const reply = await postJson(site.port, controlPath, { do: 'disable-user', user: 'clerk' });
    expect(reply).toBe(200);
    expect((await client.logIn('clerk', 'clerk-sandbox')).status).toBe(200);
    expect(await postJson(site.port, controlPath, { do: 'availability', is: 'error' })).toBe(200);
    expect((await client.ask('/')).status).toBe(503);
    expect(await postJson(site.port, controlPath, { do: 'availability', is: 'refuse' })).toBe(200);
    await expect(client.ask('/')).rejects.toThrow(/hang up|ECONNRESET/);
    expect(await postJson(site.port, controlPath, { do: 'nonsense' })).toBe(400);
    expect(JSON.parse((await control.ask(controlPath)).body)).toMatchObject({
      availability: 'refuse',
      failedLogins: 1,
    });
  });
  await withLegacy({}, async (_, client) => expect((await client.ask(controlPath)).status).toBe(404));
});

async function postJson(port: number, path: string, body: unknown): Promise<number> {
  const reply = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: JSON.stringify(body) });
  await reply.arrayBuffer();
  return reply.status;
}
