import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { packageRoot } from '../../../src/package-root.ts';
import { refusalNames } from '../../../src/workspace/refusal-names.ts';
import { type Answer, ask, openVisitor } from './support/client.ts';
import { type RunningGateway, startGateway } from './support/gateway-container.ts';
import { gatewayPlan, signedOnRoutes } from './support/plan.ts';
import { cookieHeader } from './support/seal.ts';
import { unexpected } from './support/who.ts';
import { genuineSession, openWorld, type World } from './support/world.ts';
import type { GatewaySettings } from '../../../src/workspace/server.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
  ask(world.gateway.https, path, { method, headers });
const signedOn = (): Record<string, string> => {
  const { sealed, session } = genuineSession(world);
  return { cookie: cookieHeader(sealed, session) };
};

/** Rule by rule: what it refuses. The spellings are those that IIS reads as the same file. */
const refused: Readonly<Record<(typeof refusalNames)[number], readonly string[]>> = {
  methods: ['DEBUG /Default.aspx', 'PROPFIND /', 'PUT /x.aspx', 'DELETE /Images/logo.png'],
  'odd-names': [
    '/Find.aspx::$DATA', '/Default.asp::$Index_Allocation/x', '/FINDUS~1.ASP', '/Find.aspx%01', '/Find%3aa.aspx',
    '/%c0%ae%c0%ae/x', '/%e0%80%ae/x', '/a%ef%bc%8fb', '/Find.aspx%3c',
  ],
  download: ['/Download.aspx?f=..%5c..%5cweb.config', '/DOWNLOAD.aspx?f=x', '/x/..%5cDownload.aspx'],
  config: [
    '/web.config', '/WEB.CONFIG', '/%77eb.config', '/web%2econfig', '/web.config.', '/web.config%20', '/web.config%2e%20.',
    '/web.config::$DATA', '/web.config;x', '/web.config/x', '//web.config', '/x/../web.config', '/x%5c..%5cweb.config',
    '/%5cweb.config', '/.%5cweb.config', '/(S(aaaaaaaaaaaaaaaaaaaaaaaa))/web.config', '/(A(x)S(y)F(z))/web.config',
    '/web.config.bak', '/Web.Debug.config', '/web%252econfig', '/web%25252econfig', '/web%c0%aeconfig', '/web%e0%80%aeconfig',
    '/%ef%bd%97eb.config', '/x/web.config?y', '/packages.config', '/settings.ini', '/WEB~1.CON',
  ],
  'program-folders': ['/bin/IMIS.dll', '/BIN/x', '/b%69n/x.txt', '/x/bin/y', '/App_Data/x.xml', '/app_code/a', '/bin.../x', '/bin%20/x'],
  source: ['/Default.aspx.vb', '/Global.asax', '/IMIS.Master', '/Find.designer.cs', '/IMIS.vbproj', '/IMIS.sln', '/x.pdb'],
  'database-files': ['/openIMIS.bak', '/x/IMIS.mdf', '/imis_log.LDF', '/create.sql'],
  copies: ['/Default.aspx.old', '/Default.aspx.1', '/Default.aspx~', '/Default%20-%20Copy.aspx', '/Copy%20of%20Find.aspx', '/a.swp'],
  'hidden-folders': ['/.git/config', '/.gitignore', '/.svn/entries', '/.vs/x', '/.env', '/_vti_bin/x', '/Thumbs.db'],
  diagnostics: ['/trace.axd', '/Trace.AXD?id=0', '/x/trace.axd', '/elmah.axd', '/elmah/test', '/server-status', '/x.svclog'],
  logs: ['/x.log', '/Logs/today.txt', '/ErrorLogs/1.txt', '/x/a.LOG'],
  extracts: ['/Extracts/Offline/OE_1.RAR', '/extracts/phone/ImisData.db3', '/EXTRACTS%5cPhone%5cx', '//extracts/x'],
  'report-viewer': ['/Reserved.ReportViewerWebControl.axd?OpType=x'],
  photos: [
    '/Images/Updated/100000001_e00001_20200101.png', '/images/updated/x.jpg', '/IMAGES%5cupdated%5cx.jpg', '/x/../Images/a/b.jpg',
    '/Images/100000001_x.jpg', '/Images/Updated/', '/FromPhone/x.xml', '/Images./Updated/x.jpg', '/%49mages/Submitted/1.png',
    '/Images/logo.png/../Updated/1.png', '/Images/Updated/1.png/x',
  ],
}; // prettier-ignore

