import { allAmong, deployed, type GatewayCheck } from './check.ts';
import { ask, askRaw, type Door, hostHeader } from './door.ts';

const noLegacy = ({ legacyPath }: Door): string | undefined =>
  legacyPath === undefined ? 'this server has no legacy' : undefined;

export const refusalChecks: readonly GatewayCheck[] = [
  {
    id: 'to-https',
    title: 'plain http leads to https, and not for ever',
    why: 'a permanent redirect is kept by browsers for ever; 307 and 308 keep a POST a POST',
    run: async (door) => {
      const answer = await ask(door, { path: '/openimis-gateway-test?a=b', plain: true });
      const to = answer.headers.location ?? 'nowhere';
      return {
        ok: [302, 303, 307].includes(answer.status) && to === `https://${hostHeader(door)}/openimis-gateway-test?a=b`,
        found: `${answer.status} to ${to.slice(0, 120)}`,
        expected: `307 to https://${hostHeader(door)}/...`,
      };
    },
  },
  {
    id: 'odd-paths',
    title: 'a path in an odd spelling reaches no backend',
    why: 'what the gateway judged must be what the backend reads',
    skip: (door) => (deployed(door, 'iapi') || deployed(door, 'api') ? undefined : 'no backend is deployed'),
    run: async (door) => {
      const odd = [
        '/iapi/%2e%2e/api/',
        '/iapi//core',
        '/iapi%2fcore',
        '/front/..%2fiapi/',
        '/iapi/..%5capi/',
        '/api/%00',
      ];
      const answers = [];
      for (const path of odd) {
        const raw = `GET ${path} HTTP/1.1\r\nHost: ${hostHeader(door)}\r\nConnection: close\r\n\r\n`;
        const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(await askRaw(door, raw))?.[1] ?? 444);
        answers.push({ what: path, status });
      }
      // What is no path of the new side is the legacy's, which may answer as it likes: 302 to its login, or 404.
      return allAmong(answers, [302, 400, 401, 403, 404, 444], '400, 401, 403 or 404 for each');
    },
  },
  {
    id: 'closed-admin',
    title: "Django's administration is closed",
    why: 'its login page would be a second door with passwords of its own',
    skip: (door) => (deployed(door, 'iapi') || deployed(door, 'api') ? undefined : 'no backend is deployed'),
    run: async (door) => {
      const answers = [];
      for (const path of ['/api/admin/', '/iapi/admin/'])
        answers.push({ what: path, status: (await ask(door, { path })).status });
      return allAmong(answers, [401, 403, 404], '401, 403 or 404');
    },
  },
  {
    id: 'two-lengths',
    title: 'a request with two lengths is refused',
    why: 'gateway and backend could disagree where it ends, and a second request hide in it',
    run: async (door) => {
      const head = `POST /openimis/health HTTP/1.1\r\nHost: ${hostHeader(door)}\r\n`;
      const bodies = [
        'Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX',
        'Content-Length: 1\r\nContent-Length: 2\r\n\r\nXX',
        'Transfer-Encoding: xchunked\r\nContent-Length: 1\r\n\r\nX',
      ];
      const answers = [];
      for (const [at, rest] of bodies.entries()) {
        const text = await askRaw(door, head + rest);
        const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 444);
        answers.push({ what: `form ${at + 1}`, status });
      }
      return allAmong(answers, [400, 444, 501], '400 or 501, or the connection closed');
    },
  },
  {
    id: 'download',
    title: 'files of the legacy cannot be fetched through Download.aspx',
    why: "it sends any file of the site to anybody: web.config holds the database's password",
    skip: noLegacy,
    run: async (door) => {
      const directory = door.legacyPath ?? '/';
      // The file does not exist, so that nothing is fetched even if this is not refused.
      const name = 'openimis-gateway-test.txt';
      const paths = [`Download.aspx?f=../${name}`, `download.ASPX?f=..%5c${name}`, `%44ownload.aspx?f=${name}`];
      const answers = [];
      for (const path of paths)
        answers.push({ what: path.split('?')[0]!, status: (await ask(door, { path: directory + path })).status });
      return allAmong(answers, [400, 403], '403 for each');
    },
  },
  {
    id: 'photos',
    title: "insurees' photos are shown to nobody who is not signed on",
    why: 'they are pictures of people',
    skip: (door) => noLegacy(door) ?? (door.signOn === 'legacy' ? undefined : 'the gateway carries no sign-on here'),
    run: async (door) => {
      const { status } = await ask(door, { path: '/photos/none/none.jpg' });
      return allAmong([{ what: '/photos/none/none.jpg', status }], [401, 403], '401');
    },
  },
  {
    id: 'api-users',
    title: '/api asks for a name and password',
    why: 'programs reach every insured person through it',
    skip: (door) =>
      door.routes.some(({ name, access, target }) => name === 'api' && access === 'basic' && target !== 'not-deployed')
        ? undefined
        : 'the application judges /api itself, or it is not deployed',
    run: async (door) => {
      const path = '/api/core/users/current_user/';
      const [page, fetched] = [
        await ask(door, { path, headers: [['Sec-Fetch-Mode', 'navigate']] }),
        await ask(door, { path, headers: [['Sec-Fetch-Mode', 'cors']] }),
      ];
      const challenged = fetched.headers['www-authenticate'] !== undefined;
      return {
        ok: page.status === 401 && fetched.status === 401 && !challenged,
        found: `${page.status}, ${fetched.status} for a script${challenged ? ' with a dialog' : ''}`,
        expected: '401, and for a script no dialog (WWW-Authenticate)',
      };
    },
  },
  {
    id: 'harmful-headers',
    title: 'no header that breaks the pages or tells versions',
    why: 'the legacy needs a Referer and is shown in frames of this site; a version tells attackers what to try',
    run: async (door) => {
      const answers = [
        await ask(door, { path: door.legacyPath ?? '/' }),
        await ask(door, { path: '/openimis/health' }),
      ];
      const bad = answers.flatMap(({ headers }) => [
        ...(/^deny$/i.test(String(headers['x-frame-options'] ?? '')) ? ['X-Frame-Options: DENY'] : []),
        ...(/^no-referrer$/i.test(String(headers['referrer-policy'] ?? '')) ? ['Referrer-Policy: no-referrer'] : []),
        ...(/nginx\/\d/.test(String(headers.server ?? '')) ? [`Server: ${String(headers.server)}`] : []),
        ...(headers['x-powered-by'] !== undefined && answers[1]?.headers === headers ? ['X-Powered-By'] : []),
      ]);
      return {
        ok: bad.length === 0,
        found: bad.length === 0 ? 'none' : [...new Set(bad)].join(', '),
        expected: 'no X-Frame-Options: DENY, no Referrer-Policy: no-referrer, no version of nginx',
      };
    },
  },
];
