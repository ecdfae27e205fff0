import { inspectWebsite } from '../../legacy/inspect-website.ts';
import { sourceAddress } from '../../legacy/reach.ts';
import { legacyTarget } from '../../stack/gateway-plan.ts';
import { NothingToSee, type Probe } from '../facts.ts';

export const website: Probe<'website'> = {
  title: 'ask the website of the legacy',
  // A redirect makes two requests, one after the other.
  patience: ({ timeout }) => 2 * timeout + 1,
  look: async (world, use) => {
    const server = await use('server');
    const { legacy, gateway } = server;
    if (legacy === undefined) throw new NothingToSee('this server has no legacy site');
    const target = legacyTarget(legacy);
    const here = target.connectIs === 'this-box';
    const connect = here ? '127.0.0.1' : target.connect;
    // On this box the usual ports may be the gateway's own.
    const otherPort = world.otherPort ?? (here ? undefined : target.scheme === 'http' ? 443 : 80);
    const { dns } = legacy;
    const [inspection, from] = await Promise.all([
      inspectWebsite({
        ...{ scheme: target.scheme, port: target.port, host: target.host, path: target.path, connect },
        // Once the gateway has taken the name, it leads there on purpose (docs/go-live.md).
        ...(dns === undefined || dns.toLowerCase() === gateway.dns.toLowerCase() ? {} : { dns }),
        ...(otherPort === undefined ? {} : { otherPort }),
        timeout: world.timeout,
      }),
      sourceAddress(connect, world.timeout),
    ]);
    return {
      ...inspection,
      legacy,
      target,
      where: `${connect.includes(':') ? `[${connect}]` : connect}:${target.port}`,
      gatewayDns: gateway.dns,
      ...(from === undefined ? {} : { from }),
    };
  },
};
