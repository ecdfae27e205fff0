import { randomBytes } from 'node:crypto';

import { allAmong, deployed, type GatewayCheck, withoutSignOn } from './check.ts';
import { ask, type Door, type DoorAnswer, hostHeader } from './door.ts';

/** A user that every openIMIS has: who could become him could do everything. */
const admin = 'Admin';
const program = [
  ['Accept', 'application/json'],
  ['Sec-Fetch-Mode', 'cors'],
  ['Sec-Fetch-Site', 'same-origin'],
] as const;

/** Reads only, and tells whom the backend takes the sender for. */
const who = (route: 'iapi' | 'api'): string => `/${route}/core/users/current_user/`;

const session = (): string => randomBytes(12).toString('hex');

/** Cookies of an answer, as a browser sends them back. */
function cookiesOf(answer: DoorAnswer): string {
  return answer.setCookies.map((line) => line.split(';')[0] ?? '').join('; ');
}

function noIapi(door: Door): string | undefined {
  return withoutSignOn(door) ?? (deployed(door, 'iapi') ? undefined : '/iapi is not deployed on this server');
}

export const signOnChecks: readonly GatewayCheck[] = [
  {
    id: 'not-signed-on',
    title: '/iapi refuses who is not signed on, with JSON',
    why: 'everything behind /iapi believes the name that the gateway gives it',
    skip: noIapi,
    run: async (door) => {
      const answer = await ask(door, { path: who('iapi'), headers: program });
      const type = String(answer.headers['content-type'] ?? 'no type').split(';')[0] ?? '';
      return {
        ok: answer.status === 401 && type === 'application/json',
        found: `${answer.status}, ${type}`,
        expected: '401, application/json',
      };
    },
  },
  {
    id: 'to-login',
    title: '/front sends a page to the login of this server',
    why: 'a person must land at the login, and never at another site',
    skip: (door) => withoutSignOn(door) ?? (deployed(door, 'front') ? undefined : '/front is not deployed'),
    run: async (door) => {
      const headers = [
        ['Accept', 'text/html'],
        ['Sec-Fetch-Mode', 'navigate'],
      ] as const;
      const answer = await ask(door, { path: '/front/openimis-gateway-test', headers });
      const to = answer.headers.location ?? 'nowhere';
      const own = /^\/(?![/\\])/.test(to) || to.startsWith(`https://${hostHeader(door)}/`);
      return {
        ok: [302, 303, 307].includes(answer.status) && own,
        found: `${answer.status} to ${to.slice(0, 80)}`,
        expected: '302 to a path of this server',
      };
    },
  },
  {
    id: 'forged-post',
    title: 'a posted name signs nobody on',
    why: "upstream's first gateway believed any POST with txtUserName that was answered with a redirect",
    skip: noIapi,
    run: async (door) => {
      const answers: { what: string; status: number }[] = [];
      const form = ['Content-Type', 'application/x-www-form-urlencoded'] as const;
      // Logout.aspx always redirects; the others only show a page to who is not logged in. None of them writes anything.
      for (const page of ['Logout.aspx', 'Home.aspx', 'Policy.aspx']) {
        const invented = `ASP.NET_SessionId=${session()}`;
        const posted = await ask(door, {
          method: 'POST',
          path: `${door.legacyPath ?? '/'}${page}`,
          headers: [form, ['Cookie', invented], ['Referer', `https://${hostHeader(door)}/`]],
          body: `txtUserName=${admin}&ctl00%24Body%24txtUserName=${admin}`,
        });
        const cookie = [invented, cookiesOf(posted)].filter((part) => part !== '').join('; ');
        const { status } = await ask(door, { path: who('iapi'), headers: [...program, ['Cookie', cookie]] });
        answers.push({ what: `/iapi after a POST to ${page}`, status });
      }
      return allAmong(answers, [401], '401 on /iapi after each');
    },
  },
  {
    id: 'invented-cookie',
    title: 'a made-up cookie signs nobody on',
    why: 'only who has the signing key can make one',
    skip: noIapi,
    run: async (door) => {
      const now = Math.floor(Date.now() / 1000);
      const user = Buffer.from(admin).toString('base64url');
      const part = (): string => randomBytes(32).toString('base64url');
      const values = [`1.${user}.${part()}.${now}.${now}.${part()}`, `1.${user}.${part()}.${now}.${now}.`, user];
      const answers = [];
      for (const value of values) {
        const cookie = `ASP.NET_SessionId=${session()}; __Host-openimis-${door.server}=${value}`;
        const { status } = await ask(door, { path: who('iapi'), headers: [...program, ['Cookie', cookie]] });
        answers.push({ what: `${value.slice(0, 12)}...`, status });
      }
      return allAmong(answers, [401], '401 for each');
    },
  },
  {
    id: 'spoofed-header',
    title: 'a name in a header of the client does not arrive',
    why: 'backends believe the header that tells them who the user is',
    skip: (door) => (deployed(door, 'iapi') || deployed(door, 'api') ? undefined : 'no backend is deployed'),
    run: async (door) => {
      const names = [
        'Remote-User',
        'remote-user',
        'Remote_User',
        'HTTP_REMOTE_USER',
        'X-Forwarded-User',
        'X-Remote-User',
      ];
      if (door.identityHeader !== undefined)
        names.push(door.identityHeader, door.identityHeader.toLowerCase(), door.identityHeader.replaceAll('-', '_'));
      const answers = [];
      for (const route of ['iapi', 'api'] as const) {
        if (!deployed(door, route)) continue;
        for (const name of names)
          for (const values of [[admin], [admin, admin]]) {
            const headers = [...program, ...values.map((value) => [name, value] as const)];
            const { status } = await ask(door, { path: who(route), headers });
            const shown = name.startsWith('X-Openimis-') || /^x.openimis/i.test(name) ? 'the secret header' : name;
            answers.push({ what: `${shown} on /${route}`, status });
          }
      }
      const verdict = allAmong(answers, [401, 403, 404], '401, 403 or 404 for each, as without any header');
      return door.identityHeader === undefined
        ? { ...verdict, found: `${verdict.found} (the secret header was not tried: its name is not on this machine)` }
        : verdict;
    },
  },
  {
    id: 'hop-by-hop',
    title: 'naming headers as hop-by-hop changes nothing',
    why: 'a proxy that obeys would drop the headers that protect the backend',
    skip: noIapi,
    run: async (door) => {
      const connection = `close, Remote-User, Cookie${door.identityHeader === undefined ? '' : `, ${door.identityHeader}`}`;
      const headers = [...program, ['Remote-User', admin], ['Connection', connection]] as const;
      const { status } = await ask(door, { path: who('iapi'), headers });
      return allAmong([{ what: 'Connection: close, Remote-User, Cookie', status }], [400, 401], '401 (or 400)');
    },
  },
  {
    id: 'cross-site',
    title: 'another site cannot change anything in the name of a user',
    why: "a page elsewhere could use the visitor's cookie without his knowing",
    skip: noIapi,
    run: async (door) => {
      const answers = [];
      for (const [name, value] of [
        ['Origin', 'https://elsewhere.invalid'],
        ['Origin', 'null'],
        ['Sec-Fetch-Site', 'cross-site'],
      ] as const) {
        const headers = [
          ['Content-Type', 'application/json'],
          [name, value],
        ] as const;
        const { status } = await ask(door, { method: 'POST', path: '/iapi/graphql', headers, body: '{}' });
        answers.push({ what: `${name}: ${value}`, status });
      }
      return allAmong(answers, [401, 403], '403 (or 401: not signed on)');
    },
  },
  {
    id: 'cookie-flags',
    title: 'cookies are Secure, and those of the gateway HttpOnly and SameSite',
    why: 'a script, another site or a plain http request must not get them',
    run: async (door) => {
      const navigate = [
        ['Accept', 'text/html'],
        ['Sec-Fetch-Mode', 'navigate'],
      ] as const;
      const paths = ['/front/openimis-gateway-test', door.legacyPath ?? '/'];
      const answers = [];
      for (const path of paths) answers.push(await ask(door, { path, headers: navigate }));
      const lines = answers.flatMap(({ setCookies }) => setCookies);
      const wrong = lines.filter((line) => {
        const own = line.startsWith('__Host-openimis-');
        const lacks = (pattern: RegExp): boolean => !pattern.test(line);
        return lacks(/;\s*secure\b/i) || (own && (lacks(/;\s*httponly\b/i) || lacks(/;\s*samesite=(lax|strict)\b/i)));
      });
      const nameOf = (line: string): string => line.split('=')[0] ?? '';
      return {
        ok: wrong.length === 0,
        found:
          wrong.length === 0
            ? `${lines.length} cookies: ${[...new Set(lines.map(nameOf))].join(', ') || 'none'}`
            : `without their flags: ${wrong.map(nameOf).join(', ')}`,
        expected: 'Secure on each, HttpOnly and SameSite on __Host-openimis-*',
      };
    },
  },
];
