import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type Answer, ask, type Asked, openVisitor } from './support/client.ts';
import { type RunningGateway, startGateway } from './support/gateway-container.ts';
import { gatewayPlan, signedOnRoutes } from './support/plan.ts';
import { unexpected } from './support/who.ts';
import { openWorld, type World } from './support/world.ts';
import type { GatewaySettings } from '../../../src/workspace/server.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

/** A gateway of its own with a fresh count. Clients come from the addresses in their X-Forwarded-For. */
async function withGateway(
  guessing: NonNullable<GatewaySettings['guessing']>,
  test: (gateway: RunningGateway, port: number) => Promise<void>,
): Promise<void> {
  const plan = gatewayPlan(world.network.address, [], {
    legacy: world.target,
    routes: signedOnRoutes,
    settings: { guessing, trustedProxies: [world.network.address] },
  });
  const gateway = await startGateway(world.network, plan);
  try {
    await test(gateway, gateway.https);
    expect(unexpected(await gateway.errors())).toEqual([]);
  } finally {
    await gateway.remove();
  }
}

const wrong = { txtUserName: 'Admin', txtPassword: 'guess', btnLogin: 'Login' };
const form = (fields: Readonly<Record<string, string>>, from: string): Asked => ({
  method: 'POST',
  body: new URLSearchParams(fields).toString(),
  headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': from },
});
const guess = async (port: number, from: string, path = '/'): Promise<number> =>
  (await ask(port, path, form(wrong, from))).status;
const repeated = async (times: number, one: () => Promise<number>): Promise<number[]> => {
  const statuses: number[] = [];
  for (let count = 0; count < times; count++) statuses.push(await one());
  return statuses;
};
const figures = async (gateway: RunningGateway): Promise<Record<string, unknown>> =>
  JSON.parse((await gateway.run('openimis-gateway', 'guesses')).output) as Record<string, unknown>;

describe('one address', () => {
  it('waits after its budget; another does not; both are told how long; the log and the figures say it', async () => {
    await withGateway({ perAddress: 3, site: 1000, window: 300 }, async (gateway, port) => {
      expect(await repeated(5, () => guess(port, '198.51.100.1'))).toEqual([200, 200, 200, 429, 429]);
      expect(await guess(port, '198.51.100.2')).toBe(200);
      const page = await ask(port, '/', {
        ...form(wrong, '198.51.100.1'),
        headers: { ...form(wrong, '198.51.100.1').headers, accept: 'text/html' },
      });
      expect(page.body).toContain('too many wrong passwords');
      expect(Number(page.headers['retry-after'])).toBeGreaterThan(200);
      expect(world.legacy.seen.filter(({ method }) => method === 'POST')).toHaveLength(4);
      expect(await figures(gateway)).toMatchObject({
        failures: 4,
        slowedAddresses: 1,
        refused: 3,
        siteIsSlowed: false,
      });
      expect(
        (await gateway.errors()).filter((line) => line.includes('too many failed logins from 198.51.100.1')),
      ).toHaveLength(1);
      await expect
        .poll(async () => (await gateway.accesses()).filter(({ refused }) => refused === 'guessing').length)
        .toBe(3);
      expect((await gateway.accesses()).filter(({ refused }) => refused === 'wrong-password')).toHaveLength(4);
    });
  });

  it('may go on after the window, and is never locked out', async () => {
    await withGateway({ perAddress: 2, site: 1000, window: 10 }, async (_, port) => {
      expect(await repeated(3, () => guess(port, '198.51.100.1'))).toEqual([200, 200, 429]);
      await expect.poll(() => guess(port, '198.51.100.1'), { timeout: 20_000, interval: 500 }).toBe(200);
    });
  });

  it('right passwords and errors of the legacy cost nothing', async () => {
    await withGateway({ perAddress: 2, site: 1000, window: 300 }, async (gateway, port) => {
      const right = { ...wrong, txtPassword: 'admin123' };
      const login = async (): Promise<number> => (await ask(port, '/', form(right, '198.51.100.1'))).status;
      expect(await repeated(5, login)).toEqual([302, 302, 302, 302, 302]);
      world.legacy.silent = true;
      expect(await repeated(5, login)).toEqual([502, 502, 502, 502, 502]);
      world.legacy.silent = false;
      world.legacy.everything = (response) => response.writeHead(302, { location: '/Error.htm' }).end();
      expect(await repeated(5, login)).toEqual([302, 302, 302, 302, 302]);
      world.legacy.everything = (response) => response.writeHead(500).end();
      expect(await repeated(5, login)).toEqual([500, 500, 500, 500, 500]);
      expect(await figures(gateway)).toMatchObject({ failures: 0, refused: 0 });
    });
  });

  it('a hundred at once are no way around', async () => {
    await withGateway({ perAddress: 5, site: 1000, window: 300 }, async (_, port) => {
      const statuses = await Promise.all(Array.from({ length: 100 }, () => guess(port, '198.51.100.1')));
      expect(statuses.filter((status) => status === 200)).toHaveLength(5);
    });
  });

  it('of IPv6 is a whole /64, and IPv4 within IPv6 is IPv4', async () => {
    await withGateway({ perAddress: 2, site: 1000, window: 300 }, async (_, port) => {
      expect(await guess(port, '2001:db8::1')).toBe(200);
      expect(await guess(port, '2001:db8::2:3')).toBe(200);
      expect(await guess(port, '2001:db8:0:0:ffff::9')).toBe(429);
      expect(await guess(port, '2001:db8:0:1::1')).toBe(200);
      expect(await repeated(3, () => guess(port, '::ffff:198.51.100.1'))).toEqual([200, 200, 429]);
      expect(await guess(port, '198.51.100.1')).toBe(429);
      expect(await guess(port, '::ffff:198.51.100.2')).toBe(200);
    });
  });

  it('whose X-Forwarded-For comes from nobody who is trusted is itself', async () => {
    const plan = gatewayPlan(world.network.address, [], {
      legacy: world.target,
      routes: signedOnRoutes,
      settings: { guessing: { perAddress: 2, site: 1000, window: 300 }, trustedProxies: ['192.0.2.1'] },
    });
    const gateway = await startGateway(world.network, plan);
    try {
      let count = 0;
      const next = (): Promise<number> => guess(gateway.https, `198.51.100.${++count}`);
      expect(await repeated(4, next)).toEqual([200, 200, 429, 429]);
    } finally {
      await gateway.remove();
    }
  });
});

