import { defaults } from '../workspace/defaults.ts';
import { servicePathSegments } from '../workspace/service-values.ts';
import type { GatewaySettings, Server } from '../workspace/server.ts';
import { canonicalName } from './gateway-names.ts';
import type { PublishedPort, ServicesPlan } from './stack.ts';

/** Where nginx listens inside the gateway's container. */
const inside = { http: 8080, https: 8443, services: 8082, legacyCalls: 8083 } as const;

export function servicesPlan({ services }: Pick<GatewaySettings, 'services'>): ServicesPlan | undefined {
  if (services === undefined) return undefined;
  return {
    paths: services.paths.map(servicePathSegments),
    http: services.http ?? defaults.servicesHttp,
    ...(services.host === undefined ? {} : { host: canonicalName(services.host) }),
    ownPort: services.port !== undefined,
  };
}

/** The ports of the box that lead to the gateway. */
export function gatewayPorts({ gateway }: Pick<Server, 'gateway'>): readonly PublishedPort[] {
  const on = gateway.address === undefined ? {} : { address: gateway.address };
  const own = gateway.services?.port;
  const calls = gateway.legacyCalls?.port;
  return [
    { host: gateway.http, container: inside.http, ...on },
    { host: gateway.https, container: inside.https, ...on },
    ...(own === undefined ? [] : [{ host: own, container: inside.services, ...on }]),
    ...(calls === undefined ? [] : [{ host: calls, container: inside.legacyCalls, ...on }]),
  ];
}

/** What plain http to the legacy's services exposes, in words. */
export function serviceRisks({ gateway }: Pick<Server, 'gateway'>): readonly string[] {
  const { services } = gateway;
  if (services === undefined) return [];
  const kept = services.http === 'keep';
  const ports = [...(kept ? [gateway.http] : []), ...(services.port === undefined ? [] : [services.port])];
  const what = services.paths.join(', ');
  if (ports.length === 0)
    return [
      `phones may ask for ${what} by plain http (gateway.services): they are sent to https, but what they sent first, a password perhaps, could be read on the way`,
    ];
  return [
    `${what} of the legacy ${services.paths.length === 1 ? 'is' : 'are'} answered by plain http on port ${ports.join(' and ')} (gateway.services): anyone on the way can read and change what phones send, passwords included`,
  ];
}
