import { hash } from 'bcryptjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Attack } from './attacks/attack.ts';
import { becomingSomeone } from './attacks/becoming-someone.ts';
import { cookieAttacks } from './attacks/cookie.ts';
import { guessBudget, identityAttacks } from './attacks/identity.ts';
import { legacyCallAttacks } from './attacks/legacy-calls.ts';
import { lyingPages } from './attacks/lying-page.ts';
import { nameAttacks } from './attacks/names.ts';
import { placeAttacks } from './attacks/places.ts';
import { serviceAttacks } from './attacks/services.ts';
import { renderedFiles } from './support/gateway-container.ts';
import { unexpected } from './support/who.ts';
import { openWorld, type World } from './support/world.ts';
import { weakenedGateway, type WeaknessName, weaknessNames } from './weakened/weaknesses.ts';

/** Guesses of passwords come last: the gateway is slow to forgive them. */
const all: readonly Attack[] = [
  ...becomingSomeone,
  ...cookieAttacks,
  ...lyingPages,
  ...placeAttacks,
  ...nameAttacks,
  ...serviceAttacks,
  ...legacyCallAttacks,
  ...identityAttacks,
];

let world: World;
let files: Readonly<Record<string, string>>;

beforeAll(async () => {
  const password = await hash('right-password', 4);
  const users = ['api', 'guessed0', 'guessed1', 'guessed2'];
  // Nobody but the container itself comes from this address: its attacks are those of a proxy in front.
  const settings = { guessing: { perAddress: guessBudget, site: 100_000 }, trustedProxies: ['127.0.0.1'] };
  const services = { paths: [['rest']], http: 'keep', ownPort: false } as const;
  world = await openWorld({
    settings,
    services,
    legacyCalls: true,
    htpasswd: users.map((user) => `${user}:${password}\n`).join(''),
  });
  files = await renderedFiles(world.plan);
});
afterAll(() => world.close());
beforeEach(() => world.reset());

/** Makes this version the running one, by the way that a deploy goes. */
async function activate(name: string, version: Readonly<Record<string, string>>): Promise<void> {
  const entries = Object.entries(version).map(([path, text]) => [`versions/${name}/${path}`, text]);
  await world.gateway.upload('/etc/openimis/gateway', Object.fromEntries(entries) as Record<string, string>);
  expect(await world.gateway.run('openimis-gateway', 'activate', name)).toEqual({ code: 0, output: '' });
}

const against = (weakness: WeaknessName): readonly Attack[] => all.filter((attack) => attack.weakness === weakness);

describe('the suite', () => {
  it('has at least 50 attacks, no two of one name, and one for every weakness', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(all.length).toBeGreaterThanOrEqual(50);
    for (const weakness of weaknessNames) expect(against(weakness), weakness).not.toEqual([]);
  });
});

describe.each(weaknessNames)('a gateway weakened on purpose (%s) falls to', (weakness) => {
  beforeAll(() => activate(weakness, weakenedGateway(files, weakness)));
  for (const { name, attempt } of against(weakness))
    it(name, async () => {
      expect(await attempt(world)).toEqual(expect.any(String));
    });
});

describe('the gateway as it is holds against', () => {
  beforeAll(() => activate('true', files));
  for (const { name, attempt } of all)
    it(name, async () => {
      expect(await attempt(world)).toBeUndefined();
    });

  it('all of them without an error in its log', async () => {
    expect(unexpected(await world.gateway.errors())).toEqual([]);
  });
});
