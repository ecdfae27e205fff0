import { afterAll, beforeAll, expect, it } from 'vitest';

import { ask, openVisitor } from './support/client.ts';
import { openWorld, type World } from './support/world.ts';
import type { GatewayPlan, LegacyTarget } from '../../../src/stack/stack.ts';

let world: World;
let versions = 1;

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

/** Activates a gateway that has taken the legacy's name, and whose legacy is at this address. */
async function lead(parts: Partial<LegacyTarget>): Promise<void> {
  const legacy: LegacyTarget = { ...world.target, host: world.plan.dns, ...parts };
  const plan: GatewayPlan = { ...world.plan, legacy };
  versions += 1;
  expect(await world.gateway.activate(`v${versions}`, plan)).toEqual({ code: 0, output: '' });
}

/** As seen from inside the container, where the gateway listens on these ports. */
const itself = { connect: '127.0.0.1', connectIs: 'address' } as const;
const page = { headers: { accept: 'text/html' } };

it('the gateway has the name of the legacy: pages, redirects and logins pass', async () => {
  await lead({});
  const named = { headers: { ...page.headers, host: world.plan.dns } };
  expect((await ask(world.gateway.https, '/', named)).status).toBe(200);
  const moved = await ask(world.gateway.https, '/absolute.aspx', named);
  expect(moved.headers['location']).toBe('/Find.aspx?a=1');
  const visitor = openVisitor(world.gateway.https);
  await visitor.login();
  expect((await visitor.ask('/iapi/', { headers: { host: world.plan.dns } })).status).toBe(200);
  expect(world.legacy.seen.at(-1)?.headers['host']).toBe(world.plan.dns);
});

it('an address of the legacy that is the gateway itself is named, over https and http', async () => {
  for (const way of [
    { scheme: 'https', tls: 'insecure', port: 8443 },
    { scheme: 'http', port: 8080 },
  ] as const) {
    await lead({ ...itself, ...way });
    const answer = await ask(world.gateway.https, '/', page);
    expect([answer.status, answer.body]).toEqual([508, expect.stringContaining('The gateway leads to itself')]);
    const program = await ask(world.gateway.https, '/keepLegacyAlive');
    expect([program.status, program.body]).toEqual([508, expect.stringContaining('"error":"loop"')]);
    const visitor = openVisitor(world.gateway.https);
    expect((await visitor.login()).status).toBe(508);
    expect((await visitor.ask('/iapi/')).status).toBe(401);
  }
  const lines = await world.gateway.errors();
  expect(lines.filter((line) => line.includes('the gateway leads to itself')).length).toBeGreaterThan(0);
});

it('a mark that somebody made up changes nothing', async () => {
  await lead({});
  const headers = { ...page.headers, 'x-openimis-gateway': 'A'.repeat(43) };
  expect((await ask(world.gateway.https, '/', { headers })).status).toBe(200);
  expect(world.legacy.seen.at(-1)?.headers['x-openimis-gateway']).not.toBe(headers['x-openimis-gateway']);
});
