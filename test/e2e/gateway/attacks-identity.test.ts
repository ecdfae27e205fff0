import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type Asked, ask, askRaw, headerValues, openVisitor, type Visitor } from './support/client.ts';
import { cookieHeader } from './support/seal.ts';
import { toldIdentity, unexpected } from './support/who.ts';
import { genuineSession, openWorld, type World } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

async function signedOn(user = 'admin', password = 'admin123'): Promise<Visitor> {
  const visitor = openVisitor(world.gateway.https);
  await visitor.login(user, password);
  expect((await visitor.ask('/iapi/')).status).toBe(200);
  return visitor;
}

const status = async (path: string, asked: Asked): Promise<number> =>
  (await ask(world.gateway.https, path, asked)).status;

describe('telling the backend a name', () => {
  const spellings = [
    'Remote-User',
    'remote-user',
    'REMOTE-USER',
    'Remote_User',
    'REMOTE_USER',
    'HTTP_REMOTE_USER',
    'X-Forwarded-User',
  ];
  for (const name of spellings)
    it(`${name} does not arrive`, async () => {
      const visitor = await signedOn('nurse', 'nurse-1');
      for (const path of ['/iapi/', '/front/'])
        expect((await visitor.ask(path, { headers: { [name]: ['Admin', 'Admin'] } })).status).toBe(200);
      for (const { rawHeaders } of [...world.ibackend.seen, ...world.frontend.seen])
        expect(rawHeaders.join('\n')).not.toContain('Admin');
    });

  it('nor does the secret header, if it ever leaked', async () => {
    const visitor = await signedOn('nurse', 'nurse-1');
    for (const name of [
      world.identityHeader,
      world.identityHeader.toLowerCase(),
      world.identityHeader.replaceAll('-', '_'),
    ]) {
      const told = await visitor.ask('/iapi/', { headers: { [name]: ['Admin', 'Admin'] } });
      expect(toldIdentity(told, world.identityHeader)).toEqual(['Nurse']);
      const front = await visitor.ask('/front/', { headers: { [name]: 'Admin' } });
      expect(toldIdentity(front, world.identityHeader)).toEqual([]);
      await visitor.ask('/Find.aspx?x=1', { headers: { [name]: 'Admin' } });
      expect(headerValues(world.legacy.seen.at(-1)?.rawHeaders ?? [], world.identityHeader)).toEqual([]);
    }
  });

  it('naming the headers as hop-by-hop does not remove the true name', async () => {
    const { sealed, session } = genuineSession(world);
    const answer = await askRaw(
      world.gateway.https,
      `GET /iapi/ HTTP/1.1\r\nHost: x\r\nCookie: ${cookieHeader(sealed, session)}\r\nConnection: close, ${world.identityHeader}, Cookie\r\n\r\n`,
    );
    const body = answer.slice(answer.indexOf('{"name"'), answer.lastIndexOf('}') + 1);
    expect(toldIdentity({ status: 200, headers: {}, setCookies: [], body }, world.identityHeader)).toEqual(['Admin']);
  });

  it('nor does it arrive in the trailer of a chunked request', async () => {
    const { sealed, session } = genuineSession(world);
    await askRaw(
      world.gateway.https,
      `POST /iapi/ HTTP/1.1\r\nHost: x\r\nCookie: ${cookieHeader(sealed, session)}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n` +
        `Trailer: Remote-User\r\n\r\n1\r\na\r\n0\r\nRemote-User: Nurse\r\n${world.identityHeader}: Nurse\r\n\r\n`,
    );
    expect(world.ibackend.seen).toHaveLength(1);
    expect(world.ibackend.seen[0]?.rawHeaders.join('\n')).not.toContain('Nurse');
  });

  it("Django's session and credentials do not reach /iapi beside the name", async () => {
    const { sealed, session } = genuineSession(world);
    const cookie = `${cookieHeader(sealed, session)}; sessionid=stolen; SESSIONID=stolen; JWT=stolen; JWT-refresh-token=stolen; csrftoken=t`;
    await ask(world.gateway.https, '/iapi/', { headers: { cookie, authorization: 'Basic QWRtaW46eA==' } });
    expect(headerValues(world.ibackend.seen[0]?.rawHeaders ?? [], 'cookie')).toEqual(['csrftoken=t']);
    expect(headerValues(world.ibackend.seen[0]?.rawHeaders ?? [], 'authorization')).toEqual([]);
  });
});

