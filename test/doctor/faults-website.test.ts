import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';
import type { SecureVersion } from 'node:tls';

import { describe, expect, test } from 'vitest';

import { makeCertificate } from '../../src/sandbox/stand-ins/make-certificate.ts';
import { legacyUsers } from '../../src/sandbox/stand-ins/legacy-site/options.ts';
import { startLegacySite, type LegacySite } from '../../src/sandbox/stand-ins/legacy-site/start-legacy-site.ts';
import { closeServer, listen, trackSockets } from '../../src/sandbox/stand-ins/listening.ts';
import type { Legacy } from '../../src/workspace/server.ts';
import { selfSigned } from '../support/self-signed.ts';
import { openBlackHole } from './support/black-hole.ts';
import { complaints, reportFor, worldWith } from './support/world.ts';

const pair = makeCertificate('imis.example.org');

/** `answer` on a port of its own, as the legacy of a server, examined by the group. */
async function examineSite(server: TcpServer, scheme: 'http' | 'https', legacy: Partial<Legacy> = {}, timeout = 2) {
  const sockets = trackSockets(server);
  const port = await listen(server, '127.0.0.1', 0);
  try {
    return await examinePort(port, scheme, legacy, timeout);
  } finally {
    await closeServer(server, sockets);
  }
}

function examinePort(port: number, scheme: 'http' | 'https', legacy: Partial<Legacy> = {}, timeout = 2) {
  const world = worldWith({}, { timeout });
  const site: Legacy = { ip: '127.0.0.1', url: `${scheme}://127.0.0.1:${port}/`, ...legacy };
  return reportFor({ ...world, server: { ...world.server, legacy: site } }, ['legacy-website']);
}

const form =
  '<title>IMIS</title><input name="__VIEWSTATE"><input name="__EVENTVALIDATION">' +
  '<input name="txtUserName"><input name="txtPassword"><input name="btnLogin" type=submit>';

/** A legacy as it should be, but for what `change` does first; true: it has answered. */
const site =
  (change: (...parameters: Parameters<RequestListener>) => boolean = () => false): RequestListener =>
  (request, response) => {
    if (change(request, response)) return;
    if (request.url?.includes('Home.aspx') === true) response.writeHead(302, { Location: '/Default.aspx' }).end();
    else response.end(form);
  };
const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(code, headers).end('<p>no</p>');
const with_ = (name: string, value: string): RequestListener =>
  site((_, response) => {
    response.setHeader(name, value);
    return false;
  });

/** What is wrong with a site over http, and exactly what is said about it. */
const faults: Readonly<Record<string, readonly [RequestListener, ...string[]]>> = {
  'nothing is wrong': [site()],
  'a page of something else': [
    (_, response) => void response.end('<title>Apache</title>It works!'),
    'is-openimis: problem',
  ],
  'no view state': [
    site((request, response) => {
      if (request.url !== '/') return false;
      response.end(form.replaceAll('__VIEWSTATE', 'x'));
      return true;
    }),
    'is-openimis: warning',
  ],
  'a name that IIS does not know': [status(400), 'status: problem'],
  'a Windows login': [status(401), 'status: problem'],
  'an address that is not let in': [status(403), 'status: problem'],
  'a wrong virtual directory': [status(404), 'status: problem'],
  'an application that fails': [status(500), 'status: problem'],
  'a stopped application pool': [status(503), 'status: problem'],
  'an answer nobody foresaw': [status(418), 'status: problem'],
  'it leads elsewhere': [status(301, { Location: 'https://elsewhere.example.org/' }), 'status: problem'],
  'it leads back to the gateway': [status(307, { Location: 'https://new.example.org/' }), 'not-the-gateway: problem'],
  'the gateway that found its circle': [status(508), 'not-the-gateway: problem'],
  'a login page, and no application behind it': [
    site((request, response) => {
      if (request.url?.includes('Home.aspx') !== true) return false;
      response.writeHead(500).end();
      return true;
    }),
    'application: warning',
  ],
  'a session cookie for scripts': [with_('Set-Cookie', 'ASP.NET_SessionId=abc; path=/'), 'session-cookie: warning'],
  'a clock an hour ahead': [with_('Date', new Date(Date.now() + 3_600_000).toUTCString()), 'clock: warning'],
};

const id = (name: string): string => `legacy-website/${name}`;

