import { hashSync } from 'bcryptjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type Answer, ask, type Asked } from './support/client.ts';
import { clientHeader, letTestsChooseAddresses } from './support/seen-from.ts';
import { unexpected } from './support/who.ts';
import { openWorld, type World } from './support/world.ts';

const right = 'right horse battery';
const quick = hashSync(right, 8);
/** About a quarter of a second, as `openimis users add` makes them. */
const slow = hashSync(right, 12);
const lines = [`quick:${quick}`, `other:${quick}`, `slow:${slow}`, `steady:${slow}`];

let world: World;
let versions = 1;

beforeAll(async () => {
  world = await openWorld({ htpasswd: lines.join('\n') });
  await letTestsChooseAddresses(world.gateway, world.plan, 'v2');
});
afterAll(() => world.close());
beforeEach(() => world.reset());

let last = 0;
const freshClient = (): string => `198.18.${Math.floor(++last / 250)}.${last % 250}`;

function as(user: string, password: string, client: string): Asked {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return { headers: { [clientHeader]: client, authorization } };
}
const get = (user: string, password: string, client: string): Promise<Answer> =>
  ask(world.gateway.https, '/api/', as(user, password, client));
const status = async (user: string, password: string, client: string): Promise<number> =>
  (await get(user, password, client)).status;

/** Another wrong password each time; how many were compared, that is answered with 401. */
async function guess(count: number, user: string, clients: readonly string[]): Promise<number> {
  let compared = 0;
  for (let n = 0; n < count; n++) {
    const client = clients[n % clients.length] ?? '';
    if ((await status(user, `guess ${last} ${client} ${n}`, client)) === 401) compared += 1;
  }
  return compared;
}

describe('guessing', () => {
  it('from one address: ten guesses in a minute, then 429 that says when to come back', async () => {
    const client = freshClient();
    expect(await guess(15, 'quick', [client])).toBe(10);
    const answer = await get('other', right, client);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(await status('other', right, freshClient())).toBe(200);
  });

  it('a hundred at once are not more than ten', async () => {
    const client = freshClient();
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => status('quick', `at once ${n}`, client)));
    expect(answers.filter((code) => code === 401).length).toBeLessThanOrEqual(10);
    expect(new Set(answers).size).toBeLessThanOrEqual(3);
  });

  it('from one IPv6 household: its addresses are one', async () => {
    const household = Array.from({ length: 15 }, (_, n) => `2001:db8:1:1:${n}::${n + 1}`);
    expect(await guess(15, 'quick', household)).toBe(10);
    expect(await status('quick', right, '2001:db8:1:2::1')).toBe(200);
  });

  it('at one name from many addresses: sixty in five minutes, other names go on', async () => {
    const clients = Array.from({ length: 14 }, freshClient);
    expect(await guess(70, 'victim', clients)).toBe(60);
    expect(await status('victim', 'x', freshClient())).toBe(429);
    expect(await status('quick', right, freshClient())).toBe(200);
  });

  it('never keeps out who was right before, from the same address and under the same name', async () => {
    const home = freshClient();
    expect(await status('other', right, home)).toBe(200);
    const clients = [home, ...Array.from({ length: 9 }, freshClient)];
    await guess(80, 'other', clients);
    expect(await status('other', 'another guess', home)).toBe(429);
    for (const client of [home, clients[3] ?? '', freshClient()])
      expect(await status('other', right, client)).toBe(200);
  });

  it('the same wrong password again and again is one guess: a forgotten program locks nobody out', async () => {
    const office = freshClient();
    for (let n = 0; n < 30; n++) expect(await status('quick', 'last year', office)).toBe(401);
    expect(await status('quick', right, office)).toBe(200);
  });

  it('a name that is nobody takes as long as a wrong password', async () => {
    await world.gateway.upload('/etc/openimis/secrets', { htpasswd: `slow:${slow}` });
    await letTestsChooseAddresses(world.gateway, world.plan, `v${++versions + 1}`);
    const milliseconds = async (user: string): Promise<number> => {
      const times: number[] = [];
      for (let n = 0; n < 5; n++) {
        const begin = performance.now();
        expect(await status(user, `how long ${n}`, freshClient())).toBe(401);
        times.push(performance.now() - begin);
      }
      return times.sort((a, b) => a - b)[2] ?? 0;
    };
    const [wrong, nobody] = [await milliseconds('slow'), await milliseconds('nobody')];
    expect(wrong).toBeGreaterThan(60);
    expect(nobody / wrong).toBeGreaterThan(0.5);
    expect(nobody / wrong).toBeLessThan(2);
    await world.gateway.upload('/etc/openimis/secrets', { htpasswd: lines.join('\n') });
    await letTestsChooseAddresses(world.gateway, world.plan, `v${++versions + 1}`);
  });
});

describe('comparing a password', () => {
  it('keeps no other request waiting, and only a few stand in line', async () => {
    expect(await status('steady', right, freshClient())).toBe(200);
    let answers: readonly number[] | undefined;
    const flood = Promise.all(Array.from({ length: 40 }, (_, n) => status('slow', `flood ${n}`, freshClient()))).then(
      (codes) => (answers = codes),
    );
    let health = 0;
    let known = 0;
    while (answers === undefined) {
      expect((await ask(world.gateway.https, '/openimis/health')).status).toBe(200);
      health += 1;
      expect(await status('steady', right, freshClient())).toBe(200);
      known += 1;
    }
    await flood;
    // A comparison takes a quarter of a second: in line they would have been a handful.
    expect(health).toBeGreaterThan(30);
    expect(known).toBeGreaterThan(30);
    expect(answers.filter((code) => code === 503).length).toBeGreaterThan(0);
    expect(new Set(answers)).toEqual(new Set([401, 503]));
  });

  it('twenty requests with the same right password wait for one comparison', async () => {
    await world.gateway.upload('/etc/openimis/secrets', { htpasswd: `fresh:${slow}` });
    await letTestsChooseAddresses(world.gateway, world.plan, `v${++versions + 1}`);
    const client = freshClient();
    const answers = await Promise.all(Array.from({ length: 20 }, () => status('fresh', right, client)));
    expect(answers).toEqual(Array(20).fill(200));
    expect(await guess(1, 'fresh', [client])).toBe(1);
  });

  it('is not cut off by a reload', async () => {
    await world.gateway.upload('/etc/openimis/secrets', { htpasswd: `reload:${hashSync(right, 13)}` });
    await letTestsChooseAddresses(world.gateway, world.plan, `v${++versions + 1}`);
    const client = freshClient();
    const asked = [status('reload', right, client), status('reload', 'wrong', client)];
    await expect.poll(() => world.gateway.run('openimis-gateway', 'health')).toMatchObject({ code: 0 });
    await letTestsChooseAddresses(world.gateway, world.plan, `v${++versions + 1}`);
    expect(await Promise.all(asked)).toEqual([200, 401]);
  });
});

it('leaves no error in the log', async () => {
  expect(unexpected(await world.gateway.errors())).toEqual([]);
});