describe('finding another way in', () => {
  const paths = [
    '//iapi/',
    '/iapi/../iapi/',
    '/x/../iapi/',
    '/%69api/',
    '/iapi%2fx',
    '/iapi/%2e%2e/api/',
    '/iapi/..;/api/x',
    '/iapi/..%5capi/',
    '/front/..%2fiapi/',
    '/iapi//x',
    '/./iapi/',
    '/front/%2e%2e/iapi/',
    '/api/../iapi/',
    '/IAPI/',
    '/iapi\\x',
    '/iapi/%00',
  ];
  for (const path of paths)
    it(`${path} reaches no backend unless signed on, and only as itself`, async () => {
      const raw = (cookie: string): Promise<string> =>
        askRaw(world.gateway.https, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${cookie}\r\n`);
      await raw('');
      expect(world.ibackend.seen).toEqual([]);
      expect(world.backend.seen).toEqual([]);
      const { sealed, session } = genuineSession(world);
      const answer = await raw(`Cookie: ${cookieHeader(sealed, session)}\r\n`);
      expect(world.backend.seen).toEqual([]);
      if (answer.startsWith('HTTP/1.1 200'))
        for (const { url } of world.ibackend.seen) expect(url).toMatch(/^\/iapi\//);
    });

  it('an absolute request line is judged by its path', async () => {
    const answer = await askRaw(
      world.gateway.https,
      'GET https://x/iapi/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 401/);
    expect(world.ibackend.seen).toEqual([]);
  });

  it('an answer of the application cannot fetch from inside', async () => {
    const visitor = await signedOn();
    expect((await visitor.ask('/iapi/')).body).toContain('ibackend');
  });

  it('a foreign site cannot change anything with the cookie', async () => {
    const { sealed, session } = genuineSession(world);
    const cookie = cookieHeader(sealed, session);
    const post = (headers: Record<string, string>): Promise<number> =>
      status('/iapi/graphql', { method: 'POST', headers: { cookie, ...headers }, body: '{}' });
    expect(await post({ origin: 'https://evil.example' })).toBe(403);
    expect(await post({ origin: 'null' })).toBe(403);
    expect(await post({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await post({ origin: `https://127.0.0.1:${world.gateway.https}`, 'sec-fetch-site': 'same-origin' })).toBe(
      200,
    );
    expect(await post({})).toBe(200);
  });

  it('files of the legacy cannot be downloaded', async () => {
    const paths = [
      '/Download.aspx?f=../../web.config',
      '/download.ASPX?f=x',
      '/%44ownload.aspx?f=..%5c..%5cweb.config',
      '/Download.aspx/x?f=y',
      '//Download.aspx?f=y',
      '/Download.aspx::$DATA?f=y',
      '/(S(x))/Download.aspx?f=y',
    ];
    for (const path of paths) expect(await status(path, {})).toBe(403);
    const visitor = await signedOn();
    world.legacy.seen.length = 0;
    for (const path of [
      '/Download.aspx?f=../x',
      '/Download.aspx?f=a%2fb',
      '/Download.aspx?f=x&f=../y',
      '/Download.aspx?F=..',
    ])
      expect((await visitor.ask(path)).status).toBe(403);
    expect(world.legacy.seen).toEqual([]);
    expect((await visitor.ask('/Download.aspx?f=ImisData.db3')).status).toBe(200);
  });

  it('photos are no second door to other pages', async () => {
    const visitor = await signedOn();
    world.legacy.seen.length = 0;
    for (const path of [
      '/photos/Default.aspx',
      '/photos/../web.config',
      '/photos/a.jpg/../../web.config',
      '/photos/x.aspx%3Fa.jpg',
      '/photos/%2e%2e/a.jpg/x',
    ])
      await visitor.ask(path);
    expect(world.legacy.seen.filter(({ url }) => !url.startsWith('/photos/'))).toEqual([]);
    expect((await visitor.ask('/photos/Images/Updated/1.jpg')).headers['cache-control']).toBe('private, no-store');
    expect(await status('/photos/Images/Updated/1.jpg', {})).toBe(401);
  });
});

it('leaves no error in the log', async () => {
  expect(unexpected(await world.gateway.errors())).toEqual([]);
});
