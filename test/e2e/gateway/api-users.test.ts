import { hashSync } from 'bcryptjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type Answer, ask, type Asked, headerValues } from './support/client.ts';
import { clientHeader, letTestsChooseAddresses } from './support/seen-from.ts';
import { cookieHeader } from './support/seal.ts';
import { toldIdentity, unexpected } from './support/who.ts';
import { genuineSession, openWorld, type World } from './support/world.ts';

const right = 'right horse battery';
const hash = hashSync(right, 8);
const today = new Date().toISOString().slice(0, 10);
const lines = [
  `plain:${hash}`,
  `fhir:${hash}:as=O'Brien%20jr paths=/api/api_fhir/,/api/claim/`,
  `query:${hash}:paths=/api/graphql`,
  `all:${hash}:paths=/api/`,
  `office:${hash}:from=203.0.113.0/25,2001:db8:7::/48`,
  `gone:${hash}:expires=2020-12-31`,
  `today:${hash}:expires=${today}`,
  `Admin-pages:${hash}:paths=/api/admin`,
  // Nobody: what is not understood must not become a user without restrictions.
  `typo:${hash}:path=/api/api_fhir/`,
  `network:${hash}:from=203.0.113.0/33`,
  `date:${hash}:expires=31.12.2099`,
  `root:${hash}:paths=/`,
  `slow:${hash.replace('$08$', '$31$')}`,
  `des:aaRqGFdVhVmeY`,
  'broken:plain',
];

let world: World;
let versions = 1;

beforeAll(async () => {
  world = await openWorld({ htpasswd: lines.join('\n') });
  await letTestsChooseAddresses(world.gateway, world.plan, 'v2');
});
afterAll(() => world.close());
beforeEach(() => world.reset());

let last = 0;
/** An address that no other test uses. */
const freshClient = (): string => `198.18.${Math.floor(++last / 250)}.${last % 250}`;

function as(user: string, password = right, headers: Record<string, string> = {}): Asked {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return { headers: { [clientHeader]: freshClient(), authorization, ...headers } };
}
const get = (path: string, asked: Asked): Promise<Answer> => ask(world.gateway.https, path, asked);
const status = async (path: string, asked: Asked): Promise<number> => (await get(path, asked)).status;
async function reloadWith(users: readonly string[]): Promise<void> {
  await world.gateway.upload('/etc/openimis/secrets', { htpasswd: users.join('\n') });
  await letTestsChooseAddresses(world.gateway, world.plan, `v${++versions + 1}`);
}

describe('who an API user is', () => {
  it('the backend is told the openIMIS user, the log has the name of the client', async () => {
    const answer = await get('/api/api_fhir/Patient', as('fhir', right, { remote_user: 'x', 'remote-user': 'Admin' }));
    expect(toldIdentity(answer, world.identityHeader)).toEqual(["O'Brien jr"]);
    expect(answer.body).not.toContain('"Admin"');
    await expect.poll(async () => (await world.gateway.accesses()).map((line) => line['user'])).toContain('fhir');
  });

  it('neither password, nor cookies that could name somebody else, reach the backend', async () => {
    const cookie = 'sessionid=stolen; JWT=stolen; csrftoken=t; ASP.NET_SessionId=abc';
    const answer = await get('/api/', as('plain', right, { cookie }));
    expect(answer.status).toBe(200);
    const { rawHeaders } = world.backend.seen.at(-1) ?? { rawHeaders: [] };
    expect(headerValues(rawHeaders, 'authorization')).toEqual([]);
    expect(headerValues(rawHeaders, 'cookie')).toEqual(['csrftoken=t']);
    expect(answer.setCookies.join()).not.toContain('sessionid');
  });

  it.each(['typo', 'network', 'date', 'root', 'slow', 'des', 'broken', 'nobody', 'Plain', 'plai', 'plain '])(
    '%s is nobody',
    async (name) => {
      for (const password of [right, 'plain', '']) expect(await status('/api/', as(name, password))).toBe(401);
    },
  );

  it('a password that is longer than bcrypt looks at is wrong', async () => {
    const long = 'x'.repeat(72);
    await reloadWith([...lines, `long:${hashSync(long, 8)}`]);
    expect(await status('/api/', as('long', long))).toBe(200);
    expect(await status('/api/', as('long', `${long}y`))).toBe(401);
    expect(await status('/api/', as('long', `${long}\0`))).toBe(401);
  });
});

