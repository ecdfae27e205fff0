import { afterAll, beforeAll, expect, it } from 'vitest';

import { ask } from './support/client.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({ legacy: { path: '/imis/' }, cutover: [{ page: 'claim.aspx', to: '/front/claims' }] });
});
afterAll(() => world.close());

it.each([
  ['/imis/Claim.aspx', '/front/claims'],
  ['/IMIS/./claim.ASPX?x=1', '/front/claims'],
  ['/Claim.aspx', undefined],
  ['/other/Claim.aspx', undefined],
])('a cutover in a virtual directory: %s', async (path, expected) => {
  const answer = await ask(world.gateway.https, path, { headers: { accept: 'text/html' } });
  expect(answer.headers['location'] === '/front/claims' ? '/front/claims' : undefined).toBe(expected);
});
