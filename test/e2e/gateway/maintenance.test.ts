import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ask, openVisitor } from './support/client.ts';
import { unexpected } from './support/who.ts';
import { openWorld, type World } from './support/world.ts';

const page = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
/** Everything that could break out of HTML, JSON or a template. */
const message = `Back at 10:00 <script>alert(1)</script> "quoted" 'it' & {{title}} \${x} %s \\ é漢🙂\nsecond line`;
const escaped = `Back at 10:00 &lt;script&gt;alert(1)&lt;/script&gt; &quot;quoted&quot; &#39;it&#39; &amp; {{title}} \${x} %s \\ é漢🙂\nsecond line`;
const state = { message, since: '2026-11-25T08:00:00.000Z', by: 'ann@box' };

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

async function begin(): Promise<void> {
  const { code, output } = await world.gateway.run(
    'sh',
    '-c',
    'printf %s "$1" | openimis-gateway maintenance on',
    'sh',
    JSON.stringify(state),
  );
  expect([code, output]).toEqual([0, JSON.stringify(state)]);
}
const end = () => world.gateway.run('openimis-gateway', 'maintenance', 'off');
const utf8 = (body: string): string => Buffer.from(body, 'latin1').toString('utf8');

describe('maintenance', () => {
  it('gives people a page with the message byte for byte, and programs JSON', async () => {
    await begin();
    const answer = await ask(world.gateway.https, '/front/claims', { headers: page });
    expect([answer.status, answer.headers['retry-after'], answer.headers['cache-control']]).toEqual([
      503,
      '120',
      'no-store',
    ]);
    expect(utf8(answer.body)).toContain(`<p class="text">${escaped}</p>`);
    for (const path of ['/iapi/graphql', '/api/claim', '/front/manifest.json']) {
      const { status, headers, body } = await ask(world.gateway.https, path, { method: 'POST', body: 'x' });
      expect([status, headers['retry-after'], headers['content-type']]).toEqual([503, '120', 'application/json']);
      expect(JSON.parse(utf8(body))).toMatchObject({ error: 'maintenance', message });
    }
    for (const application of [world.frontend, world.backend, world.ibackend]) expect(application.seen).toEqual([]);
  });

  it('leaves the legacy, its login, the logout and the photos as they are', async () => {
    const visitor = openVisitor(world.gateway.https);
    expect((await visitor.login()).headers['location']).toBe('/Home.aspx');
    expect((await visitor.ask('/Home.aspx?x=1', { headers: page })).body).toContain('Other Last (Admin)');
    expect((await visitor.ask('/photos/Images/a.png')).status).toBe(200);
    expect((await visitor.ask('/keepLegacyAlive')).status).toBe(200);
    expect((await visitor.ask('/openimis/health')).status).toBe(200);
    expect((await visitor.ask('/iapi/')).status).toBe(503);
    expect((await visitor.ask('/front/logout', { headers: page })).headers['location']).toBe('/logout');
    expect((await visitor.ask('/logout')).headers['location']).toBe('/Logout.aspx');
    expect(visitor.cookies.has('__Host-openimis-test')).toBe(false);
  });

  it('survives a reload and a killed gateway', async () => {
    expect((await world.gateway.activate('other', world.plan)).code).toBe(0);
    expect((await ask(world.gateway.https, '/iapi/')).status).toBe(503);
    await world.gateway.restart();
    expect((await ask(world.gateway.https, '/iapi/')).status).toBe(503);
    expect(JSON.parse((await world.gateway.run('openimis-gateway', 'maintenance')).output)).toEqual(state);
  });

  it('ends at once, also twice, and stays ended', async () => {
    for (let count = 0; count < 2; count++) expect(await end()).toEqual({ code: 0, output: '' });
    expect((await ask(world.gateway.https, '/iapi/')).status).toBe(401);
    await world.gateway.restart();
    expect((await ask(world.gateway.https, '/iapi/')).status).toBe(401);
  });

  it('refuses what is no state, and nobody outside turns it on', async () => {
    for (const text of ['', '{}', 'x', '{"message":1,"since":"","by":""}', '[]'])
      expect(
        (await world.gateway.run('sh', '-c', 'printf %s "$1" | openimis-gateway maintenance on', 'sh', text)).code,
      ).not.toBe(0);
    expect((await world.gateway.run('openimis-gateway', 'maintenance', 'maybe')).code).toBe(2);
    for (const path of ['/maintenance', '/openimis/maintenance'])
      await ask(world.gateway.https, path, { method: 'PUT', body: JSON.stringify(state) });
    expect((await ask(world.gateway.https, '/iapi/')).status).toBe(401);
  });
});

it('leaves no error in the log', async () => {
  expect(unexpected(await world.gateway.errors())).toEqual([]);
});
