import { hashSync } from 'bcryptjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type Answer, ask, type Asked, askRaw, headerValues } from './support/client.ts';
import { signedOnRoutes } from './support/plan.ts';
import { cookieHeader, newSessionId, now, seal } from './support/seal.ts';
import { toldIdentity, unexpected } from './support/who.ts';
import { genuineSession, openWorld, type World } from './support/world.ts';
import type { Route } from '../../../src/stack/stack.ts';

/** /api as a server of release 1.4 or later has it: React calls it, signed on by the legacy or with a token of its own. */
const api = (access: Route['access']): readonly Route[] =>
  signedOnRoutes.map((route) => (route.name === 'api' ? { ...route, access, signedOn: true } : route));

const basic = `Basic ${Buffer.from('claims:right horse').toString('base64')}`;
const bearer = 'Bearer eyJhbGciOiJIUzI1NiJ9.e30.x';
let world: World;

beforeAll(async () => {
  world = await openWorld({ routes: api('application'), htpasswd: `claims:${hashSync('right horse', 8)}` });
});
afterAll(() => world.close());
beforeEach(() => world.reset());

const get = (path: string, asked: Asked = {}): Promise<Answer> => ask(world.gateway.https, path, asked);
const seen = (name: string): readonly string[] => headerValues(world.backend.seen.at(-1)?.rawHeaders ?? [], name);
function cookie(): string {
  const { sealed, session } = genuineSession(world);
  return cookieHeader(sealed, session);
}

