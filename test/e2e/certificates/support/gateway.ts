import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';

import type { CertificatePlan, GatewayPlan } from '../../../../src/stack/stack.ts';
import { gatewayPlan } from '../../gateway/support/plan.ts';
import {
  openNetwork,
  type RunningGateway,
  startGateway,
  type TestNetwork,
} from '../../gateway/support/gateway-container.ts';
import { openPebble, type Pebble, type PebbleOptions } from './pebble.ts';

export const name = 'new.example.org';

export type World = {
  readonly network: TestNetwork;
  readonly pebble: Pebble;
  /** A gateway that pebble finds under `name`. */
  readonly gateway: (certificate: CertificatePlan) => Promise<RunningGateway>;
  readonly acme: () => CertificatePlan;
  readonly close: () => Promise<void>;
};

export function planFor(certificate: CertificatePlan): GatewayPlan {
  const routes: GatewayPlan['routes'] = [
    { name: 'health', path: '/openimis/health', target: 'gateway', access: 'anybody' },
  ];
  return { ...gatewayPlan('127.0.0.1', [], { routes }), certificate, dns: name };
}

export async function openWorld(options: PebbleOptions = {}): Promise<World> {
  const network = await openNetwork();
  const pebble = await openPebble(network.address, options);
  const started: RunningGateway[] = [];
  return {
    network,
    pebble,
    acme: () => ({
      source: 'acme',
      acme: { directory: pebble.directory, email: 'it@example.org', directoryCa: pebble.directoryCa },
    }),
    gateway: async (certificate) => {
      const gateway = await startGateway(network, planFor({ source: 'self-signed' }));
      started.push(gateway);
      await pebble.leadsTo(await addressOf(gateway));
      const { code, output } = await gateway.activate('v1-own', planFor(certificate));
      if (code !== 0) throw new Error(output);
      return gateway;
    },
    close: async () => {
      for (const gateway of started) await gateway.remove();
      await pebble.close();
      await network.remove();
    },
  };
}

async function addressOf(gateway: RunningGateway): Promise<string> {
  const { output } = await gateway.run('hostname', '--ip-address');
  return output.trim();
}

export type Presented = {
  readonly certificate: X509Certificate;
  readonly protocol: string | null;
  readonly alpn: string;
};

/** What the running gateway shows to a client that knows it by this name. */
export async function presented(gateway: { readonly https: number }, servername = name): Promise<Presented> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      {
        host: '127.0.0.1',
        port: gateway.https,
        servername,
        rejectUnauthorized: false,
        ALPNProtocols: ['h2', 'http/1.1'],
      },
      () => {
        const raw = socket.getPeerCertificate(true).raw;
        resolve({
          certificate: new X509Certificate(raw),
          protocol: socket.getProtocol(),
          alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : '',
        });
        socket.destroy();
      },
    );
    socket.on('error', reject);
  });
}

export async function eventually<T>(
  seconds: number,
  what: string,
  look: () => Promise<T | undefined | false>,
): Promise<T> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await new Promise((done) => setTimeout(done, 200))) {
    const found = await look().catch(() => undefined);
    if (found !== undefined && found !== false) return found;
  }
  throw new Error(`${what}: not within ${seconds} s`);
}