describe('what of the legacy is not shown to the world', () => {
  for (const [name, requests] of Object.entries(refused))
    for (const request of requests)
      it(`${name}: ${request}`, async () => {
        const [, method = 'GET', path = ''] = /^(?:(\w+) )?(\/.*)$/.exec(request) ?? [];
        const answer = await get(path, {}, method);
        expect([400, 401, 403]).toContain(answer.status);
        expect(world.legacy.seen).toEqual([]);
      });

  it('is refused with a reason and an id, and the log names the rule', async () => {
    const answer = await get('/web.config', { accept: 'text/html' });
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('Configuration holds the password');
    const id = /incident (\w{32})/.exec(answer.body)?.[1];
    await expect
      .poll(async () => (await world.gateway.accesses()).find((line) => line['id'] === id)?.['refused'])
      .toBe('config');
  });

  it('signed on, what is for signed-on users passes, and nothing else does', async () => {
    const headers = signedOn();
    for (const path of ['/Extracts/Offline/OE_1.RAR', '/Reserved.ReportViewerWebControl.axd?OpType=x', '/Download.aspx?f=a_1.db3'])
      expect([path, (await get(path, { ...headers, referer: 'https://x/' })).status]).toEqual([path, 200]);
    for (const path of ['/web.config', '/bin/x', '/trace.axd', '/Download.aspx?f=..%5cx', '/Download.aspx?f=a&f=b', '/Download.aspx?f=a%2fb'])
      expect([path, (await get(path, headers)).status]).toEqual([path, 403]);
  }); // prettier-ignore

  const pages = [
    '/', '/Default.aspx', '/Find.aspx?x=1', '/Images/logo.png', '/images/Calendar.gif?v=2', '/Images/style.css', '/Manual/IMIS_manual.pdf',
    '/AutoCompleteHandlers/AutoCompleteHandler.ashx?ICDCode=a', '/WebResource.axd?d=x', '/ScriptResource.axd?d=x', '/Scripts/jquery.js',
    '/Error.htm?aspxerrorpath=/Find.aspx', '/CSS/main.css', '/Services/Phone.asmx', '/Find.aspx/a/b', '/robots.txt', '/Binary.aspx',
    '/Find.aspx?q=web.config', '/Reports/Cabinet.aspx', '/%C3%A9t%C3%A9.aspx', '/a%20b.aspx', '/~x.aspx', '/favicon.ico',
  ]; // prettier-ignore
  for (const path of pages)
    it(`passes ${path}`, async () => {
      const answer = await get(path, { referer: 'https://x/' });
      expect(answer.status).toBeLessThan(400);
      expect(world.legacy.seen.at(-1)?.url).toBe(path);
      expect([answer.headers['referrer-policy'], answer.headers['x-frame-options']]).toEqual([undefined, undefined]);
    });

  it('is one readable list: every rule has a reason, a name that openimis.yaml knows, and a test', () => {
    const file = join(packageRoot(), 'templates/gateway/refusals.json');
    const { rules } = JSON.parse(readFileSync(file, 'utf8')) as { rules: { name: string; reason: string }[] };
    expect(rules.map(({ name }) => name)).toEqual(refusalNames);
    for (const { reason } of rules) expect(reason).toMatch(/^[A-Z].{20,}\.$/);
  });
});