describe('gateway.api.auth: application', () => {
  it.each([bearer, basic, 'Digest username="Admin"', 'x'])(
    'passes %s as it is, and says nobody',
    async (authorization) => {
      const answer = await get('/api/graphql', { method: 'POST', body: '{}', headers: { authorization } });
      expect(answer.status).toBe(200);
      expect(seen('authorization')).toEqual([authorization]);
      expect(toldIdentity(answer, world.identityHeader)).toEqual([]);
    },
  );

  it('says nobody either when a signed-on browser brings credentials of its own', async () => {
    for (const authorization of [bearer, '']) {
      const answer = await get('/api/graphql', { headers: { authorization, cookie: cookie() } });
      expect(toldIdentity(answer, world.identityHeader)).toEqual([]);
      expect(seen('authorization')).toEqual([authorization]);
    }
    expect(seen('cookie').join()).not.toContain('openimis-test');
  });

  it('passes who brings nothing: the login of the application itself is there', async () => {
    const answer = await get('/api/graphql', { headers: { cookie: 'JWT=own; csrftoken=t' } });
    expect([answer.status, toldIdentity(answer, world.identityHeader), seen('cookie')]).toEqual([
      200,
      [],
      ['JWT=own; csrftoken=t'],
    ]);
    expect(answer.headers['www-authenticate']).toBeUndefined();
  });

  it('identifies a signed-on browser without credentials, and hides what else could name somebody', async () => {
    const answer = await get('/api/graphql', { headers: { cookie: `${cookie()}; JWT=stolen; sessionid=stolen` } });
    expect(toldIdentity(answer, world.identityHeader)).toEqual(['Admin']);
    expect(seen('cookie')).toEqual([]);
    expect(answer.setCookies.join()).not.toContain('sessionid');
    expect(answer.headers['cache-control']).toBe('private, no-store');
  });

  it('refuses what another site wants changed in the name of a signed-on user', async () => {
    const post = (headers: Record<string, string>): Promise<Answer> =>
      get('/api/graphql', { method: 'POST', body: '{}', headers });
    for (const foreign of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { origin: 'null' }])
      expect((await post({ cookie: cookie(), ...foreign })).status).toBe(403);
    expect(world.backend.seen).toEqual([]);
    // Without the sign-on there is nothing to abuse: the application's own rules apply.
    expect((await post({ origin: 'https://partner.example', authorization: bearer })).status).toBe(200);
  });

  const forged = ['Remote-User', 'remote_user', 'REMOTE-USER', 'HTTP_REMOTE_USER', 'X-Forwarded-User'];
  it.each(forged)('a forged %s does not arrive, with or without credentials', async (name) => {
    const others: readonly Record<string, string>[] = [{}, { authorization: bearer }, { authorization: '' }];
    for (const other of others) await get('/api/', { headers: { [name]: ['Admin', 'Admin'], ...other } });
    expect(world.backend.seen).toHaveLength(3);
    for (const { rawHeaders } of world.backend.seen) expect(rawHeaders.join('\n')).not.toContain('Admin');
  });

  it('nor does the secret header, in any spelling, as hop-by-hop header or trailer', async () => {
    const name = world.identityHeader;
    for (const spelling of [name, name.toLowerCase(), name.replaceAll('-', '_')])
      for (const authorization of [bearer, ''])
        await get('/api/', { headers: { [spelling]: ['Admin', 'Admin'], authorization } });
    await askRaw(
      world.gateway.https,
      `POST /api/ HTTP/1.1\r\nHost: x\r\nConnection: close, ${name}\r\n${name}: Admin\r\nAuthorization: ${bearer}\r\n` +
        `Transfer-Encoding: chunked\r\nTrailer: ${name}\r\n\r\n1\r\na\r\n0\r\n${name}: Admin\r\n\r\n`,
    );
    expect(world.backend.seen).toHaveLength(7);
    for (const { rawHeaders } of world.backend.seen) expect(rawHeaders.join('\n')).not.toContain('Admin');
  });

  it('nor does a cookie of another session, server or key make anybody', async () => {
    const { sealed } = genuineSession(world);
    for (const header of [cookieHeader(sealed, 'a'.repeat(24)), cookieHeader(`${sealed}x`, 'a'.repeat(24))])
      expect(toldIdentity(await get('/api/', { headers: { cookie: header } }), world.identityHeader)).toEqual([]);
  });

  it('who was signed on and cannot be asked for now is not let in as nobody', async () => {
    const session = newSessionId();
    world.legacy.sessions.set(session, { user: 'Admin' });
    world.legacy.home = (response) => void response.destroy();
    const at = now() - 90;
    const sealed = seal(world.gateway.secrets.signingKey, { user: 'Admin', session, issued: at, confirmed: at });
    expect((await get('/api/', { headers: { cookie: cookieHeader(sealed, session) } })).status).toBe(503);
    expect(world.backend.seen).toEqual([]);
  });

  it("Django's own pages stay closed", async () => {
    for (const headers of [{}, { authorization: bearer }, { cookie: cookie() }] as Record<string, string>[])
      for (const path of ['/api/admin/', '/api/admin/login/', '/api/%61dmin'])
        expect((await get(path, { headers })).status).toBe(403);
    expect(world.backend.seen).toEqual([]);
  });
});

describe('gateway.api.auth: basic, where React calls /api', () => {
  beforeAll(async () => {
    const { code, output } = await world.gateway.activate('basic', { ...world.plan, routes: api('basic') });
    expect(output).toBe('');
    expect(code).toBe(0);
  });

  it('a signed-on browser, an API user and nobody else', async () => {
    expect(toldIdentity(await get('/api/', { headers: { cookie: cookie() } }), world.identityHeader)).toEqual([
      'Admin',
    ]);
    expect(toldIdentity(await get('/api/', { headers: { authorization: basic } }), world.identityHeader)).toEqual([
      'claims',
    ]);
    const both = await get('/api/', { headers: { authorization: basic, cookie: cookie() } });
    expect(toldIdentity(both, world.identityHeader)).toEqual(['claims']);
    world.reset();
    for (const headers of [
      {},
      { authorization: bearer },
      { authorization: bearer, cookie: cookie() },
      { authorization: '' },
    ] as Record<string, string>[])
      expect((await get('/api/', { headers })).status).toBe(401);
    expect(world.backend.seen).toEqual([]);
  });
});

it('leaves no error in the log', async () => {
  expect(unexpected(await world.gateway.errors())).toEqual([]);
});
