import { ask, askRaw, openVisitor } from '../support/client.ts';
import type { World } from '../support/world.ts';
import { adminHeaders, arrived, type Attack, attacks, signedOn } from './attack.ts';

/** Everything that the two applications of the new side were told by headers. */
const applications = (world: World): readonly (readonly string[])[] =>
  [...world.ibackend.seen, ...world.frontend.seen].map(({ rawHeaders }) => rawHeaders);

/** Nurse sends a header with Admin's name. */
const named =
  (name: (world: World) => string, values: readonly string[] = ['Admin']): Attack['attempt'] =>
  async (world) => {
    const visitor = await signedOn(world, 'nurse', 'nurse-1');
    for (const path of ['/iapi/', '/front/']) {
      const { status } = await visitor.ask(path, { headers: { [name(world)]: [...values] } });
      if (status !== 200 && status !== 400) throw new Error(`${path}: ${status}`);
    }
    const told = applications(world).some((headers) => headers.includes('Admin') || headers.includes('Admin, Admin'));
    return told ? `${name(world).slice(0, 12)} arrived` : undefined;
  };

/** A request with this header beside Admin's cookies: did its value reach /iapi? */
const carried =
  (name: string, value: string): Attack['attempt'] =>
  async (world) => {
    await ask(world.gateway.https, '/iapi/', { headers: { ...adminHeaders(world), [name]: value } });
    const [seen] = world.ibackend.seen;
    if (seen === undefined) throw new Error('the request did not reach the backend');
    return arrived(seen.rawHeaders, name).some((text) => text.includes(value)) ? `${name}: ${value}` : undefined;
  };

/** Cookies of Admin and one more: did that one reach the application? */
const cookieCarried =
  (more: string, sought: string): Attack['attempt'] =>
  async (world) => {
    const cookie = adminHeaders(world, `; ${more}`)['cookie'] ?? '';
    await askRaw(
      world.gateway.https,
      `GET /iapi/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`,
    );
    const [seen] = world.ibackend.seen;
    if (seen === undefined) throw new Error('the request did not reach the backend');
    const told = arrived(seen.rawHeaders, 'cookie').join();
    return told.includes(sought) ? `Cookie: ${told}` : undefined;
  };

const legacySees =
  (headers: (world: World) => Record<string, string>, sought: (world: World) => string): Attack['attempt'] =>
  async (world) => {
    await ask(world.gateway.https, '/echo.aspx', { headers: headers(world) });
    const seen = world.legacy.seen.at(-1);
    if (seen === undefined) throw new Error('the request did not reach the legacy');
    return seen.rawHeaders.join('\n').includes(sought(world)) ? 'the legacy saw it' : undefined;
  };

let guesses = 0;

/** Failed logins that the gateway of these tests takes from one address. */
export const guessBudget = 40;

