import { protectionOf } from '../../../../src/stack/protection.ts';
import type { GatewaySettings } from '../../../../src/workspace/server.ts';
import type { Bank, GatewayPlan, LegacyTarget, Route, SessionLimits } from '../../../../src/stack/stack.ts';

/** Ports of the three applications of one bank, all on the address of this machine in the test's network. */
export type BankPorts = { readonly frontend: number; readonly backend: number; readonly ibackend: number };

export const signedOnRoutes: readonly Route[] = [
  { name: 'legacy', path: '/', target: 'legacy', access: 'anybody' },
  { name: 'front', path: '/front/', target: 'frontend', access: 'signed-on', targetPath: '/' },
  { name: 'iapi', path: '/iapi/', target: 'ibackend', access: 'signed-on' },
  { name: 'api', path: '/api/', target: 'backend', access: 'basic' },
  { name: 'photos', path: '/photos/', target: 'legacy', access: 'signed-on' },
  { name: 'logout', path: '/logout', target: 'gateway', access: 'anybody' },
  { name: 'keep-alive', path: '/keepLegacyAlive', target: 'legacy', access: 'anybody' },
  { name: 'legacy-home', path: '/LegacyHome', target: 'legacy', access: 'anybody' },
  { name: 'health', path: '/openimis/health', target: 'gateway', access: 'anybody' },
];

/** A lone backend with SITE_ROOT api serves /iapi/ too. */
export const singleBackendRoutes: readonly Route[] = signedOnRoutes.map((route) =>
  route.name === 'iapi' ? { ...route, target: 'backend', targetPath: '/api/' } : route,
);

/** No legacy: the application has its own login. */
export const applicationRoutes: readonly Route[] = [
  { name: 'front', path: '/front/', target: 'frontend', access: 'application', targetPath: '/' },
  { name: 'iapi', path: '/iapi/', target: 'not-deployed', access: 'application' },
  { name: 'api', path: '/api/', target: 'backend', access: 'application' },
  { name: 'health', path: '/openimis/health', target: 'gateway', access: 'anybody' },
];

export function gatewayPlan(
  address: string,
  ports: readonly BankPorts[],
  parts: {
    readonly legacy?: LegacyTarget;
    readonly routes: readonly Route[];
    readonly httpsPort?: number;
    readonly settings?: Partial<GatewaySettings>;
    readonly session?: Partial<SessionLimits>;
    readonly home?: 'legacy' | 'front';
    readonly adminPages?: 'closed' | 'open';
  },
): GatewayPlan {
  return {
    server: 'test',
    dns: 'new.example.org',
    // Tests ask by address, or send what a person can type quickest.
    names: ['new.example.org', '127.0.0.1', 'x'],
    httpPort: 80,
    httpsPort: parts.httpsPort ?? 443,
    certificate: { source: 'self-signed' },
    signOn: parts.legacy === undefined ? 'application' : 'legacy',
    adminPages: parts.adminPages ?? 'closed',
    ...(parts.legacy === undefined ? {} : { legacy: parts.legacy }),
    routes: parts.routes,
    banks: Array.from({ length: 8 }, (_, index) => bank(index, address, ports[index])),
    cookie: '__Host-openimis-test',
    protection: protectionOf(parts.settings ?? {}),
    cutover: [],
    audit: { days: 365, megabytes: 512 },
    sandbox: false,
    session: { idle: 3600, absolute: 43_200, grace: 600, keepOnLogin: false, ...parts.session },
    home: parts.home ?? 'legacy',
  };
}

function bank(index: number, address: string, ports: BankPorts | undefined): Bank {
  const at = (port: number): { address: string; port: number } => ({ address, port });
  return {
    index,
    frontend: at(ports?.frontend ?? 9),
    backend: at(ports?.backend ?? 9),
    ibackend: at(ports?.ibackend ?? 9),
  };
}
