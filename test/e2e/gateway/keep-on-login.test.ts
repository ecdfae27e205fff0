import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { openVisitor, type Visitor } from './support/client.ts';
import { toldIdentity, unexpected } from './support/who.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;

async function who(visitor: Visitor): Promise<string | number> {
  const answer = await visitor.ask('/iapi/who');
  return answer.status === 200 ? (toldIdentity(answer, world.identityHeader)[0] ?? '') : answer.status;
}

describe('a legacy that accepts no login without a session of its form', () => {
  it('signs nobody on as it is', async () => {
    world = await openWorld();
    try {
      world.legacy.needsSession = true;
      const visitor = openVisitor(world.gateway.https);
      await visitor.ask('/');
      expect((await visitor.login()).status).toBe(200);
      expect(await who(visitor)).toBe(401);
    } finally {
      await world.close();
    }
  });

  describe('with session.keepOnLogin', () => {
    beforeAll(async () => {
      world = await openWorld({ session: { keepOnLogin: true } });
    });
    afterAll(() => world.close());
    beforeEach(() => {
      world.reset();
      world.legacy.needsSession = true;
    });

    it('signs on in the session of the form', async () => {
      const visitor = openVisitor(world.gateway.https);
      await visitor.ask('/');
      const session = visitor.cookies.get('ASP.NET_SessionId');
      expect((await visitor.login()).status).toBe(302);
      expect(visitor.cookies.get('ASP.NET_SessionId')).toBe(session);
      expect(await who(visitor)).toBe('Admin');
      const post = world.legacy.seen.find(({ method }) => method === 'POST');
      expect(post?.headers['cookie']).toBe(`ASP.NET_SessionId=${session ?? ''}`);
    });

    it('another login in the same session ends the sign-on before it, at once', async () => {
      const visitor = openVisitor(world.gateway.https);
      await visitor.ask('/');
      await visitor.login();
      expect(await who(visitor)).toBe('Admin');
      const before = openVisitor(world.gateway.https);
      for (const [name, value] of visitor.cookies) before.cookies.set(name, value);
      await visitor.login('nurse', 'nurse-1');
      expect(visitor.cookies.get('ASP.NET_SessionId')).toBe(before.cookies.get('ASP.NET_SessionId'));
      expect([await who(before), await who(visitor)]).toEqual([401, 'Nurse']);
      await visitor.ask('/logout');
      expect(await who(visitor)).toBe(401);
    });

    it('a redirect that is no login still signs nobody on', async () => {
      const visitor = openVisitor(world.gateway.https);
      await visitor.ask('/');
      await visitor.post('/', { __EVENTARGUMENT: 'SaveOfflineHFID', txtOfflineHF: '1', txtUserName: 'Admin' });
      expect(await who(visitor)).toBe(401);
    });

    it('leaves no error in the log', async () => {
      expect(unexpected(await world.gateway.errors())).toEqual([]);
    });
  });
});
