import { ask, askRaw, openVisitor } from '../support/client.ts';
import type { SeenRequest } from '../support/legacy-fixture.ts';
import type { World } from '../support/world.ts';
import { adminHeaders, type Attack, attacks, gained, signedOn } from './attack.ts';

/** A path in an odd spelling, with Admin's cookies and an API user's password: did a backend get it as it was spelt? */
const spelt =
  (path: string): Attack['attempt'] =>
  async (world) => {
    const cookie = adminHeaders(world)['cookie'] ?? '';
    const basic = Buffer.from('api:right-password').toString('base64');
    await askRaw(
      world.gateway.https,
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookie}\r\nAuthorization: Basic ${basic}\r\nConnection: close\r\n\r\n`,
    );
    const seen = [world.ibackend, world.backend, world.frontend].flatMap((application) => application.seen);
    const url = seen.map((request) => request.url).find((text) => /\/\/|\.\.|%2e|%2f|%5c|^\/\.|%69/i.test(text));
    return url === undefined ? undefined : `a backend got ${url}`;
  };

const reached = (world: World, pattern: RegExp): SeenRequest | undefined =>
  world.legacy.seen.find(({ url }) => pattern.test(url));

/** A file through Download.aspx, by a stranger. */
const downloaded =
  (path: string): Attack['attempt'] =>
  async (world) => {
    const answer = await ask(world.gateway.https, path);
    if (![200, 302, 403].includes(answer.status)) throw new Error(`${path}: ${answer.status}`);
    return reached(world, /ownload/i) === undefined ? undefined : `the legacy was asked for ${path}`;
  };

/** A file of the legacy that is for nobody, or only for who is signed on. */
const shown =
  (path: string): Attack['attempt'] =>
  async (world) => {
    const answer = await ask(world.gateway.https, path);
    if (![200, 302, 401, 403].includes(answer.status)) throw new Error(`${path}: ${answer.status}`);
    return world.legacy.seen.length === 0 ? undefined : `the legacy was asked for ${path}`;
  };

/** The same by a user who is signed on. */
const traversed =
  (path: string): Attack['attempt'] =>
  async (world) => {
    const visitor = await signedOn(world);
    const answer = await visitor.ask(path);
    if (![200, 302, 403].includes(answer.status)) throw new Error(`${path}: ${answer.status}`);
    return reached(world, /ownload/i) === undefined ? undefined : `the legacy was asked for ${path}`;
  };

/** Another page of the legacy through the route of the photos. */
const pictured =
  (path: string): Attack['attempt'] =>
  async (world) => {
    await (await signedOn(world)).ask(path);
    const other = world.legacy.seen.find(
      ({ url }) => !url.startsWith('/photos/') && /\.as[hp]x|web\.config/i.test(url) && !/home\.aspx|^\/$/i.test(url),
    );
    return other === undefined ? undefined : `the legacy was asked for ${other.url}`;
  };

/** After the login, a cookie that says where the visitor wanted to go. */
const sentTo =
  (wanted: string): Attack['attempt'] =>
  async (world) => {
    const visitor = openVisitor(world.gateway.https);
    await visitor.login();
    visitor.cookies.set('__Host-openimis-test-return', encodeURIComponent(wanted));
    const answer = await visitor.ask('/Home.aspx');
    const location = answer.headers['location'];
    return location === wanted ? `sent to ${location}` : undefined;
  };

/** The legacy or an application answers with a redirect that names this server and means another one. */
const redirected =
  (given: (world: World) => string): Attack['attempt'] =>
  async (world) => {
    world.legacy.everything = (response) => response.writeHead(302, { location: given(world) }).end();
    const { headers } = await ask(world.gateway.https, '/Find.aspx');
    const location = headers['location'] ?? '';
    return /^\/[/\\]/.test(location) ? `sent to ${location}` : undefined;
  };

/** A body with the method GET on a route that sends no body on: does the legacy wait for one? */
const lengthened =
  (path: string): Attack['attempt'] =>
  async (world) => {
    const cookie = adminHeaders(world)['cookie'] ?? '';
    await ask(world.gateway.https, path, {
      method: 'GET',
      headers: { cookie, 'content-length': '40' },
      body: 'GET /Home.aspx?x=1 HTTP/1.1\r\nHost: x\r\n\r\n.',
    });
    const seen = world.legacy.seen.find(({ rawHeaders }) =>
      /content-length|transfer-encoding/i.test(rawHeaders.join()),
    );
    return seen === undefined ? undefined : 'the legacy takes the next request for a body';
  };

export const placeAttacks: readonly Attack[] = [
  ...attacks(
    'any-spelling',
    Object.fromEntries(
      [
        '//iapi/',
        '/iapi/../iapi/',
        '/x/../iapi/',
        '/%69api/',
        '/iapi/%2e%2e/api/',
        '/iapi/..%5capi/',
        '/front/..%2fiapi/',
        '/iapi//x',
        '/./iapi/',
        '/front/%2e%2e/iapi/',
        '/api/../iapi/',
        '/iapi/x%2f..%2fy',
      ].map((path) => [`the path ${path}`, spelt(path)]),
    ),
  ),
  ...attacks(
    'refuses-nothing',
    Object.fromEntries([
      ...[
        '/Download.aspx?f=../../web.config',
        '/download.ASPX?f=x',
        '/%44ownload.aspx?f=..%5c..%5cweb.config',
        '/Download.aspx/x?f=y',
        '//Download.aspx?f=y',
        '/Download.aspx::$DATA?f=y',
        '/(S(x))/Download.aspx?f=y',
      ].map((path) => [`a stranger at ${path}`, downloaded(path)] as const),
      ...[
        '/web.config',
        '/WEB%2econfig',
        '/x/..%5cweb.config',
        '/bin/IMIS.dll',
        '/Extracts/Phone/ImisData.db3',
        '/Images/Updated/123456.jpg',
        '/Default.aspx.vb',
        '/.git/config',
        '/elmah.axd',
      ].map((path) => [`a stranger at ${path}`, shown(path)] as const),
      ...[
        '/Download.aspx?f=../x',
        '/Download.aspx?f=a%2fb',
        '/Download.aspx?f=x&f=../y',
        '/Download.aspx?F=..',
        '/Download.aspx?f=c:x',
      ].map((path) => [`a user at ${path}`, traversed(path)] as const),
    ]),
  ),
  ...attacks(
    'photos-any-path',
    Object.fromEntries(
      [
        '/photos/Default.aspx',
        '/photos/x.aspx%3Fa.jpg',
        '/photos/Find.aspx/a.jpg',
        '/photos/x.ASHX/a.jpg',
        '/photos/web.config',
      ].map((path) => [`another page as a picture: ${path}`, pictured(path)]),
    ),
  ),
  ...attacks(
    'any-method',
    Object.fromEntries(
      ['PROPFIND', 'PUT', 'SEARCH', 'MKCOL'].map((method) => [
        `the method ${method}`,
        async (world: World) => {
          await askRaw(
            world.gateway.https,
            `${method} /Find.aspx HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
          );
          return world.legacy.seen.some((seen) => seen.method === method) ? 'it arrived' : undefined;
        },
      ]),
    ),
  ),
  ...attacks('photos-open', {
    'a picture of an insuree for a stranger': async (world) =>
      gained(await ask(world.gateway.https, '/photos/Images/Updated/1.jpg'), '/photos'),
  }),
  ...attacks(
    'returns-anywhere',
    Object.fromEntries(
      ['https://evil.example/', '//evil.example/', '/\\evil.example/', '/front//evil.example', '/Find.aspx'].map(
        (wanted) => [`a return after the login to ${wanted}`, sentTo(wanted)],
      ),
    ),
  ),
  ...attacks('keeps-slashes', {
    'a redirect of the legacy to //evil.example below its own name': redirected(
      (world) => `http://${world.target.host}//evil.example/`,
    ),
    'the same with a backslash': redirected((world) => `http://${world.target.host}/\\evil.example/`),
    'a redirect of an application to //evil.example below its own name': async (world) => {
      const to = encodeURIComponent('https://127.0.0.1//evil.example/');
      const headers = { ...adminHeaders(world), host: '127.0.0.1' };
      const { headers: got } = await ask(world.gateway.https, `/iapi/redirect?to=${to}`, { headers });
      const location = got['location'] ?? '';
      return /^\/[/\\]/.test(location) ? `sent to ${location}` : undefined;
    },
  }),
  ...attacks('keeps-body-length', {
    'a body that the legacy waits for, by /keepLegacyAlive': lengthened('/keepLegacyAlive'),
    'a body that the legacy waits for, by /photos': lengthened('/photos/Images/a.jpg'),
  }),
  ...attacks('strangers-on-front', {
    'the new pages for a stranger': async (world) => {
      const answer = await ask(world.gateway.https, '/front/', { headers: { 'sec-fetch-mode': 'cors' } });
      return gained(answer, '/front');
    },
    'the new backend for a stranger': async (world) => gained(await ask(world.gateway.https, '/iapi/'), '/iapi'),
    'the new backend for a stranger, by HTTP/1.0': async (world) => {
      await askRaw(world.gateway.https, 'GET /iapi/ HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n');
      return world.ibackend.seen.length > 0 ? 'it arrived' : undefined;
    },
    'the new backend for a stranger, by an absolute request line': async (world) => {
      await askRaw(
        world.gateway.https,
        'GET https://127.0.0.1/iapi/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n',
      );
      return world.ibackend.seen.length > 0 ? 'it arrived' : undefined;
    },
  }),
];