export const identityAttacks: readonly Attack[] = [
  ...attacks(
    'passes-names',
    Object.fromEntries<Attack['attempt']>([
      ...['Remote-User', 'remote-user', 'REMOTE-USER', 'Remote_User', 'REMOTE_USER', 'X-Forwarded-User'].map(
        (name) => [`the header ${name}`, named(() => name)] as const,
      ),
      ['the header Remote-User twice', named(() => 'Remote-User', ['Admin', 'Admin'])],
      ['the secret header, if it ever leaked', named((world) => world.identityHeader)],
      ['the secret header in lower case', named((world) => world.identityHeader.toLowerCase())],
      ['the secret header with underscores', named((world) => world.identityHeader.replaceAll('-', '_'))],
      ['the secret header twice', named((world) => world.identityHeader, ['Admin', 'Admin'])],
    ]),
  ),
  ...attacks('obeys-hop-by-hop', {
    'the true name declared hop-by-hop': async (world) => {
      const cookie = adminHeaders(world)['cookie'] ?? '';
      await askRaw(
        world.gateway.https,
        `GET /iapi/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookie}\r\nConnection: close, ${world.identityHeader}\r\n\r\n`,
      );
      const told = world.ibackend.seen.map(({ rawHeaders }) => arrived(rawHeaders, world.identityHeader).join());
      return told.join() === 'Admin' ? undefined : `the backend was told ${told.join() || 'nobody'}`;
    },
  }),
  ...attacks(
    'reads-raw-headers',
    Object.fromEntries(
      ['X-A: Remote-User: Nurse', 'Remote.User: Nurse', 'X-Remote-User: Nurse', 'Remote_User: Nurse'].map((line) => [
        `a name in the line ${line}`,
        async (world: World) => {
          const cookie = adminHeaders(world)['cookie'] ?? '';
          await askRaw(
            world.gateway.https,
            `GET /iapi/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n${line}\r\nCookie: ${cookie}\r\n\r\n`,
          );
          const told = world.ibackend.seen.flatMap(({ rawHeaders }) => arrived(rawHeaders, world.identityHeader));
          return told.includes('Nurse') ? 'the backend was told Nurse' : undefined;
        },
      ]),
    ),
  ),
  ...attacks('passes-forwarded', {
    'a forged Forwarded': carried('Forwarded', 'for=10.9.9.9'),
    'a forged X-Real-IP': carried('X-Real-IP', '10.9.9.9'),
    'a forged X-Forwarded-For': carried('X-Forwarded-For', '10.9.9.9'),
    'a forged X-Forwarded-Host': carried('X-Forwarded-Host', 'evil.example'),
    'a forged X-Forwarded-Prefix': carried('X-Forwarded-Prefix', '/evil'),
    'a forged Proxy (httpoxy)': carried('Proxy', 'http://evil.example'),
  }),
  ...attacks('keeps-django-session', {
    "Django's session beside the name": cookieCarried('sessionid=stolen', 'stolen'),
    "Django's session in capitals": cookieCarried('SESSIONID=stolen', 'stolen'),
    'a token of django-graphql-jwt': cookieCarried('JWT=stolen', 'stolen'),
    'its token to refresh': cookieCarried('JWT-refresh-token=stolen', 'stolen'),
    "Django's session behind a no-break space": cookieCarried('\u00a0sessionid\u00a0=stolen', 'stolen'),
    "Django's session behind a control character": cookieCarried('\x1fsessionid\x1f=stolen', 'stolen'),
    "credentials in the client's own Authorization": carried('Authorization', 'Bearer stolen'),
    'a session that Django hands out': async (world) => {
      const answer = await ask(world.gateway.https, '/iapi/', { headers: adminHeaders(world) });
      return answer.setCookies.find((line) => line.startsWith('sessionid='));
    },
  }),
  ...attacks('shows-its-cookies', {
    'an application that wants the legacy session': cookieCarried('x=y', 'ASP.NET_SessionId'),
    "an application that wants the gateway's cookie": cookieCarried('x=y', '__Host-openimis'),
    "an application that sets the gateway's cookie": async (world) => {
      const answer = await ask(world.gateway.https, '/iapi/', { headers: adminHeaders(world) });
      return answer.setCookies.find((line) => line.startsWith('__Host-openimis'));
    },
    "a listener on the way to the legacy that wants the gateway's cookie": legacySees(
      (world) => adminHeaders(world),
      () => '__Host-openimis',
    ),
  }),
  ...attacks('passes-names-to-legacy', {
    'the secret header sent to the legacy, which calls the new side itself': legacySees(
      (world) => ({ [world.identityHeader]: 'Admin-told' }),
      () => 'Admin-told',
    ),
  }),
  ...attacks('follows-accel', {
    'an answer of an application that fetches from inside (X-Accel-Redirect)': async (world) => {
      const answer = await ask(world.gateway.https, '/iapi/', { headers: adminHeaders(world) });
      if (answer.status !== 200) throw new Error(`/iapi: ${answer.status}`);
      return answer.body.includes('"ibackend"') ? undefined : 'another page was served';
    },
  }),
  ...attacks(
    'any-origin',
    Object.fromEntries(
      (
        [
          ['a page of another site that posts', { origin: 'https://evil.example' }],
          ['a sandboxed frame that posts', { origin: 'null' }],
          ['a browser that says cross-site', { 'sec-fetch-site': 'cross-site' }],
          ['a site whose name begins like ours', { origin: 'https://127.0.0.1.evil.example' }],
          ['our name over plain http', { origin: 'http://127.0.0.1' }],
          ['our name on another port', { origin: 'https://127.0.0.1:1' }],
        ] as const
      ).map(([name, headers]) => [
        name,
        async (world: World) => {
          const answer = await ask(world.gateway.https, '/iapi/graphql', {
            method: 'POST',
            body: '{}',
            headers: { ...adminHeaders(world), ...headers },
          });
          if (answer.status !== 200 && answer.status !== 403) throw new Error(`${answer.status}`);
          return world.ibackend.seen.length > 0 ? 'the POST arrived' : undefined;
        },
      ]),
    ),
  ),
  ...attacks('guesses-freely', {
    'guessing the password of a user of the legacy': async (world) => {
      for (let guess = 0; guess < guessBudget + 2; guess++)
        await openVisitor(world.gateway.https).login(
          'nurse',
          `wrong-${guess}`,
          guess % 2 === 0 ? '/' : '/dEFAULT.aspx',
        );
      const { status } = await openVisitor(world.gateway.https).login('nurse', 'nurse-1');
      return status === 302 ? 'the right guess was answered after too many wrong ones' : undefined;
    },
  }),
  ...attacks('no-budget', {
    'guessing the password of an API user': async (world) => {
      // Each time another user: whose password was right a minute ago is not guessed at.
      const user = `guessed${guesses++}`;
      const tried = (password: string): Promise<number> =>
        openVisitor(world.gateway.https)
          .ask('/api/', {
            headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
          })
          .then(({ status }) => status);
      for (let guess = 0; guess < 12; guess++) await tried(`wrong-${guess}`);
      return (await tried('right-password')) === 200 ? 'the thirteenth guess was answered' : undefined;
    },
  }),
];
