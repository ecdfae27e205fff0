import { afterAll, beforeAll, expect, it } from 'vitest';

import { makeCertificates } from './support/certificates.ts';
import { ask, openVisitor } from './support/client.ts';
import { type LegacyFixture, startLegacy } from './support/legacy-fixture.ts';
import { gatewayPlan, signedOnRoutes } from './support/plan.ts';
import { openWorld, type World } from './support/world.ts';
import type { GatewayPlan, LegacyTarget } from '../../../src/stack/stack.ts';

const host = 'imistest.hib.gov.np';
const certificates = makeCertificates();
const right = certificates.issued(host);
const twin = certificates.issued(host);
const old = certificates.expired('WIN-2008R2');
const other = certificates.selfSigned('WIN-2008R2');

let world: World;
let sites: Record<'right' | 'twin' | 'old' | 'other', LegacyFixture>;
let versions = 1;

beforeAll(async () => {
  world = await openWorld();
  const { address } = world.network;
  sites = {
    right: await startLegacy(address, right),
    twin: await startLegacy(address, twin),
    old: await startLegacy(address, old),
    other: await startLegacy(address, other),
  };
});
afterAll(async () => {
  await world.close();
  await Promise.all(Object.values(sites).map((site) => site.close()));
  certificates.remove();
});

/** Activates a gateway whose legacy is one of the sites; the applications stay those of the world. */
async function lead(site: LegacyFixture, tls: Partial<LegacyTarget>): Promise<void> {
  const legacy: LegacyTarget = { ...world.target, scheme: 'https', port: site.port, host, ...tls };
  const plan: GatewayPlan = { ...world.plan, legacy };
  versions += 1;
  expect(await world.gateway.activate(`v${versions}`, plan)).toEqual({ code: 0, output: '' });
}

/** Status of the login page, and of /iapi after a login: the check of who is logged in goes the same way. */
async function seen(): Promise<readonly number[]> {
  const visitor = openVisitor(world.gateway.https);
  const page = (await visitor.ask('/', { headers: { accept: 'text/html' } })).status;
  await visitor.login();
  return [page, (await visitor.ask('/iapi/')).status];
}

it('pin: the one certificate is accepted, also of an authority that nobody here knows', async () => {
  await lead(sites.right, { tls: 'pin', certificate: right.cert });
  expect(await seen()).toEqual([200, 200]);
});

it('pin: another certificate of the same authority and name is refused, for pages and for the check', async () => {
  await lead(sites.right, { tls: 'pin', certificate: right.cert });
  const visitor = openVisitor(world.gateway.https);
  await visitor.login();
  expect((await visitor.ask('/Find.aspx?x=1')).status).toBe(200);
  await lead(sites.twin, { tls: 'pin', certificate: right.cert });
  expect((await ask(world.gateway.https, '/', { headers: { accept: 'text/html' } })).status).toBe(502);
  expect((await visitor.ask('/iapi/')).status).toBe(503);
  expect(sites.twin.seen).toEqual([]);
  const lines = await world.gateway.errors();
  expect(lines.filter((line) => line.includes('upstream SSL certificate verify error')).length).toBeGreaterThan(0);
});

it('pin: a certificate that has run out and has another name is still the pinned one; its twin by name is not', async () => {
  await lead(sites.old, { tls: 'pin', certificate: old.cert });
  expect(await seen()).toEqual([200, 200]);
  await lead(sites.other, { tls: 'pin', certificate: old.cert });
  expect(await seen()).toEqual([502, 401]);
});

it('verify: what no authority has signed is refused', async () => {
  for (const site of [sites.right, sites.other]) {
    await lead(site, { tls: 'verify' });
    expect(await seen()).toEqual([502, 401]);
  }
});

it('insecure: whoever answers is believed', async () => {
  await lead(sites.other, { tls: 'insecure' });
  expect(await seen()).toEqual([200, 200]);
});

it('a pin without a certificate is refused before anything is written', () => {
  const legacy: LegacyTarget = { ...world.target, scheme: 'https', tls: 'pin' };
  const plan = gatewayPlan(world.network.address, [], { legacy, routes: signedOnRoutes });
  return expect(world.gateway.activate('none', plan)).rejects.toMatchObject({ code: 'WORKSPACE_INVALID' });
});
