import type { ServerResponse } from 'node:http';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { backendSettings } from '../../../src/sandbox/stand-ins/applications/backend-settings.ts';
import { startBackend } from '../../../src/sandbox/stand-ins/applications/start-backend.ts';
import { legacyUsers } from '../../../src/sandbox/stand-ins/legacy-site/options.ts';
import { startLegacySite } from '../../../src/sandbox/stand-ins/legacy-site/start-legacy-site.ts';
import { defaultLogin, startSqlServer } from '../../../src/sandbox/stand-ins/sql-server/start-sql-server.ts';
import { ask, type Answer, openVisitor } from './support/client.ts';
import { newSecrets, openNetwork, startGateway } from './support/gateway-container.ts';
import { logIn, password } from './support/legacy-120.ts';
import { gatewayPlan, signedOnRoutes, singleBackendRoutes } from './support/plan.ts';
import { cookieHeader, newSessionId, seal } from './support/seal.ts';
import { unexpected } from './support/who.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
let users = 0;

const navigation = { accept: 'text/html', 'sec-fetch-mode': 'navigate' };
const fails = (response: ServerResponse, status: number): void =>
  void response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>Server Error (500)</h1>');
const works = (response: ServerResponse): void =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"moduleConfigurations":[]}}');

/** Somebody whom nobody has asked about yet. */
function signedOn(): { readonly user: string; readonly get: (path?: string, headers?: object) => Promise<Answer> } {
  const [user, session] = [`user${(users += 1)}`, newSessionId()];
  world.legacy.sessions.set(session, { user });
  const cookie = cookieHeader(seal(world.gateway.secrets.signingKey, { user, session }), session);
  return {
    user,
    get: (path = '/iapi/x', headers = {}) => ask(world.gateway.https, path, { headers: { cookie, ...headers } }),
  };
}

for (const [what, routes] of [
  ['an ibackend', undefined],
  ['a lone backend', singleBackendRoutes],
] as const)
  describe(`a user whom ${what} does not know`, () => {
    beforeAll(async () => {
      world = await openWorld(routes === undefined ? {} : { routes });
    });
    afterAll(() => world.close());
    beforeEach(() => world.reset());
    const backend = (): World['backend'] => (routes === undefined ? world.ibackend : world.backend);

    it('24.10, a bare 500 for the name: JSON for a program, a page for a person', async () => {
      const { user, get } = signedOn();
      backend().knows = (name, response) => (name === '' ? works(response) : fails(response, 500));
      const answer = await get();
      expect([answer.status, answer.headers['content-type']]).toEqual([403, 'application/json']);
      expect(JSON.parse(answer.body)).toMatchObject({ error: 'unknown-user' });
      for (const path of ['/iapi/report', '/front/']) {
        const page = await get(path, navigation);
        expect([page.status, page.headers['content-type']]).toEqual([403, 'text/html; charset=utf-8']);
        expect(page.body).toContain(`You are logged in as ${user}`);
      }
      expect(backend().seen).toEqual([]);
      expect((await get('/front/static/app.js')).status).toBe(200);
      expect((await get('/Find.aspx?x=1')).status).toBe(200);
    });

    it('1.0 to 23.10 refuse the name', async () => {
      for (const status of [401, 403]) {
        backend().knows = (_, response) => fails(response, status);
        expect(JSON.parse((await signedOn().get()).body)).toMatchObject({ error: 'unknown-user' });
      }
    });

    it('a backend that cannot read its database hides nothing: its own answer passes', async () => {
      backend().knows = (_, response) => fails(response, 500);
      backend().status = 500;
      const answer = await signedOn().get();
      expect([answer.status, answer.body.includes('"method":"GET"')]).toEqual([500, true]);
    });

    it('a fault of the backend in a request of a known user passes as it is', async () => {
      const { get } = signedOn();
      expect((await get()).status).toBe(200);
      backend().status = 500;
      backend().knows = (name, response) => (name === '' ? works(response) : fails(response, 500));
      const answer = await get();
      expect([answer.status, answer.body.includes('"method":"GET"')]).toEqual([500, true]);
    });

    it('is asked about once, with the name, for many requests at once', async () => {
      const asked: string[] = [];
      const { user, get } = signedOn();
      backend().knows = (name, response) => {
        asked.push(name);
        works(response);
      };
      expect(new Set((await Promise.all(Array.from({ length: 10 }, () => get()))).map(({ status }) => status))).toEqual(
        new Set([200]),
      );
      expect(asked).toEqual([user]);
    });

    it('a 401 of the application reaches React, without a question for a password', async () => {
      backend().status = 401;
      const answer = await signedOn().get();
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, undefined]);
      expect(answer.body).toContain('"method":"GET"');
    });

    it('leaves no error in the log', async () => {
      expect(unexpected(await world.gateway.errors())).toEqual([]);
    });
  });

it('with the stand-ins: a legacy user whom tblUsers of the backend does not have, and what a broken database changes', async () => {
  const network = await openNetwork();
  const database = await startSqlServer({ host: network.address });
  const settings = backendSettings({
    OPENIMIS_LISTEN: `${network.address}:0`,
    SITE_ROOT: 'iapi',
    DB_HOST: network.address,
    DB_PORT: String(database.port),
    DB_NAME: 'openIMIS',
    DB_USER: defaultLogin.user,
    DB_PASSWORD: defaultLogin.password,
    REMOTE_USER_AUTHENTICATION: 'True',
  });
  const secrets = newSecrets();
  const identityHeader = `HTTP_X_OPENIMIS_${secrets.identityHeader}`;
  const backend = await startBackend({ ...settings, identityHeader });
  const site = await startLegacySite({ host: network.address, users: legacyUsers(password) });
  const legacy = { scheme: 'http', connect: network.address, connectIs: 'address', host: 'old.example.org' } as const;
  const ports = [{ frontend: backend.port, backend: backend.port, ibackend: backend.port }];
  const plan = gatewayPlan(network.address, ports, {
    routes: signedOnRoutes,
    legacy: { ...legacy, port: site.port, path: '/' },
  });
  const gateway = await startGateway(network, plan, { bank: 0, secrets });
  try {
    const who = async (name: string): Promise<Answer> => {
      const visitor = openVisitor(gateway.https);
      expect((await logIn(visitor, name)).status).toBe(302);
      return visitor.ask('/iapi/core/users/current_user/');
    };
    expect((await who('Admin')).body).toContain('"username":"Admin"');
    site.control.renameUser('clerk', 'newcomer');
    const unknown = await who('newcomer');
    expect([unknown.status, unknown.body.includes('"error":"unknown-user"')]).toEqual([403, true]);
    await database.close();
    expect(await who("O'Brien")).toMatchObject({ status: 500, body: '<h1>Server Error (500)</h1>' });
  } finally {
    await gateway.remove();
    await Promise.all([site.close(), backend.close()]);
    await network.remove();
  }
});
