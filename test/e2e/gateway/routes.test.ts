import { hashSync } from 'bcryptjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ask, askPlainly, headerValues } from './support/client.ts';
import { askHttp2 } from './support/http2-client.ts';
import { singleBackendRoutes } from './support/plan.ts';
import { cookieHeader, newSessionId, seal } from './support/seal.ts';
import { toldIdentity, unexpected } from './support/who.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;

beforeAll(async () => {
  const lines = [
    `claims:${hashSync('right horse', 8)}`,
    `other:${hashSync('x', 8)}`,
    'broken:plain',
    'des:aaRqGFdVhVmeY',
  ];
  world = await openWorld({ htpasswd: lines.join('\n'), routes: singleBackendRoutes });
});
afterAll(() => world.close());
beforeEach(() => world.reset());

const basic = (user: string, password: string): { headers: Record<string, string> } => ({
  headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
});

function adminCookie(): string {
  const session = newSessionId();
  world.legacy.sessions.set(session, { user: 'Admin' });
  return cookieHeader(seal(world.gateway.secrets.signingKey, { user: 'Admin', session }), session);
}

describe('the legacy through the gateway', () => {
  it('is asked by its own name, over kept connections, and told who the client is', async () => {
    for (let count = 0; count < 3; count++)
      await ask(world.gateway.https, '/echo.aspx', { headers: { 'x-forwarded-for': '6.6.6.6' } });
    const { rawHeaders } = world.legacy.seen.at(-1) ?? { rawHeaders: [] };
    expect(headerValues(rawHeaders, 'host')).toEqual(['imistest.hib.gov.np']);
    expect(headerValues(rawHeaders, 'x-forwarded-proto')).toEqual(['https']);
    expect(headerValues(rawHeaders, 'x-forwarded-for').join()).not.toContain('6.6.6.6');
    expect(headerValues(rawHeaders, 'connection')).toEqual([]);
  });

  it('gets path and query byte for byte', async () => {
    for (const path of ['/echo.aspx/%7Ex//y%20z?q=%24a&b=$b;c', '/ECHO.aspx?%C3%A9=1'])
      expect(JSON.parse((await ask(world.gateway.https, path)).body)).toMatchObject({ url: path });
  });

  it('redirects to itself become redirects to the gateway; others stay', async () => {
    expect((await ask(world.gateway.https, '/Absolute.aspx')).headers['location']).toBe('/Find.aspx?a=1');
    expect((await ask(world.gateway.https, '/Elsewhere.aspx')).headers['location']).toBe('https://elsewhere.example/x');
  });

  it('takes and gives 100 MB unharmed', async () => {
    const body = Buffer.alloc(100_000_000, 1);
    expect((await ask(world.gateway.https, '/upload.aspx', { method: 'POST', body })).body).toBe('100000000');
    expect((await ask(world.gateway.https, '/big.aspx')).body).toHaveLength(100_000_000);
  });

  it('LegacyHome, logout and the keep-alive lead there, without anybody signed on', async () => {
    expect((await ask(world.gateway.https, '/LegacyHome')).headers['location']).toBe('/Home.aspx?x=1');
    expect((await ask(world.gateway.https, '/logout')).headers['location']).toBe('/Logout.aspx');
    const alive = await ask(world.gateway.https, '/keepLegacyAlive', { headers: { cookie: adminCookie() } });
    expect([alive.status, alive.body]).toEqual([200, 'PNG']);
    expect(headerValues(world.legacy.seen.at(-1)?.rawHeaders ?? [], 'cookie')).toEqual([]);
  });

  it('down, it gets a page with an incident number that is in the log, and /api stays up', async () => {
    world.legacy.silent = true;
    const answer = await ask(world.gateway.https, '/Find.aspx', { headers: { accept: 'text/html' } });
    expect(answer.status).toBe(502);
    const id = /incident (\w{32})/.exec(answer.body)?.[1];
    expect(answer.body).toContain('does not answer');
    expect((await ask(world.gateway.https, '/api/', basic('claims', 'right horse'))).status).toBe(200);
    await expect.poll(async () => (await world.gateway.accesses()).some((line) => line['id'] === id)).toBe(true);
  });
});

