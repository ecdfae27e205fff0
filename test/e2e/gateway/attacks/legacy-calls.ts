import { legacyCallsPort } from '../../../../src/rendering/gateway-services.ts';
import type { World } from '../support/world.ts';
import { type Attack, attacks } from './attack.ts';

/** From inside the gateway's own container, which is not the legacy: what did the backend of the new side get? */
async function called(world: World, path: string, ...options: readonly string[]): Promise<string | undefined> {
  const url = `https://127.0.0.1:${legacyCallsPort}${path}`;
  const { code } = await world.gateway.run(
    ...[
      'curl',
      '--silent',
      '--insecure',
      '--path-as-is',
      '--data',
      '{}',
      '--header',
      'remote-user: Admin',
      ...options,
      url,
    ],
  );
  if (code !== 0) throw new Error(`curl: ${code}`);
  const [seen] = world.backend.seen;
  return seen === undefined ? undefined : `the backend got ${seen.method} ${seen.url} of Admin`;
}

export const legacyCallAttacks: readonly Attack[] = [
  ...attacks('calls-from-anywhere', {
    "the legacy's own port, from another box": (world) => called(world, '/api/graphql'),
  }),
  ...attacks('calls-by-forwarded-address', {
    "the legacy's own port through a trusted proxy, with the legacy's address in X-Forwarded-For": (world) =>
      called(world, '/api/graphql', '--header', `X-Forwarded-For: ${world.network.address}`),
  }),
];
