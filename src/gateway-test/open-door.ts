import { routesOf } from '../stack/gateway-plan.ts';
import type { Secrets, Server } from '../workspace/server.ts';
import type { Door } from './door.ts';

/**
 * Where the gateway of a server is reached from this machine: what the operator says, else the interface it is published on,
 * else the engine's box.
 */
export function doorAddress(server: Server, engine: string, connect: string | undefined): string {
  if (connect !== undefined) return connect;
  const { address } = server.gateway;
  if (address !== undefined && address !== '0.0.0.0' && address !== '::') return address;
  if (!URL.canParse(engine)) return '127.0.0.1';
  const { protocol, hostname } = new URL(engine);
  return ['ssh:', 'tcp:', 'http:', 'https:'].includes(protocol) && hostname !== ''
    ? hostname.replace(/^\[|\]$/g, '')
    : '127.0.0.1';
}

export function doorOf(server: Server, address: string, secrets: Secrets): Door {
  const { dns, http, https, signOn } = server.gateway;
  const header = secrets.IDENTITY_HEADER;
  return {
    server: server.name,
    address,
    http,
    https,
    dns,
    signOn,
    ...(server.legacy === undefined ? {} : { legacyPath: new URL(server.legacy.url).pathname.replace(/\/*$/, '/') }),
    routes: routesOf(server).map(({ name, path, target, access }) => ({ name, path, target, access })),
    ...(header === undefined || header === '' ? {} : { identityHeader: `X-Openimis-${header}` }),
  };
}