describe('every door counts', () => {
  const doors: readonly [string, Asked['method'], string][] = [
    ['the root', 'POST', '/'],
    ['another case', 'POST', '/DEFAULT.aspx'],
    ['an encoding', 'POST', '/%44efault.aspx'],
    ['a trailing dot', 'POST', '/Default.aspx.'],
    ['path info', 'POST', '/Default.aspx/a/b'],
    ['double slashes', 'POST', '//Default.aspx'],
    ['a backslash', 'POST', '/x/..%5cDefault.aspx'],
    ['a session without cookies', 'POST', '/(S(aaaaaaaaaaaaaaaaaaaaaaaa))/Default.aspx'],
    ['the semicolon', 'POST', '/Default.aspx;x'],
    ['ForgotPassword', 'POST', '/ForgotPassword.aspx'],
    ['EnterNewPassword', 'POST', '/x/../enternewpassword.ASPX'],
    [
      'a form in the query of a GET',
      'GET',
      '/Default.aspx?__VIEWSTATE=x&txtUserName=Admin&txtPassword=x&btnLogin=Login',
    ],
    ['the same, encoded', 'GET', '/?%5f%5FviewState=x&txtPassword=x'],
    ['the same, encoded as only Windows knows', 'GET', '/?%u005f_EventTarget=x&txtPassword=x'],
  ];
  it('in every spelling that IIS accepts', async () => {
    await withGateway({ perAddress: 1, site: 1000, window: 300 }, async (_, port) => {
      world.legacy.everything = (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('form');
      for (const [index, [name, method, path]] of doors.entries()) {
        const asked = { ...form(method === 'POST' ? wrong : {}, `198.51.100.${index + 1}`), method: method ?? 'GET' };
        const statuses = [(await ask(port, path, asked)).status, (await ask(port, path, asked)).status];
        expect([name, ...statuses]).toEqual([name, 200, 429]);
      }
    });
  });

  it('pages that ask for no password are not slowed', async () => {
    await withGateway({ perAddress: 1, site: 1, window: 300 }, async (_, port) => {
      const from = { 'x-forwarded-for': '198.51.100.1' };
      const paths = ['/', '/Default.aspx?lang=fr', '/Find.aspx', '/ForgotPassword.aspx'];
      for (const path of [...paths, ...paths])
        expect((await ask(port, path, { headers: from })).status).toBeLessThan(400);
      expect(await repeated(3, () => guess(port, '198.51.100.1', '/Policy.aspx'))).toEqual([200, 200, 200]);
    });
  });
});

describe('the whole site', () => {
  it('slows new addresses, but neither offices nor addresses from which somebody has signed on', async () => {
    const limits = { perAddress: 5, site: 8, window: 300, offices: ['203.0.113.0/24', '2001:db8:1::/48'] };
    await withGateway(limits, async (gateway, port) => {
      const home = openVisitor(port);
      const from = { 'x-forwarded-for': '192.0.2.77' };
      await home.post('/', { ...wrong, txtPassword: 'admin123' }, from);
      await home.ask('/Home.aspx?x=1', {
        headers: { ...from, cookie: [...home.cookies].map(([n, v]) => `${n}=${v}`).join('; ') },
      });
      for (let count = 1; count <= 8; count++) expect(await guess(port, `198.51.100.${count}`)).toBe(200);
      const later: number[] = [];
      for (let count = 9; count <= 14; count++) later.push(await guess(port, `198.51.100.${count}`));
      // One in 300 / 8 seconds still passes, so that nobody is locked out.
      expect(later.filter((status) => status === 429).length).toBeGreaterThanOrEqual(5);
      expect(await figures(gateway)).toMatchObject({ siteIsSlowed: true });
      expect((await gateway.errors()).filter((line) => line.includes('at the whole site'))).toHaveLength(1);
      expect(await guess(port, '192.0.2.77')).toBe(200);
      expect(await repeated(12, () => guess(port, '203.0.113.9'))).toEqual(Array<number>(12).fill(200));
      expect(await guess(port, '2001:db8:1:7::1')).toBe(200);
    });
  });

  it('programs are told in JSON', async () => {
    await withGateway({ perAddress: 1, site: 1000, window: 300 }, async (_, port) => {
      const asked = (): Promise<Answer> => ask(port, '/', form(wrong, '198.51.100.1'));
      await asked();
      expect(JSON.parse((await asked()).body)).toMatchObject({ error: 'too-many-failures' });
    });
  });
});