describe("insurees' photos", () => {
  const photo = '/Images/Updated/100000001_e00001_20200101.png';

  it('answer a signed-on user, below /photos and in the folders of the legacy, and nobody keeps them', async () => {
    const headers = signedOn();
    for (const path of [photo, `/photos${photo}`, photo.toUpperCase()]) {
      const answer = await get(path, headers);
      expect([answer.status, answer.body]).toEqual([200, 'PNG']);
      expect(answer.headers['cache-control']).toBe('private, no-store');
    }
    expect((await get('/Images/logo.png')).headers['cache-control']).toBeUndefined();
  });

  it('answer right after a login, before anything else was asked', async () => {
    const visitor = openVisitor(world.gateway.https);
    await visitor.login();
    expect((await visitor.ask(photo)).body).toBe('PNG');
  });

  it('answer neither a stranger nor a session that is not logged in, nor a cookie of another session', async () => {
    const { sealed } = genuineSession(world);
    const cookies = ['ASP.NET_SessionId=inventedsessionidentifie', cookieHeader(sealed, 'inventedsessionidentifie')];
    for (const path of [photo, `/photos${photo}`])
      for (const cookie of cookies) expect((await get(path, { cookie })).status).toBe(401);
    expect(world.legacy.seen.filter(({ url }) => /images/i.test(url))).toEqual([]);
  });

  it('get 503 and a later try when the legacy cannot be asked', async () => {
    const visitor = openVisitor(world.gateway.https);
    await visitor.login();
    world.legacy.home = (response) => response.writeHead(500).end();
    expect((await visitor.ask(photo)).status).toBe(503);
  });
});

describe('settings', () => {
  const use = async (
    settings: Partial<GatewaySettings>,
    change: (plan: ReturnType<typeof gatewayPlan>) => ReturnType<typeof gatewayPlan>,
    test: (gateway: RunningGateway) => Promise<void>,
  ): Promise<void> => {
    const plan = gatewayPlan(world.network.address, [], { legacy: world.target, routes: signedOnRoutes, settings });
    const gateway = await startGateway(world.network, change(plan));
    try {
      await test(gateway);
      expect(unexpected(await gateway.errors())).toEqual([]);
    } finally {
      await gateway.remove();
    }
  };
  const statusOf = async (gateway: RunningGateway, path: string, cookie = ''): Promise<number> =>
    (await ask(gateway.https, path, { headers: { cookie, referer: 'https://x/' } })).status;

  it('switch each rule off by its name, and other folders may hold the photos', async () => {
    const settings: Partial<GatewaySettings> = { refusalsOff: ['extracts', 'logs', 'odd-names'], photoFolders: ['Fotos/Neu'] };
    await use(settings, (plan) => plan, async (gateway) => {
      const statuses = await Promise.all(
        ['/Extracts/x.rar', '/x.log', '/Images/Updated/a.jpg', '/fotos%5cNEU/a.jpg', '/Fotos/alt/a.jpg', '/bin/x', '/trace.axd'].map(
          (path) => statusOf(gateway, path),
        ),
      );
      expect(statuses).toEqual([302, 302, 200, 401, 302, 403, 403]);
    });
  }); // prettier-ignore

  it('below a virtual directory the same rules hold', async () => {
    const below = (plan: ReturnType<typeof gatewayPlan>): ReturnType<typeof gatewayPlan> => ({
      ...plan,
      legacy: { ...world.target, path: '/imis/' },
    });
    await use({}, below, async (gateway) => {
      for (const path of ['/imis/Images/Updated/a.jpg', '/IMIS/images/updated/a.jpg', '/Images/Updated/a.jpg'])
        expect([path, await statusOf(gateway, path)]).toEqual([path, 401]);
      expect(await statusOf(gateway, '/imis/web.config')).toBe(403);
      expect(await statusOf(gateway, '/imis/Images/logo.png')).toBeLessThan(400);
    });
  });

  it('where the application has its own login, photos are for whoever is logged in at the legacy', async () => {
    const own = (plan: ReturnType<typeof gatewayPlan>): ReturnType<typeof gatewayPlan> => ({ ...plan, signOn: 'application' });
    await use({}, own, async (gateway) => {
      const session = 'a'.repeat(24);
      world.legacy.sessions.set(session, { user: 'Nurse' });
      const cookie = `ASP.NET_SessionId=${session}`;
      expect(await statusOf(gateway, '/Images/Updated/a.jpg')).toBe(401);
      expect(await statusOf(gateway, '/Images/Updated/a.jpg', cookie.replace('aa', 'bb'))).toBe(401);
      for (const path of ['/Images/Updated/a.jpg', '/photos/Images/Updated/a.jpg', '/Images/Updated/b.jpg'])
        expect([path, await statusOf(gateway, path, cookie)]).toEqual([path, 200]);
      expect(world.legacy.seen.filter(({ url }) => url.startsWith('/Home.aspx'))).toHaveLength(2);
    });
  }); // prettier-ignore
});

it('leaves no error in the log', async () => {
  expect(unexpected(await world.gateway.errors())).toEqual([]);
});