describe('every fault of the website has one diagnosis', () => {
  test.for(Object.entries(faults))('%s', async ([, [listener, ...expected]]) => {
    const report = await examineSite(createServer(listener), 'http');
    expect([...complaints(report)].sort()).toEqual(expected.map(id).sort());
    expect(report.requests.length).toBeLessThanOrEqual(5);
  });

  const raw = (answer: (socket: Socket) => void): TcpServer =>
    createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => answer(socket));
    });

  test.for([
    ['cuts every connection', raw((socket) => socket.destroy()), 'http'],
    ['never answers', raw(() => {}), 'http'],
    ['is no web server', raw((socket) => socket.end('220 mail ready\r\n')), 'http'],
    ['speaks http where https is expected', createServer(site()), 'https'],
  ] as const)('what %s', async ([, server, scheme]) => {
    const report = await examineSite(server, scheme, { tls: 'insecure' }, 1);
    expect(complaints(report)).toEqual([id('protocol: problem')]);
  });

  test('a closed port, a port that swallows packets, a name nobody knows', async () => {
    const server = createTcpServer();
    const port = await listen(server, '127.0.0.1', 0);
    await closeServer(server, trackSockets(server));
    const refused = await examinePort(port, 'http');
    expect(complaints(refused)).toEqual([id('port: problem')]);
    expect(refused.letter).toContain(`to port ${port}`);
    const hole = await openBlackHole();
    try {
      expect(complaints(await examinePort(hole.port, 'http', {}, 1))).toEqual([id('port: problem')]);
    } finally {
      hole.close();
    }
    const world = worldWith({});
    const dns = `${'x'.repeat(64)}.invalid`;
    const server2 = { ...world.server, legacy: { dns, url: `http://${dns}/`, tls: 'none' } as const };
    expect(complaints(await reportFor({ ...world, server: server2 }, ['legacy-website']))).toEqual([
      id('name: problem'),
    ]);
  });
});

describe('the certificate', () => {
  const secure = (keys: { key: string; cert: string }, newest?: SecureVersion): TcpServer =>
    createTlsServer(
      {
        ...keys,
        ...(newest === undefined ? {} : { minVersion: newest, maxVersion: newest, ciphers: 'DEFAULT@SECLEVEL=0' }),
      },
      site(),
    );

  test('self-signed: refused by verify, accepted by pin when it is the one, warned of by insecure', async () => {
    const keys = await pair;
    const other = await makeCertificate('other.example.org');
    const said = async (legacy: Partial<Legacy>) => complaints(await examineSite(secure(keys), 'https', legacy));
    expect(await said({ tls: 'verify' })).toEqual([id('certificate: problem')]);
    expect(await said({ tls: 'pin', certificate: keys.cert })).toEqual([]);
    expect(await said({ tls: 'pin', certificate: other.cert })).toEqual([id('certificate: problem')]);
    expect(await said({ tls: 'insecure' })).toEqual([id('certificate: warning')]);
  });

  test('runs out in ten days, and is the pinned one', async () => {
    const keys = selfSigned('imis.example.org', 10);
    const report = await examineSite(secure(keys), 'https', { tls: 'pin', certificate: keys.cert });
    expect(complaints(report)).toEqual([id('certificate-expiry: warning')]);
    expect(report.letter).toContain('expires on');
  });

  test('TLS 1.0 only', async () => {
    const keys = await pair;
    const report = await examineSite(secure(keys, 'TLSv1'), 'https', { tls: 'pin', certificate: keys.cert });
    expect(complaints(report)).toEqual([id('tls-version: warning')]);
  });
});

describe('the stand-in of the legacy', () => {
  const withLegacy = async (use: (legacy: LegacySite) => Promise<void>, hostNames?: readonly string[]) => {
    const legacy = await startLegacySite({
      users: legacyUsers(),
      virtualDirectory: '/imis',
      ...(hostNames === undefined ? {} : { hostNames }),
    });
    try {
      await use(legacy);
    } finally {
      await legacy.close();
    }
  };

  test('is well, in a virtual directory, and got at most five GETs and no session', () =>
    withLegacy(async (legacy) => {
      const report = await examinePort(legacy.port, 'http', { url: legacy.url });
      expect(complaints(report)).toEqual([]);
      const asked = [...legacy.state.requestsByPath.values()].reduce((sum, count) => sum + count, 0);
      expect(asked).toBe(report.requests.length);
      expect(asked).toBeLessThanOrEqual(5);
    }));

  test('without its virtual directory it is not found; under another name IIS refuses', async () => {
    await withLegacy(async (legacy) => {
      const report = await examinePort(legacy.port, 'http');
      expect(complaints(report)).toEqual([id('status: problem')]);
    });
    await withLegacy(
      async (legacy) => {
        const report = await examinePort(legacy.port, 'http', { url: legacy.url });
        expect(complaints(report)).toEqual([id('status: problem')]);
        expect(report.letter).toContain('bindings');
      },
      ['imis.example.org'],
    );
  });
});
