import { request } from 'node:http';

import { describe, expect, test } from 'vitest';

import { backendSettings, type BackendSettings } from '../../src/sandbox/stand-ins/applications/backend-settings.ts';
import { startBackend, type Backend } from '../../src/sandbox/stand-ins/applications/start-backend.ts';
import { startFrontend } from '../../src/sandbox/stand-ins/applications/start-frontend.ts';
import { SettingError } from '../../src/sandbox/stand-ins/settings.ts';
import { defaultLogin, type SqlServer } from '../../src/sandbox/stand-ins/sql-server/start-sql-server.ts';
import { keyPair, withSqlServer } from './sql-clients.ts';

const secretName = 'A'.repeat(64);
const identity = `X-Openimis-${secretName}`;

async function withBackend(
  env: Readonly<Record<string, string>>,
  use: (ask: Ask, database: SqlServer) => Promise<void>,
): Promise<void> {
  await withSqlServer({ tls: await keyPair() }, async (database) => {
    const settings = settingsFor(database, env);
    const backend = await startBackend(settings);
    try {
      await use(askOf(backend), database);
    } finally {
      await backend.close();
    }
  });
}

function settingsFor(database: SqlServer, env: Readonly<Record<string, string>>): BackendSettings {
  return backendSettings({
    OPENIMIS_LISTEN: '127.0.0.1:0',
    SITE_ROOT: 'iapi',
    DB_HOST: database.host,
    DB_PORT: String(database.port),
    DB_NAME: 'openIMIS',
    DB_USER: defaultLogin.user,
    DB_PASSWORD: defaultLogin.password,
    REMOTE_USER_AUTHENTICATION: 'True',
    REMOTE_USER_HEADER_NAME: `HTTP_X_OPENIMIS_${secretName}`,
    ...env,
  });
}

type Reply = {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
};
type Ask = (path: string, headers?: Readonly<Record<string, string | string[]>>, body?: string) => Promise<Reply>;

const askOf =
  ({ port }: Pick<Backend, 'port'>): Ask =>
  (path, headers = {}, body) =>
    new Promise((resolve, reject) => {
      const call = request({
        host: '127.0.0.1',
        port,
        path,
        headers,
        method: body === undefined ? 'GET' : 'POST',
        agent: false,
      });
      call.on('error', reject);
      call.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }));
      });
      call.end(body);
    });

const who = '/iapi/core/users/current_user/';
const userOf = ({ body }: Reply): unknown => (JSON.parse(body) as { username?: unknown }).username;

describe('whom the identity header makes you', () => {
  test.each([
    ['Admin', 'Admin'],
    ['ADMIN', 'Admin'],
    ['Admin  ', 'Admin'],
    ["O'Brien", "O'Brien"],
  ])('%j is %s', (sent, expected) =>
    withBackend({}, async (ask) => {
      const reply = await ask(who, { [identity]: sent });
      expect([reply.status, userOf(reply)]).toEqual([200, expected]);
    }),
  );

  test('the header counts in every spelling that Django folds, and in no other', () =>
    withBackend({}, async (ask) => {
      expect(userOf(await ask(who, { [identity.toLowerCase()]: 'Admin' }))).toBe('Admin');
      for (const name of ['Remote-User', 'X-Openimis', identity.replaceAll('-', '_'), `X-Openimis-${'B'.repeat(64)}`])
        expect((await ask(who, { [name]: 'Admin' })).status).toBe(403);
    }));

  test('nobody without the header, and a bare 500 for a name that nobody has', () =>
    withBackend({}, async (ask) => {
      expect((await ask(who)).status).toBe(403);
      for (const name of ['nobody', 'Admin, Admin', "' OR 1=1 --"])
        expect(await ask(who, { [identity]: name })).toMatchObject({
          status: 500,
          body: '<h1>Server Error (500)</h1>',
        });
    }));

  test('a header that comes twice is joined, so it names nobody', () =>
    withBackend({}, async (ask) => expect((await ask(who, { [identity]: ['clerk', 'Admin'] })).status).toBe(500)));

  test('REMOTE_USER_AUTHENTICATION off: nobody is believed', () =>
    withBackend({ REMOTE_USER_AUTHENTICATION: '' }, async (ask) =>
      expect((await ask(who, { [identity]: 'Admin' })).status).toBe(403),
    ));

  test('an identified request without cookie opens a Django session', () =>
    withBackend({}, async (ask) => {
      expect(String((await ask(who, { [identity]: 'Admin' })).headers['set-cookie'])).toMatch(
        /^sessionid=.*Max-Age=1209600; Path=\//,
      );
      expect((await ask(who, { [identity]: 'Admin', cookie: 'sessionid=x' })).headers['set-cookie']).toBeUndefined();
      expect((await ask(who)).headers['set-cookie']).toBeUndefined();
    }));
});

