import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { openVisitor, type Visitor } from './support/client.ts';
import { toldIdentity, unexpected } from './support/who.ts';
import { openWorld, type World } from './support/world.ts';

const own = '__Host-openimis-test';
let world: World;

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

async function signedOn(user = 'admin', password = 'admin123'): Promise<Visitor> {
  const visitor = openVisitor(world.gateway.https);
  expect((await visitor.login(user, password)).status).toBe(302);
  return visitor;
}

/** The user that /iapi sees, or the status of the refusal. */
async function who(visitor: Visitor): Promise<string | number> {
  const answer = await visitor.ask('/iapi/who');
  return answer.status === 200 ? (toldIdentity(answer, world.identityHeader)[0] ?? '') : answer.status;
}

function copyOf(visitor: Visitor): Visitor {
  const copy = openVisitor(world.gateway.https);
  for (const [name, value] of visitor.cookies) copy.cookies.set(name, value);
  return copy;
}

describe('logging out', () => {
  for (const path of ['/Logout.aspx', '/LOGOUT.ASPX', '/%4cogout.aspx', '/Logout.aspx/x', '/logout', '/front/logout'])
    it(`ends the sign-on at once: ${path}`, async () => {
      const visitor = await signedOn();
      expect(await who(visitor)).toBe('Admin');
      const stolen = openVisitor(world.gateway.https);
      for (const [name, value] of visitor.cookies) stolen.cookies.set(name, value);
      const answer = await visitor.ask(path);
      expect(answer.status).toBe(302);
      if (path === '/front/logout') expect((await visitor.ask('/logout')).headers['location']).toBe('/Logout.aspx');
      if (path === '/logout') expect(answer.headers['location']).toBe('/Logout.aspx');
      expect(visitor.cookies.has(own)).toBe(false);
      expect(await who(stolen)).toBe(401);
    });

  it('is remembered after a restart', async () => {
    const visitor = await signedOn();
    expect(await who(visitor)).toBe('Admin');
    const cookies = new Map(visitor.cookies);
    await visitor.ask('/logout');
    for (const session of world.legacy.sessions.values()) session.user = 'Admin';
    await world.gateway.restart();
    const again = openVisitor(world.gateway.https);
    for (const [name, value] of cookies) again.cookies.set(name, value);
    expect(await who(again)).toBe(401);
  });

  it('is remembered by a container made anew, and so is who is signed on', async () => {
    const [ended, stays] = [await signedOn(), await signedOn('nurse', 'nurse-1')];
    expect([await who(ended), await who(stays)]).toEqual(['Admin', 'Nurse']);
    const cookies = new Map(ended.cookies);
    await ended.ask('/logout');
    await world.gateway.recreate();
    const again = openVisitor(world.gateway.https);
    for (const [name, value] of cookies) again.cookies.set(name, value);
    expect([await who(again), await who(copyOf(stays))]).toEqual([401, 'Nurse']);
    expect((await world.gateway.run('openimis-gateway', 'sign-on')).output).toBe('shown');
  });

  it('is in the audit, and so is who signed on, once each', async () => {
    const visitor = await signedOn('nurse', 'nurse-1');
    for (let count = 0; count < 3; count++) expect(await who(visitor)).toBe('Nurse');
    const cookie = visitor.cookies.get(own) ?? '';
    await visitor.ask('/logout');
    const audit = async (): Promise<string> =>
      (await world.gateway.run('sh', '-c', 'cat /var/lib/openimis-audit/*/gateway.jsonl')).output;
    await expect
      .poll(async () => [...(await audit()).matchAll(/"event":"(sign-[a-z-]+)"/g)].map(([, event]) => event).slice(-2))
      .toEqual(['sign-on', 'sign-on-ended']);
    expect(await audit()).toMatch(/"user":"Nurse"/);
    expect(await audit()).not.toContain(cookie.slice(10, 60));
  });

  it('happens with another login, also with one that fails', async () => {
    for (const password of ['nurse-1', 'wrong']) {
      const visitor = await signedOn();
      expect(await who(visitor)).toBe('Admin');
      const before = openVisitor(world.gateway.https);
      for (const [name, value] of visitor.cookies) before.cookies.set(name, value);
      await visitor.login('nurse', password);
      expect(await who(before)).toBe(401);
      expect(await who(visitor)).toBe(password === 'wrong' ? 401 : 'Nurse');
    }
  });
});

it('leaves no error in the log', async () => {
  expect(unexpected(await world.gateway.errors())).toEqual([]);
});
