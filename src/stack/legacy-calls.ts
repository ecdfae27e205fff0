import type { Server } from '../workspace/server.ts';
import type { LegacyCallsPlan } from './stack.ts';

/** The legacy's own calls of GraphQL: which backend gets them, and from where. Pure; `workspace/service-rules.ts` has checked it. */
export function legacyCallsPlan(
  server: Pick<Server, 'gateway' | 'legacy' | 'components'>,
): LegacyCallsPlan | undefined {
  const from = server.legacy?.ip;
  if (server.gateway.legacyCalls === undefined || from === undefined) return undefined;
  return server.components.backend === undefined
    ? { from, target: 'ibackend', path: '/iapi/graphql' }
    : { from, target: 'backend', path: '/api/graphql' };
}

/** What the listener exposes, and what to write into the legacy's setting. */
export function legacyCallsRisks(server: Pick<Server, 'gateway' | 'legacy' | 'components'>): readonly string[] {
  const plan = legacyCallsPlan(server);
  const { dns, legacyCalls } = server.gateway;
  if (plan === undefined || legacyCalls === undefined) return [];
  return [
    `port ${legacyCalls.port} believes whatever user ${plan.from} names (gateway.legacyCalls; ModularGQLSource: https://${dns}:${legacyCalls.port}${plan.path}): whoever has the legacy's box is every user of the new side`,
  ];
}