describe('other pages', () => {
  test('moduleConfigurations are read from the database for anybody', async () => {
    const query = '{"query":"{ moduleConfigurations { module } }"}';
    const json = { 'content-type': 'application/json' };
    await withBackend({}, async (ask) =>
      expect((await ask('/iapi/graphql', json, query)).body).toBe('{"data":{"moduleConfigurations":[]}}'),
    );
    await withBackend({ DB_PORT: '1' }, async (ask) =>
      expect((await ask('/iapi/graphql', json, query)).body).toContain('"data":{"moduleConfigurations":null}'),
    );
  });

  test('GraphQL answers {__typename} to anybody, a page to a browser, 400 without a query', () =>
    withBackend({ SITE_ROOT: 'api' }, async (ask) => {
      const json = { 'content-type': 'application/json' };
      const typename = '{"data":{"__typename":"Query"}}';
      expect((await ask('/api/graphql', json, '{"query":"{ __typename }"}')).body).toBe(typename);
      expect((await ask('/api/graphql?query=%7B__typename%7D')).body).toBe(typename);
      expect((await ask('/api/graphql', json, '{"query":"{ users { id } }"}')).body).toContain('Unauthorized');
      expect(await ask('/api/graphql', { accept: 'text/html' })).toMatchObject({ status: 200 });
      expect((await ask('/api/graphql')).status).toBe(400);
      expect((await ask('/iapi/graphql')).status).toBe(404);
    }));

  test('/ht/ at the root really writes and deletes; nothing else writes', () =>
    withBackend({}, async (ask, database) => {
      for (const path of [who, '/iapi/graphql', '/iapi/whoami/']) await ask(path, { [identity]: 'Admin' });
      expect(database.state.writes).toEqual([]);
      expect(await ask('/ht/?format=json')).toMatchObject({ status: 200 });
      expect(database.state.writes).toHaveLength(3);
      expect(database.rows('openIMIS', 'health_check_db_testmodel')).toEqual([]);
      expect((await ask('/iapi/ht/')).status).toBe(404);
    }));

  test('/ht/ is 500 when the login does not work', () =>
    withBackend({ DB_PASSWORD: 'wrong' }, async (ask) => {
      expect(await ask('/ht/?format=json')).toMatchObject({ status: 500 });
      expect((await ask(who, { [identity]: 'Admin' })).status).toBe(500);
    }));

  test('whoami shows user, headers and whether the database was reached; no secret is shown', () =>
    withBackend({}, async (ask) => {
      const sent = { [identity]: 'clerk', accept: 'text/html', cookie: 'sessionid=hidden-value', 'x-odd': '<b>"' };
      const { body } = await ask('/iapi/whoami/', sent);
      expect(body).toContain('clerk (Sita Gurung)');
      expect(body).toContain('yes: logged in to openIMIS');
      expect(body).toContain('&lt;b&gt;&quot;');
      for (const secret of [secretName, secretName.toLowerCase(), 'hidden-value', defaultLogin.password])
        expect(body).not.toContain(secret);
    }));

  test('whoami tells when the database is not reached', () =>
    withBackend({ DB_PASSWORD: 'wrong' }, async (ask) =>
      expect((await ask('/iapi/whoami/', { accept: 'text/html' })).body).toMatch(
        /no: 127\.0\.0\.1:\d+ answered ELOGIN/,
      ),
    ));

  test('DB_OPTIONS with Encrypt=yes logs in encrypted', () =>
    withBackend({ DB_OPTIONS: '{"extra_params":"Encrypt=yes;TrustServerCertificate=yes"}' }, async (ask, database) => {
      expect((await ask('/iapi/whoami/', { accept: 'text/html' })).body).toContain(', encrypted');
      expect(database.state.lastLogin?.encrypted).toBe(true);
    }));

  test('ALLOWED_HOSTS holds for every page', () =>
    withBackend({ ALLOWED_HOSTS: '["new.example.org",".example.net"]' }, async (ask) => {
      for (const host of ['new.example.org', 'NEW.example.org:8443', 'a.example.net'])
        expect((await ask('/iapi/graphql', { host, accept: 'text/html' })).status).toBe(200);
      for (const host of ['localhost', 'example.org', 'evil-example.net'])
        expect((await ask('/ht/?format=json', { host })).status).toBe(400);
    }));

  test('settings that make no sense are named', () => {
    expect(() => backendSettings({ ALLOWED_HOSTS: 'all' })).toThrow(SettingError);
    expect(() => backendSettings({ OPENIMIS_LISTEN: '8000' })).toThrow(/OPENIMIS_LISTEN/);
  });
});

test('the frontend answers every path with its one page, says what it is and loads nothing from elsewhere', async () => {
  const frontend = await startFrontend();
  try {
    const ask = askOf(frontend);
    for (const path of ['/', '/front/', '/front/claim/a?b=c']) {
      const { status, body } = await ask(path);
      expect(status).toBe(200);
      expect(body).toContain('This is a stand-in, not openIMIS');
      expect(body).not.toMatch(/(src|href)="(https?:)?\/\//);
    }
    for (const path of ['/front/stand-in.js', '/stand-in.js']) {
      const { headers, body } = await ask(path);
      expect(headers['content-type']).toMatch(/^text\/javascript/);
      expect(body).not.toContain('innerHTML');
    }
    expect((await ask('/', {}, 'x')).status).toBe(405);
  } finally {
    await frontend.close();
  }
});