describe('what an API user may ask for', () => {
  it('only the paths he was given', async () => {
    for (const path of ['/api/api_fhir/', '/api/api_fhir/Patient?x=../', '/api/claim/1', '/api/claim'])
      expect(await status(path, as('fhir'))).toBe(200);
    world.reset();
    const refused = await get('/api/policy/', as('fhir'));
    expect([refused.status, JSON.parse(refused.body)]).toMatchObject([403, { error: 'api-path' }]);
    for (const path of [
      '/api/api_fhir_r4/',
      '/api/api_fhi',
      '/api/',
      '/api/API_FHIR/',
      '/api/%70olicy/',
      '/api/graphql',
    ])
      expect(await status(path, as('fhir'))).toBe(403);
    for (const path of [
      '/api/api_fhir/../policy/',
      '/api/api_fhir/..%2fpolicy/',
      '/api/api_fhir%0a',
      '/api/api_fhir//x',
    ])
      expect([400, 403]).toContain(await status(path, as('fhir')));
    expect(world.backend.seen).toEqual([]);
  });

  it('GraphQL only when it was opened for him by name', async () => {
    for (const name of ['plain', 'all', 'fhir'])
      for (const path of ['/api/graphql', '/api/graphql/', '/api/%67raphql', '/api/GraphQL', '/api/graphql%3f'])
        expect(await status(path, as(name))).toBe(403);
    expect(world.backend.seen).toEqual([]);
    expect(await status('/api/graphql', as('query'))).toBe(200);
    expect(await status('/api/claim/', as('query'))).toBe(403);
  });

  const adminPaths = ['/admin/', '/admin', '/%61dmin/', '/ADMIN/', '/admin/login/?next=/', '/admin;x'];
  it("Django's own pages are closed to everybody", async () => {
    const { sealed, session } = genuineSession(world);
    const cookie = cookieHeader(sealed, session);
    for (const path of adminPaths) {
      for (const name of ['plain', 'all', 'Admin-pages']) expect(await status(`/api${path}`, as(name))).toBe(403);
      expect(await status(`/iapi${path}`, { headers: { cookie } })).toBe(403);
    }
    expect([...world.backend.seen, ...world.ibackend.seen]).toEqual([]);
    expect(await status('/api/administration/', as('plain'))).toBe(200);
    expect(await status('/iapi/administration/', { headers: { cookie } })).toBe(200);
  });

  it('opened by the setting, for signed-on users and for who was given them by name', async () => {
    await letTestsChooseAddresses(world.gateway, { ...world.plan, adminPages: 'open' }, 'open');
    const { sealed, session } = genuineSession(world);
    expect(await status('/iapi/admin/', { headers: { cookie: cookieHeader(sealed, session) } })).toBe(200);
    expect(await status('/api/admin/', as('Admin-pages'))).toBe(200);
    expect(await status('/api/admin/', as('all'))).toBe(403);
    await reloadWith(lines);
  });
});

describe('where from and until when', () => {
  it.each(['203.0.113.1', '203.0.113.127', '2001:db8:7::1', '2001:db8:7:ffff::', '::ffff:203.0.113.5'])(
    'from %s: inside',
    async (client) => expect(await status('/api/', as('office', right, { [clientHeader]: client }))).toBe(200),
  );
  it.each(['203.0.113.128', '203.0.112.255', '2001:db8:8::1', '::ffff:203.0.113.200', '::'])(
    'from %s: the right password is as good as a wrong one, and the log says why',
    async (client) => {
      const answer = await get('/api/', as('office', right, { [clientHeader]: client }));
      expect([answer.status, world.backend.seen]).toEqual([401, []]);
      expect(answer.body).not.toContain('network');
      expect((await world.gateway.errors()).join('\n')).toMatch(/API user office refused: asked from an address/);
    },
  );

  it('until the end of the day that was said', async () => {
    expect(await status('/api/', as('today'))).toBe(200);
    expect(await status('/api/', as('gone'))).toBe(401);
    expect((await world.gateway.errors()).join('\n')).toContain('API user gone refused: expired');
  });
});

describe('the question for a password', () => {
  const browser = 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101';
  it.each([
    ['curl', { accept: '*/*' }, true],
    ['a FHIR client', { accept: 'application/fhir+json', 'user-agent': 'hapi-fhir' }, true],
    ['a person in a browser', { 'sec-fetch-mode': 'navigate', 'user-agent': browser }, true],
    ['a person in an old browser', { accept: 'text/html,*/*', 'user-agent': browser }, true],
    ['fetch', { 'sec-fetch-mode': 'cors', 'user-agent': browser }, false],
    ['fetch of the same origin', { 'sec-fetch-mode': 'same-origin', accept: 'text/html' }, false],
    ['XMLHttpRequest as libraries mark it', { 'x-requested-with': 'XMLHttpRequest' }, false],
    ['fetch in an old browser', { accept: '*/*', 'user-agent': browser }, false],
    ['axios in an old browser', { accept: 'application/json, text/plain, */*', 'user-agent': browser }, false],
  ])('%s', async (_who, headers: Record<string, string>, asked) => {
    const answer = await get('/api/', { headers });
    expect([answer.status, answer.headers['www-authenticate'] !== undefined]).toEqual([401, asked]);
    const wrong = await get('/api/', as('plain', 'wrong', headers));
    expect([wrong.status, wrong.headers['www-authenticate'] !== undefined]).toEqual([401, asked]);
  });
});

describe('a change', () => {
  it('counts at the first request after the reload: password, openIMIS user, removal', async () => {
    await reloadWith([`robot:${hash}:as=Nurse`]);
    for (let n = 0; n < 3; n++)
      expect(toldIdentity(await get('/api/', as('robot')), world.identityHeader)).toEqual(['Nurse']);
    await reloadWith([`robot:${hash}:as=Doctor`]);
    expect(toldIdentity(await get('/api/', as('robot')), world.identityHeader)).toEqual(['Doctor']);
    await reloadWith([`robot:${hashSync('another horse', 8)}`]);
    expect(await status('/api/', as('robot'))).toBe(401);
    expect(await status('/api/', as('robot', 'another horse'))).toBe(200);
    await reloadWith([`other:${hash}`]);
    expect(await status('/api/', as('robot', 'another horse'))).toBe(401);
    await reloadWith(lines);
  });

  it('without API users there is nobody', async () => {
    await reloadWith([]);
    expect(await status('/api/', as('plain'))).toBe(401);
    await reloadWith(lines);
  });
});

it('leaves no error in the log', async () => {
  expect(unexpected(await world.gateway.errors())).toEqual([]);
});
