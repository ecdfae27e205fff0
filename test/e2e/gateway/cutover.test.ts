import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type Answer, ask, openVisitor } from './support/client.ts';
import { unexpected } from './support/who.ts';
import { openWorld, type World } from './support/world.ts';

const target = '/front/claim/healthFacilities';
const page = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

let world: World;
beforeAll(async () => {
  world = await openWorld({
    cutover: [
      { page: 'claim.aspx', to: target },
      { page: 'family.aspx', to: '/front/insuree?x=$1&y=a%20b', users: ['admin', "o'brien"] },
    ],
  });
});
afterAll(() => world.close());
beforeEach(() => world.reset());

const open = (path: string, headers: Readonly<Record<string, string>> = page): Promise<Answer> =>
  ask(world.gateway.https, path, { headers });
const isSent = ({ status, headers }: Answer): boolean => status === 302 && headers['location'] === target;

describe('a page that was cut over', () => {
  it('sends who opens it to its successor, for now: never for ever', async () => {
    const answer = await open('/Claim.aspx?c=1');
    expect([answer.status, answer.headers['location'], answer.headers['cache-control']]).toEqual([
      302,
      target,
      'no-store',
    ]);
    expect(world.legacy.seen).toEqual([]);
    await expect
      .poll(async () => (await world.gateway.accesses()).at(-1))
      .toMatchObject({ path: '/Claim.aspx', route: 'cutover', status: 302 });
  });

  it.each([
    '/claim.aspx',
    '/CLAIM.ASPX',
    '//Claim.aspx',
    '/x/..%2fClaim.aspx',
    '/%43laim.aspx',
    '/Claim.aspx./',
    '/Claim.aspx/path/info',
    '/(S(abc))/Claim.aspx',
    '/x\\..\\Claim.aspx',
  ])('%s is the same page for IIS', async (path) => expect(isSent(await open(path))).toBe(true));

  it.each(['/Claims.aspx', '/Claim', '/x/Claim.aspx', '/FindClaims.aspx'])('%s is another page', async (path) => {
    expect((await open(path)).headers['location']).not.toBe(target);
    expect(world.legacy.seen).toHaveLength(1);
  });

  it.each([
    ['a frame of React', { ...page, 'sec-fetch-dest': 'iframe' }],
    ['a frame of an old browser', { accept: 'text/html', referer: 'https://new.example.org/front/legacy' }],
    ['an XHR', { accept: '*/*', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
    ['a program', { accept: 'application/json' }],
    ['a picture', { accept: 'image/png', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
  ])('stays for %s', async (_, headers) => {
    expect((await open('/Claim.aspx', headers)).headers['location']).not.toBe(target);
    expect(world.legacy.seen).toHaveLength(1);
  });

  it.each(['POST', 'HEAD'])('stays for a %s', async (method) => {
    const answer = await ask(world.gateway.https, '/Claim.aspx', { method, headers: page, body: '' });
    expect(isSent(answer)).toBe(false);
    expect(world.legacy.seen.map((seen) => seen.method)).toEqual([method]);
  });

  it('leads nobody round in a circle: who is not signed on logs in and arrives', async () => {
    const visitor = openVisitor(world.gateway.https);
    const sent = await visitor.ask('/Claim.aspx', { headers: page });
    const refused = await visitor.ask(sent.headers['location'] ?? '', { headers: page });
    expect(refused.headers['location']).toBe('/');
    expect((await visitor.login()).headers['location']).toBe('/Home.aspx');
    const back = await visitor.ask('/Home.aspx', { headers: page });
    expect(back.headers['location']).toBe(target);
    const arrived = await visitor.ask(target, { headers: page });
    expect([arrived.status, (JSON.parse(arrived.body) as { url: string }).url]).toEqual([
      200,
      '/claim/healthFacilities',
    ]);
  });

  it('counts only for the users it names, in upper or lower case', async () => {
    const admin = openVisitor(world.gateway.https);
    await admin.login();
    expect((await admin.ask('/Family.aspx?x=1', { headers: page })).headers['location']).toBe(
      '/front/insuree?x=$1&y=a%20b',
    );
    const nurse = openVisitor(world.gateway.https);
    await nurse.login('nurse', 'nurse-1');
    expect((await nurse.ask('/Family.aspx?x=1', { headers: page })).body).toContain('page family.aspx of Nurse');
    expect((await open('/Family.aspx?x=1')).headers['location']).toBe('/Default.aspx');
  });

  it('stays legacy while the new side is in maintenance', async () => {
    const state = JSON.stringify({ message: 'x', since: '2026-01-01T00:00:00Z', by: 'test' });
    expect((await world.gateway.run('sh', '-c', `echo '${state}' | openimis-gateway maintenance on`)).code).toBe(0);
    expect(isSent(await open('/Claim.aspx'))).toBe(false);
    expect((await world.gateway.run('openimis-gateway', 'maintenance', 'off')).code).toBe(0);
    expect(isSent(await open('/Claim.aspx'))).toBe(true);
  });

  it('is legacy again after a reload', async () => {
    expect((await world.gateway.activate('back', { ...world.plan, cutover: [] })).code).toBe(0);
    expect(isSent(await open('/Claim.aspx'))).toBe(false);
    expect((await world.gateway.activate('again', world.plan)).code).toBe(0);
    expect(isSent(await open('/Claim.aspx'))).toBe(true);
  });
});

it('leaves no error in the log', async () => {
  expect(unexpected(await world.gateway.errors())).toEqual([]);
});