describe('a name that is not this server', () => {
  const page = { accept: 'text/html' };

  it('gets a page that says which is, or JSON, and is in the log', async () => {
    const answer = await ask(world.gateway.https, '/', { headers: { ...page, host: '192.0.2.1' } });
    expect([answer.status, answer.body]).toEqual([421, expect.stringContaining('open https://new.example.org/')]);
    expect(answer.headers['content-type']).toContain('text/html');
    const id = /incident (\w{32})/.exec(answer.body)?.[1];
    for (const path of ['/api/x', '/iapi/graphql']) {
      const { status, body } = await ask(world.gateway.https, path, { headers: { ...page, host: 'evil.example' } });
      expect([status, JSON.parse(body)]).toMatchObject([421, { error: 'unknown-host' }]);
    }
    expect(await askPlainly(world.gateway.http, '/', { host: 'evil.example' })).toMatchObject({ status: 421 });
    await expect
      .poll(async () => (await world.gateway.accesses()).find((line) => line['id'] === id))
      .toMatchObject({ status: 421, host: '192.0.2.1', route: 'unknown-host', refused: 'unknown-host' });
    expect(world.legacy.seen).toEqual([]);
    const read = async (): Promise<string> =>
      (await world.gateway.run('sh', '-c', 'cat /var/lib/openimis-audit/*/gateway.jsonl')).output;
    await expect.poll(read).toContain('"code":"unknown-host"');
  });

  it('is told from its own one in any spelling, with any port', async () => {
    for (const host of ['NEW.example.ORG', 'new.example.org.', 'new.example.org:8443', '127.0.0.1:1'])
      expect((await ask(world.gateway.https, '/Elsewhere.aspx', { headers: { host } })).status, host).toBe(302);
    expect((await askHttp2(world.gateway.https, { ':path': '/Elsewhere.aspx' })).status).toBe(302);
    const { status, location } = await askPlainly(world.gateway.http, '/x?y', { host: 'New.example.org:80' });
    expect([status, location]).toEqual([307, 'https://new.example.org/x?y']);
  });

  it('still gets the health page, and what an authority of certificates asks for', async () => {
    const headers = { host: '192.0.2.1' };
    expect((await ask(world.gateway.https, '/openimis/health', { headers })).body).toBe('ok\n');
    expect((await askPlainly(world.gateway.http, '/openimis/health', headers)).body).toBe('ok\n');
    await world.gateway.run('sh', '-c', 'echo proof > /run/openimis/challenges/token');
    const challenge = '/.well-known/acme-challenge/token';
    expect((await askPlainly(world.gateway.http, challenge, headers)).body).toBe('proof\n');
  });
});

describe('/api', () => {
  it('tells the backend the name of the API user and nothing of the password', async () => {
    for (let count = 0; count < 2; count++) {
      const answer = await ask(world.gateway.https, '/api/claim?x=1', basic('claims', 'right horse'));
      expect(answer.status).toBe(200);
      expect(toldIdentity(answer, world.identityHeader)).toEqual(['claims']);
      expect(headerValues(world.backend.seen.at(-1)?.rawHeaders ?? [], 'authorization')).toEqual([]);
    }
  });

  it('refuses anybody else, and asks for a password only where no script asks', async () => {
    const refused = [
      basic('claims', 'wrong'),
      basic('nobody', 'right horse'),
      basic('broken', 'plain'),
      basic('des', 'x'),
      {},
      { headers: { authorization: 'Bearer x' } },
    ];
    for (const asked of refused) {
      const answer = await ask(world.gateway.https, '/api/', asked);
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toContain('Basic');
    }
    const script = await ask(world.gateway.https, '/api/', { headers: { 'sec-fetch-mode': 'cors' } });
    expect(script.headers['www-authenticate']).toBeUndefined();
    expect(world.backend.seen).toEqual([]);
  });

  it('is slowed after ten wrong passwords from one address, but not for who was right before', async () => {
    let guesses = 0;
    const wrong = async (): Promise<number> =>
      (await ask(world.gateway.https, '/api/', basic('claims', `guess ${++guesses}`))).status;
    await expect.poll(wrong).toBe(429);
    expect((await ask(world.gateway.https, '/api/', basic('claims', 'right horse'))).status).toBe(200);
    expect((await ask(world.gateway.https, '/api/', basic('other', 'x'))).status).toBe(429);
  });

  it('does not open by the cookie of a signed-on user', async () => {
    expect((await ask(world.gateway.https, '/api/', { headers: { cookie: adminCookie() } })).status).toBe(401);
  });
});

describe('a lone backend', () => {
  it('serves /iapi as /api, with redirects and cookie paths mapped back', async () => {
    const answer = await ask(world.gateway.https, '/iapi/redirect?x=1', { headers: { cookie: adminCookie() } });
    expect(world.backend.seen.at(-1)?.url).toBe('/api/redirect?x=1');
    expect(answer.headers['location']).toBe('/iapi/elsewhere/');
    expect(answer.setCookies).toEqual(['csrftoken=token; Path=/iapi/']);
  });

  it('takes 100 MB on /iapi while its user is being confirmed', async () => {
    const session = newSessionId();
    world.legacy.sessions.set(session, { user: 'Admin' });
    const sealed = seal(world.gateway.secrets.signingKey, {
      user: 'Admin',
      session,
      issued: 1 + Math.floor(Date.now() / 1000) - 90,
      confirmed: Math.floor(Date.now() / 1000) - 90,
    });
    const answer = await ask(world.gateway.https, '/iapi/graphql', {
      method: 'POST',
      headers: { cookie: cookieHeader(sealed, session) },
      body: Buffer.alloc(100_000_000, 1),
    });
    expect(JSON.parse(answer.body)).toMatchObject({ size: 100_000_000 });
    expect(toldIdentity(answer, world.identityHeader)).toEqual(['Admin']);
  });
});

it('leaves no error in the log', async () => {
  expect(unexpected(await world.gateway.errors())).toEqual([]);
});
