import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ask, askRaw, headerValues, openVisitor } from './support/client.ts';
import { cookieHeader, newSessionId, now, seal } from './support/seal.ts';
import { unexpected } from './support/who.ts';
import { genuineSession, openWorld, type World } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld({ legacy: { host: '10.1.2.3' } });
});
afterAll(() => world.close());
beforeEach(() => world.reset());

/** Processor time of all nginx processes, in ticks of 10 ms: what a busy machine does not change. */
async function processorTicks(): Promise<number> {
  const { output } = await world.gateway.run('sh', '-c', 'cat /proc/[0-9]*/stat 2>/dev/null; true');
  const fields = output.split('\n').flatMap((line) => {
    const [, comm, rest] = /^\d+ \((.*)\) (.*)$/.exec(line) ?? [];
    return comm === 'nginx' && rest !== undefined ? [rest.split(' ')] : [];
  });
  if (fields.length < 2) throw new Error(`no nginx processes in ${output.slice(0, 200)}`);
  return fields.reduce((sum, field) => sum + Number(field[11]) + Number(field[12]), 0);
}

describe('a request that costs much', () => {
  const spaces = `a=x${' '.repeat(15_000)}y`;
  const requests: readonly [string, string, Record<string, string | string[]>][] = [
    ['blanks inside a cookie', '/echo.aspx', { cookie: spaces }],
    ['blanks inside a cookie, on a page of the application', '/front/', { cookie: `__Host-openimis-test=${spaces}` }],
    ['many dots in a path', `/${'.'.repeat(15_000)}x`, {}],
    ['a long name to download', `/Download.aspx?f=${'a'.repeat(15_000)}!`, {}],
  ];
  for (const [name, path, headers] of requests)
    it(`does not keep the others waiting: ${name}`, async () => {
      const before = await processorTicks();
      await ask(world.gateway.https, path, { headers });
      // A pattern that is quadratic in these bytes took 140 to 360 ticks; a linear one takes 0 to 3.
      expect((await processorTicks()) - before).toBeLessThan(70);
    });

  it('a body that nobody reads is not kept in memory', async () => {
    const body = Buffer.alloc(60_000_000, 1);
    const request = ask(world.gateway.https, '/keepLegacyAlive', { method: 'POST', body }).catch(() => undefined);
    const measured = world.gateway.run(
      'sh',
      '-c',
      'most=0; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do n=$(df -k /run/openimis | awk \'NR == 2 { print $3 }\'); [ "$n" -gt "$most" ] && most=$n; sleep 0.05; done; echo $most',
    );
    await request;
    expect(Number((await measured).output)).toBeLessThan(20_000);
  });

  for (const path of ['/keepLegacyAlive', '/photos/a.jpg', '/openimis/health', '/logout', '/front/x'])
    for (const chunked of [false, true])
      it(`a body${chunked ? ' in chunks' : ''} is no second request: ${path}`, async () => {
        const { sealed, session } = genuineSession(world);
        const inner = `GET /iapi/hidden HTTP/1.1\r\nHost: x\r\nCookie: ${cookieHeader(sealed, session)}\r\n\r\n`;
        const body = chunked ? `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n` : inner;
        const length = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${inner.length}`;
        const answers = await askRaw(
          world.gateway.https,
          `GET ${path} HTTP/1.1\r\nHost: x\r\nCookie: ${cookieHeader(sealed, session)}\r\n${length}\r\n\r\n${body}` +
            'GET /openimis/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
        );
        expect(answers.match(/HTTP\/1\.1 \d/g)).toHaveLength(2);
        expect(world.ibackend.seen).toEqual([]);
        for (const { rawHeaders } of world.legacy.seen)
          expect(rawHeaders.join()).not.toMatch(/transfer-encoding|content-length/i);
      });
});

describe('an odd answer of the legacy', () => {
  it('with two targets to a login breaks nothing', async () => {
    world.legacy.everything = (response) =>
      response
        .writeHead(302, [
          ...['location', '/Home.aspx', 'location', '/Find.aspx'],
          ...['set-cookie', `ASP.NET_SessionId=${'a'.repeat(24)}; path=/`],
        ])
        .end();
    const visitor = openVisitor(world.gateway.https);
    await visitor.login();
    expect(unexpected(await world.gateway.errors())).toEqual([]);
  });

  const targets: readonly [string, string][] = [
    ['http://10.1.2.3/Find.aspx', '/Find.aspx'],
    ['http://10.1.2.3:80/Find.aspx', '/Find.aspx'],
    ['http://10.1.2.3//evil.example/', '/evil.example/'],
    ['http://10.1.2.3/\\evil.example/', '/evil.example/'],
    ['http://10.1.2.3:81/Find.aspx', 'http://10.1.2.3:81/Find.aspx'],
    ['http://10.1.2./Find.aspx', 'http://10.1.2./Find.aspx'],
    ['http://10.1.2.380/Find.aspx', 'http://10.1.2.380/Find.aspx'],
    ['http://10.1.2.3@evil.example/', 'http://10.1.2.3@evil.example/'],
  ];
  for (const [given, expected] of targets)
    it(`leads to ${given}`, async () => {
      world.legacy.everything = (response) => response.writeHead(302, { location: given }).end();
      expect((await ask(world.gateway.https, '/Find.aspx')).headers['location']).toBe(expected);
    });

  it('that ends in the middle of Home.aspx signs nobody on', async () => {
    world.legacy.home = (response) => {
      response.writeHead(200, { 'content-length': '500' });
      response.write('<span id="Body_txtCURRENTUSER">Evil (Admin)</span><b x="', () => response.destroy());
    };
    const visitor = openVisitor(world.gateway.https);
    await visitor.login('nurse', 'nurse-1');
    expect((await visitor.ask('/iapi/')).status).toBe(503);
  });

  it('with a very long name signs nobody on, and soon', async () => {
    world.legacy.nameText = () => `Evil (a${' '.repeat(60_000)}b)`;
    const visitor = openVisitor(world.gateway.https);
    await visitor.login('nurse', 'nurse-1');
    const before = performance.now();
    expect((await visitor.ask('/iapi/')).status).toBe(503);
    expect(performance.now() - before).toBeLessThan(300);
  });
});

describe('a cookie or a path that only the other side understands', () => {
  for (const blank of ['\u00a0', '\u00c2\u00a0', '\x1f', '\x0b'])
    it(`Django's session does not pass behind ${JSON.stringify(blank)}`, async () => {
      const { sealed, session } = genuineSession(world);
      await askRaw(
        world.gateway.https,
        `GET /iapi/ HTTP/1.1\r\nHost: x\r\nCookie: ${cookieHeader(sealed, session)}; ${blank}sessionid${blank}=stolen\r\nConnection: close\r\n\r\n`,
      );
      expect(world.ibackend.seen).toHaveLength(1);
      expect(headerValues(world.ibackend.seen[0]?.rawHeaders ?? [], 'cookie').join()).not.toContain('stolen');
    });

  it('cookies in several headers are all judged', async () => {
    const { sealed, session } = genuineSession(world);
    const cookie = ['sessionid=stolen', cookieHeader(sealed, session), 'SESSIONID=stolen', 'csrftoken=t'];
    await ask(world.gateway.https, '/iapi/', { headers: { cookie } });
    await ask(world.gateway.https, '/echo.aspx', { headers: { cookie } });
    expect(headerValues(world.ibackend.seen[0]?.rawHeaders ?? [], 'cookie')).toEqual(['csrftoken=t']);
    const { rawHeaders } = world.legacy.seen.at(-1) ?? { rawHeaders: [] };
    expect(headerValues(rawHeaders, 'cookie')).toEqual([`ASP.NET_SessionId=${session}`]);
  });

  it('a picture below a page is no picture', async () => {
    const { sealed, session } = genuineSession(world);
    const headers = { cookie: cookieHeader(sealed, session) };
    for (const path of ['/photos/Default.aspx/a.jpg', '/photos/x.ASHX/a.jpg', '/photos/Download.aspx./b/a.png'])
      expect((await ask(world.gateway.https, path, { headers })).status).toBe(404);
    expect(world.legacy.seen).toEqual([]);
    expect((await ask(world.gateway.https, '/photos/Images/Updated/1_2.jpg', { headers })).status).toBe(200);
  });

  const lines = [
    'Remote-User : Nurse',
    'Remote-User\t: Nurse',
    'X-A: b\r\n Remote-User: Nurse',
    'X-A: b\nRemote-User: Nurse',
    'X-A: b\rRemote-User: Nurse',
    'X-A: b\0Remote-User: Nurse',
    'Remote-User\u00a0: Nurse',
    'Remote.User: Nurse',
    'Content-Length: 5\r\nTransfer-Encoding: chunked\r\nRemote-User: Nurse',
    'Transfer-Encoding: chunked, identity\r\nRemote-User: Nurse',
    'Transfer-Encoding: xchunked\r\nContent-Length: 3\r\nRemote-User: Nurse',
    'Content-Length: 0\r\nContent-Length: 3\r\nRemote-User: Nurse',
  ];
  for (const line of lines)
    it(`no name arrives by ${JSON.stringify(line)}`, async () => {
      const { sealed, session } = genuineSession(world);
      await askRaw(
        world.gateway.https,
        `GET /iapi/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${line}\r\nCookie: ${cookieHeader(sealed, session)}\r\n\r\n0\r\n\r\n`,
      );
      expect(world.ibackend.seen.length).toBeLessThan(2);
      for (const { rawHeaders } of world.ibackend.seen)
        expect(rawHeaders.filter((part, at) => at % 2 === 0 && /remote/i.test(part))).toEqual([]);
      for (const { rawHeaders } of world.ibackend.seen)
        expect(headerValues(rawHeaders, world.identityHeader)).toEqual(['Admin']);
    });

  it('a redirect of the application to itself never leads to another host', async () => {
    const { sealed, session } = genuineSession(world);
    const headers = { cookie: cookieHeader(sealed, session), host: 'new.example.org' };
    const leads = async (to: string): Promise<string | undefined> =>
      (await ask(world.gateway.https, `/iapi/redirect?to=${encodeURIComponent(to)}`, { headers })).headers['location'];
    expect(await leads('https://new.example.org/iapi/x?a=1')).toBe('/iapi/x?a=1');
    expect(await leads('https://new.example.org//evil.example/')).toBe('/evil.example/');
    expect(await leads('https://new.example.org\\@evil.example/')).toBe('https://new.example.org\\@evil.example/');
  });

  it('a logout at the moment of a check wins', async () => {
    const session = newSessionId();
    world.legacy.sessions.set(session, { user: 'Admin' });
    const at = now() - 50;
    const sealed = seal(world.gateway.secrets.signingKey, { user: 'Admin', session, issued: at, confirmed: at });
    const headers = { cookie: cookieHeader(sealed, session) };
    world.legacy.homeDelay = 600;
    expect((await ask(world.gateway.https, '/iapi/', { headers })).status).toBe(200);
    await ask(world.gateway.https, '/logout', { headers });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect((await ask(world.gateway.https, '/iapi/', { headers })).status).toBe(401);
  });

  it('a request of HTTP/0.9 or without Host becomes nobody', async () => {
    for (const path of ['/iapi/', '/front/', '/photos/a.jpg', '/api/', '/logout', '/']) {
      await askRaw(world.gateway.https, `GET ${path}\r\n`);
      await askRaw(world.gateway.https, `POST ${path} HTTP/1.0\r\nOrigin: x\r\nRemote-User: Admin\r\n\r\n`);
    }
    for (const { seen } of [world.ibackend, world.frontend, world.backend]) expect(seen).toEqual([]);
  });
});

it('leaves no error in the log', async () => {
  expect(unexpected(await world.gateway.errors())).toEqual([]);
});
