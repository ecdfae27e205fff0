import { type ApplicationFixture, startApplication } from './application-fixture.ts';
import { newSecrets, openNetwork, type RunningGateway, startGateway, type TestNetwork } from './gateway-container.ts';
import { type LegacyFixture, startLegacy } from './legacy-fixture.ts';
import { gatewayPlan, signedOnRoutes } from './plan.ts';
import { newSessionId, seal } from './seal.ts';
import type { GatewayPlan, LegacyTarget, Route, SessionLimits } from '../../../../src/stack/stack.ts';
import type { GatewaySettings } from '../../../../src/workspace/server.ts';

/** All visitors of a test share one address: failure budgets are the subject of guessing.test.ts alone. */
const roomy: Partial<GatewaySettings> = { guessing: { perAddress: 10_000, site: 100_000 } };

/** A running gateway with a legacy and two banks of applications in this process. */
export type World = {
  readonly network: TestNetwork;
  readonly gateway: RunningGateway;
  readonly legacy: LegacyFixture;
  readonly frontend: ApplicationFixture;
  readonly backend: ApplicationFixture;
  readonly ibackend: ApplicationFixture;
  readonly nextBackend: ApplicationFixture;
  /** Name of the secret header. */
  readonly identityHeader: string;
  readonly target: LegacyTarget;
  readonly plan: GatewayPlan;
  /** Forgets what was seen and makes the legacy friendly again. */
  reset(): void;
  close(): Promise<void>;
};

export async function openWorld(
  options: {
    readonly routes?: readonly Route[];
    readonly htpasswd?: string;
    readonly legacy?: Partial<LegacyTarget>;
    readonly settings?: Partial<GatewaySettings>;
    readonly cutover?: GatewayPlan['cutover'];
    readonly services?: GatewayPlan['services'];
    /** A listener for the legacy's own calls of GraphQL, whose address is that of this machine. */
    readonly legacyCalls?: boolean;
    /** Arguments of `docker create`. */
    readonly arguments?: readonly string[];
    readonly session?: Partial<SessionLimits>;
    readonly home?: 'legacy' | 'front';
  } = {},
): Promise<World> {
  const network = await openNetwork();
  const legacy = await startLegacy(network.address);
  const [frontend, backend, ibackend, nextBackend] = await Promise.all([
    startApplication(network.address, 'frontend'),
    startApplication(network.address, 'backend'),
    startApplication(network.address, 'ibackend'),
    startApplication(network.address, 'next backend'),
  ]);
  const target: LegacyTarget = {
    scheme: 'http',
    connect: network.address,
    connectIs: 'address',
    port: legacy.port,
    host: 'imistest.hib.gov.np',
    path: '/',
    ...options.legacy,
  };
  const banks = [
    { frontend: frontend.port, backend: backend.port, ibackend: ibackend.port },
    { frontend: frontend.port, backend: nextBackend.port, ibackend: nextBackend.port },
  ];
  const plan: GatewayPlan = {
    ...gatewayPlan(network.address, banks, {
      ...options,
      legacy: target,
      routes: options.routes ?? signedOnRoutes,
      settings: { ...roomy, ...options.settings },
    }),
    cutover: options.cutover ?? [],
    ...(options.services === undefined ? {} : { services: options.services }),
    ...(options.legacyCalls === true
      ? { legacyCalls: { from: network.address, target: 'backend', path: '/api/graphql' } }
      : {}),
  };
  const secrets = newSecrets(options.htpasswd);
  const gateway = await startGateway(network, plan, { secrets, bank: 0, arguments: options.arguments ?? [] });
  const applications = [frontend, backend, ibackend, nextBackend];
  return {
    network,
    gateway,
    legacy,
    frontend,
    backend,
    ibackend,
    nextBackend,
    identityHeader: `X-Openimis-${secrets.identityHeader}`,
    target,
    plan,
    reset: () => {
      legacy.seen.length = 0;
      legacy.homeDelay = 0;
      legacy.silent = false;
      legacy.home = undefined;
      legacy.everything = undefined;
      legacy.nameText = undefined;
      legacy.needsSession = false;
      for (const application of applications) {
        application.seen.length = 0;
        application.status = 200;
        application.knows = (_, response) => void response.writeHead(200).end('{}');
      }
    },
    close: async () => {
      await gateway.remove();
      await Promise.all([legacy, ...applications].map((fixture) => fixture.close()));
      await network.remove();
    },
  };
}

/** A session of the legacy in which Admin is logged in, and a cookie for it made with the server's own key. */
export function genuineSession(world: World): { readonly sealed: string; readonly session: string } {
  const session = newSessionId();
  world.legacy.sessions.set(session, { user: 'Admin' });
  return { sealed: seal(world.gateway.secrets.signingKey, { user: 'Admin', session }), session };
}
