import { hash } from 'bcryptjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ask, openVisitor } from './support/client.ts';
import { cookieHeader, newSessionId, now, seal } from './support/seal.ts';
import { unexpected } from './support/who.ts';
import { openWorld, type World } from './support/world.ts';

type Line = Readonly<Record<string, unknown>>;

let world: World;
beforeAll(async () => {
  world = await openWorld({ htpasswd: `ann:${await hash('a password', 4)}` });
});
afterAll(() => world.close());
beforeEach(() => world.reset());

/** Every whole line of the audit's volume. */
async function audit(): Promise<readonly Line[]> {
  const { output } = await world.gateway.run('sh', '-c', 'cat /var/lib/openimis-audit/*/gateway.jsonl 2>/dev/null');
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

const download = (name: string): string => `/Download.aspx?f=..\\${name}`;

describe('the audit', () => {
  it('has who was refused what, with the id of the access log and without the query', async () => {
    const answer = await ask(world.gateway.https, download('web.config&password=hunter2'));
    expect(answer.status).toBe(403);
    const id = (JSON.parse(answer.body) as { id: string }).id;
    await expect.poll(audit).toContainEqual({
      time: expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      event: 'refused',
      by: 'gateway',
      client: expect.stringMatching(/^[\d.]+$/) as string,
      route: 'legacy',
      id,
      code: 'refused',
      status: 403,
      method: 'GET',
      path: '/Download.aspx',
    });
    expect(JSON.stringify(await audit())).not.toMatch(/hunter2|web\.config/);
  });

  it('has a failed login, without the name and the password that were tried', async () => {
    await openVisitor(world.gateway.https).login('someone', 'hunter3');
    await expect
      .poll(audit)
      .toContainEqual(expect.objectContaining({ event: 'login-failed', path: '/', by: 'gateway' }));
    expect(JSON.stringify(await audit())).not.toMatch(/someone|hunter3/);
  });

  it('has who signed on and off, once, however many requests that took', async () => {
    const visitor = openVisitor(world.gateway.https);
    await visitor.login('nurse', 'nurse-1');
    await Promise.all(Array.from({ length: 5 }, () => visitor.ask('/iapi/')));
    await visitor.ask('/iapi/');
    await visitor.ask('/logout');
    const nurse = async (): Promise<readonly unknown[]> =>
      (await audit()).filter(({ user }) => user === 'Nurse').map(({ event }) => event);
    await expect.poll(nurse).toEqual(['sign-on', 'sign-on-ended']);
  });

  it('has why a sign-on ended, once, also when it was the legacy or the limit', async () => {
    const ended = async (): Promise<readonly unknown[]> =>
      (await audit()).filter(({ event, why }) => event === 'sign-on-ended' && why !== 'logout').map(({ why }) => why);
    const session = newSessionId();
    const past = (seconds: number, confirmed = seconds): string => {
      const [issued, at] = [now() - seconds, now() - confirmed];
      return cookieHeader(
        seal(world.gateway.secrets.signingKey, { user: 'Admin', session, issued, confirmed: at }),
        session,
      );
    };
    const asks = async (cookie: string): Promise<number> =>
      (await ask(world.gateway.https, '/iapi/', { headers: { cookie } })).status;
    // The legacy knows nobody in this session.
    const gone = past(100);
    for (let count = 0; count < 3; count++) expect(await asks(gone)).toBe(401);
    await expect.poll(ended).toEqual(['legacy']);
    for (let count = 0; count < 2; count++) expect(await asks(past(43_300))).toBe(401);
    await expect.poll(ended).toEqual(['legacy', 'limit']);
    const visitor = openVisitor(world.gateway.https);
    await visitor.login();
    expect((await visitor.ask('/iapi/')).status).toBe(200);
    await visitor.login('nurse', 'nurse-1');
    await expect.poll(ended).toEqual(['legacy', 'limit', 'other-login']);
  });

  it('has an API user once an hour, and each wrong password for one that exists', async () => {
    const as = (name: string, password: string) => ({
      authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
    });
    for (const password of ['a password', 'a password', 'wrong'])
      await ask(world.gateway.https, '/api/x', { headers: as('ann', password) });
    await ask(world.gateway.https, '/api/x', { headers: as('nobody-of-this-name', 'wrong') });
    const events = async () => (await audit()).filter(({ apiUser }) => apiUser !== undefined).map(({ event, apiUser }) => `${String(event)} ${String(apiUser)}`); // prettier-ignore
    await expect.poll(events).toEqual(['api-client ann', 'api-refused ann']);
    expect(JSON.stringify(await audit())).not.toContain('nobody-of-this-name');
  });

  it('counts what one address repeats instead of writing it down for ever', async () => {
    await Promise.all(Array.from({ length: 200 }, () => ask(world.gateway.https, download('x'))));
    await expect.poll(async () => (await audit()).length).toBeGreaterThanOrEqual(19);
    expect((await audit()).filter(({ event }) => event === 'refused').length).toBeLessThanOrEqual(40);
    // A reload ends the old workers, which write what they have counted.
    expect((await world.gateway.activate('counted', world.plan)).code).toBe(0);
    await expect
      .poll(async () => (await audit()).find(({ event }) => event === 'not-written'))
      .toMatchObject({ repeated: expect.any(Number) as number, lost: 0 });
  });

  it('survives a killed gateway, on a volume of its own that only its user reads', async () => {
    const before = await audit();
    await world.gateway.restart();
    expect(await audit()).toEqual(before);
    const { output } = await world.gateway.run('sh', '-c', 'stat -c "%a %u" /var/lib/openimis-audit/*');
    expect(output).toBe('700 33');
  });

  it('that cannot be written keeps no request waiting, and is written when it can be again', async () => {
    const day = (await world.gateway.run('sh', '-c', 'ls -d /var/lib/openimis-audit/20*')).output;
    await world.gateway.run('sh', '-c', `mv ${day} /var/lib/openimis-audit/away && touch ${day}`);
    const answer = await ask(world.gateway.https, download('while-full'));
    expect(answer.status).toBe(403);
    const id = (JSON.parse(answer.body) as { id: string }).id;
    await expect
      .poll(async () => (await world.gateway.errors()).join('\n'))
      .toContain('the audit cannot be written (it waits in memory)');
    await world.gateway.run('sh', '-c', `rm ${day} && mv /var/lib/openimis-audit/away ${day}`);
    await expect.poll(async () => (await audit()).map((line) => line['id']), { timeout: 20_000 }).toContain(id);
  });

  it('loses its oldest days by age and by size, and never today', async () => {
    const script = `cd /var/lib/openimis-audit && mkdir 2001-01-01 2001-01-02 && echo x > 2001-01-01/gateway.jsonl &&
      openimis-gateway audit-tidy && ls`;
    const today = (await world.gateway.run('date', '-u', '+%F')).output;
    expect((await world.gateway.run('sh', '-c', script)).output).toBe(today);
    const plan = { ...world.plan, audit: { days: 365, megabytes: 16 } };
    expect((await world.gateway.activate('small', plan)).code).toBe(0);
    const yesterday = (await world.gateway.run('date', '-u', '-d', 'yesterday', '+%F')).output;
    const older = (await world.gateway.run('date', '-u', '-d', '2 days ago', '+%F')).output;
    const fill = `cd /var/lib/openimis-audit && mkdir ${yesterday} ${older} &&
      head -c 12000000 /dev/zero > ${yesterday}/gateway.jsonl && head -c 12000000 /dev/zero > ${older}/gateway.jsonl &&
      openimis-gateway audit-tidy && ls && rm -r ${yesterday}`;
    expect((await world.gateway.run('sh', '-c', fill)).output).toBe(`${yesterday}\n${today}`);
  });
});

it('leaves no error in the log but the full disk', async () => {
  const lines = unexpected(await world.gateway.errors());
  expect(lines.filter((line) => !line.includes('the audit cannot be written'))).toEqual([]);
});
