import type { GatewayPlan } from '../stack/stack.ts';
import { inAddress, serverNames } from './gateway-names.ts';
import { fill } from './gateway-template.ts';
import type { RenderedFile } from './rendered.ts';

/** Inside the container; `stack/services.ts` publishes it. */
export const servicesPort = 8082;
export const legacyCallsPort = 8083;

/** The servers of `gateway.services` by a name or a port of their own. Without one of them the gateway's http server has it all. */
export function serviceServers(plan: GatewayPlan, template: (name: string) => string): readonly RenderedFile[] {
  const { services } = plan;
  if (services === undefined) return [];
  const names = services.host === undefined ? serverNames(plan) : inAddress(services.host);
  const servers = [
    ...(services.host === undefined ? [] : [{ port: 8080, names, place: 'host' }]),
    ...(services.ownPort ? [{ port: servicesPort, names, place: 'port' }] : []),
  ];
  if (servers.length === 0) return [];
  return [{ path: 'servers/services.conf', content: fill(template('servers/services.conf.eta'), { servers }) }];
}

/** The listener of `gateway.legacyCalls`. */
export function legacyCallsServer(plan: GatewayPlan, template: (name: string) => string): readonly RenderedFile[] {
  const { legacyCalls, dns } = plan;
  if (legacyCalls === undefined) return [];
  const { from, path } = legacyCalls;
  const content = fill(template('servers/legacy-calls.conf.eta'), { from, path, dns, port: legacyCallsPort });
  return [{ path: 'servers/legacy-calls.conf', content }];
}
