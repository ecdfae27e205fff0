import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { callModularGraphQl } from '../../../src/sandbox/stand-ins/legacy-site/modular-batches.ts';
import { legacyCallsPort, servicesPort } from '../../../src/rendering/gateway-services.ts';
import { ask, askPlainly, headerValues } from './support/client.ts';
import { unexpected } from './support/who.ts';
import { openWorld, type World } from './support/world.ts';

const paths = [['rest'], ['claimservice.asmx']];
let world: World;
let port: number;
let calls: number;

beforeAll(async () => {
  const inside = [servicesPort, legacyCallsPort];
  world = await openWorld({
    services: { paths, http: 'keep', ownPort: true },
    legacyCalls: true,
    settings: { trustedProxies: ['127.0.0.1'] },
    arguments: inside.flatMap((each) => ['--publish', `127.0.0.1::${each}`]),
  });
  const published = async (each: number): Promise<number> =>
    Number((await execa('docker', ['port', world.gateway.container, `${each}/tcp`])).stdout.split(':').pop());
  [port, calls] = [await published(servicesPort), await published(legacyCallsPort)];
});
afterAll(() => world.close());
beforeEach(() => {
  world.reset();
  world.legacy.everything = (response) => response.writeHead(200, { 'set-cookie': 'a=b' }).end('served');
});

const json = { 'content-type': 'application/json', authorization: 'Bearer phone' };

describe('plain http that is kept for services', () => {
  it('takes a POST to the legacy as it came, in the spellings of IIS, without any cookie', async () => {
    for (const path of ['/rest/api/login', '/REST/Api?x=%2e', '/rest./x', '/ClaimService.asmx/Submit'])
      for (const at of [world.gateway.http, port]) {
        const answer = await askPlainly(at, path, { ...json, cookie: 'ASP.NET_SessionId=x' }, '{"a":1}');
        expect([answer.status, answer.body, answer.setCookies], path).toEqual([200, 'served', []]);
        const seen = world.legacy.seen.at(-1);
        expect([seen?.method, seen?.url]).toEqual(['POST', path]);
        expect(headerValues(seen?.rawHeaders ?? [], 'authorization')).toEqual(['Bearer phone']);
        expect(headerValues(seen?.rawHeaders ?? [], 'cookie')).toEqual([]);
        expect(headerValues(seen?.rawHeaders ?? [], 'host')).toEqual(['imistest.hib.gov.np']);
      }
  });

  it('is for nothing else: other paths go to https as ever, or are not found on the port of its own', async () => {
    for (const path of ['/', '/Default.aspx', '/restful', '/rest/../Default.aspx', '/rest%2fx', '/front/']) {
      const answer = await askPlainly(world.gateway.http, path, json, '{}');
      expect([answer.status, answer.location], path).toEqual([307, `https://127.0.0.1${path}`]);
      expect((await askPlainly(port, path)).status).toBe(404);
    }
    expect((await askPlainly(port, '/rest/x', { host: 'evil.example' })).status).toBe(421);
    expect(world.legacy.seen).toEqual([]);
  });

  it('says so when the legacy does not answer, and has its own route in the log', async () => {
    world.legacy.everything = undefined;
    world.legacy.silent = true;
    const answer = await askPlainly(port, '/rest/x');
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([502, { error: 'legacy-not-answering' }]);
    const { id } = JSON.parse(answer.body) as { id: string };
    await expect
      .poll(async () => (await world.gateway.accesses()).find((line) => line['id'] === id))
      .toMatchObject({ route: 'services', status: 502, path: '/rest/x' });
  });
});

describe('plain http that is redirected for services, by a name of their own', () => {
  beforeAll(async () => {
    const services = { paths, http: 'redirect', host: 'phones.example.org', ownPort: true } as const;
    expect(await world.gateway.activate('host', { ...world.plan, services })).toEqual({ code: 0, output: '' });
  });

  it('gets 308 to https of the gateway, which no browser keeps', async () => {
    const host = { host: 'Phones.example.org' };
    const answer = await askPlainly(world.gateway.http, '/rest/x?y=1', { ...json, ...host }, '{}');
    expect([answer.status, answer.location]).toEqual([308, 'https://new.example.org/rest/x?y=1']);
    expect((await askPlainly(world.gateway.http, '/Default.aspx', host)).status).toBe(404);
    expect((await askPlainly(port, '/rest/x', host)).status).toBe(200);
  });

  it('is not for the other names', async () => {
    expect((await askPlainly(world.gateway.http, '/rest/x')).status).toBe(307);
    expect((await askPlainly(port, '/rest/x')).status).toBe(421);
  });
});

describe('calls of the legacy itself', () => {
  const audited = async (): Promise<string> =>
    (await world.gateway.run('sh', '-c', 'cat /var/lib/openimis-audit/*/gateway.jsonl')).output;

  it('reach the GraphQL of the backend as the user that the legacy names, and are in the audit', async () => {
    expect(await callModularGraphQl(`https://127.0.0.1:${calls}/api/graphql`, 'Nurse  ')).toBe(200);
    const seen = world.backend.seen.at(-1);
    expect([seen?.method, seen?.url]).toEqual(['POST', '/api/graphql']);
    expect(headerValues(seen?.rawHeaders ?? [], world.identityHeader)).toEqual(['Nurse']);
    expect(headerValues(seen?.rawHeaders ?? [], 'remote-user')).toEqual([]);
    expect(headerValues(seen?.rawHeaders ?? [], 'host')).toEqual(['new.example.org']);
    await expect.poll(audited).toMatch(/"event":"legacy-call".*"user":"Nurse"|"user":"Nurse".*"event":"legacy-call"/);
  });

  it('are for one path, by POST, for one name', async () => {
    const headers = { 'remote-user': 'Admin' };
    expect((await ask(calls, '/api/graphql', { headers })).status).toBe(405);
    expect((await ask(calls, '/api/core/', { method: 'POST', headers })).status).toBe(404);
    for (const name of ['', ' ', 'x'.repeat(51), ['Admin', 'Nurse']])
      expect((await ask(calls, '/api/graphql', { method: 'POST', headers: { 'remote-user': name } })).status).toBe(400);
    expect((await ask(calls, '/api/graphql', { method: 'POST' })).status).toBe(400);
    expect(world.backend.seen).toEqual([]);
  });

  it('are refused from every other address, also when a trusted proxy says it is the legacy', async () => {
    const from = ['--header', `X-Forwarded-For: ${world.network.address}`, '--header', 'remote-user: Admin'];
    const { output } = await world.gateway.run(
      ...[
        'curl',
        '--silent',
        '--insecure',
        '--data',
        '{}',
        ...from,
        `https://127.0.0.1:${legacyCallsPort}/api/graphql`,
      ],
    );
    expect(JSON.parse(output)).toMatchObject({ error: 'not-the-legacy' });
    await expect.poll(audited).toContain('"code":"not-the-legacy"');
    expect(world.backend.seen).toEqual([]);
  });
});

it('leaves no error in the log', async () => {
  expect(unexpected(await world.gateway.errors())).toEqual([]);
});
