import { isIP } from 'node:net';

import { since } from '../modules/generation.ts';
import { defaults } from '../workspace/defaults.ts';
import type { ComponentName, Legacy, Server } from '../workspace/server.ts';
import { bankCount, type NetworkAddresses } from './addresses.ts';
import { backendPort, frontendPort, generationFacts } from './generations.ts';
import { gatewayNames } from './gateway-names.ts';
import { legacyCallsPlan } from './legacy-calls.ts';
import type { Bank, CertificatePlan, GatewayCutover, GatewayPlan, LegacyTarget, NetworkName, Route } from './stack.ts';
import { protectionOf } from './protection.ts';
import { servicesPlan } from './services.ts';
import { isThisBox, thisBoxName } from './this-box.ts';

/** Everything the gateway's configuration is rendered from. It does not depend on the revision. */
export function gatewayPlan(
  server: Server,
  addresses: Readonly<Record<NetworkName, NetworkAddresses>>,
  sandbox: boolean,
): GatewayPlan {
  const services = servicesPlan(server.gateway);
  const legacyCalls = legacyCallsPlan(server);
  return {
    server: server.name,
    dns: server.gateway.dns,
    names: gatewayNames(server, sandbox),
    httpPort: server.gateway.http,
    httpsPort: server.gateway.https,
    certificate: certificatePlan(server),
    signOn: server.gateway.signOn,
    adminPages: server.gateway.api?.admin ?? defaults.adminPages,
    ...(server.legacy === undefined ? {} : { legacy: legacyTarget(server.legacy) }),
    routes: routesOf(server),
    banks: banksOf(server, addresses),
    cookie: `__Host-openimis-${server.name}`,
    protection: protectionOf(server.gateway),
    cutover: cutoversOf(server),
    ...(services === undefined ? {} : { services }),
    ...(legacyCalls === undefined ? {} : { legacyCalls }),
    audit: { days: defaults.auditDays, megabytes: defaults.auditMegabytes, ...server.gateway.audit },
    sandbox,
    session: {
      idle: server.gateway.session.idle * 60,
      absolute: server.gateway.session.absolute * 60,
      grace: server.gateway.session.grace * 60,
      keepOnLogin: server.gateway.session.keepOnLogin,
    },
    home: server.gateway.home,
  };
}

function cutoversOf({ gateway }: Server): readonly GatewayCutover[] {
  return Object.entries(gateway.cutover ?? {}).map(([page, { to, users }]) => ({
    page: page.slice(1).toLowerCase(),
    to,
    ...(users === undefined ? {} : { users: users.map((user) => user.toLowerCase()) }),
  }));
}

function certificatePlan({ gateway }: Server): CertificatePlan {
  const { certificate: source, acme } = gateway;
  if (source !== 'acme' || acme === undefined) return { source };
  const { directory = defaults.acmeDirectory, email, directoryCa } = acme;
  return {
    source,
    acme: {
      directory,
      ...(email === undefined ? {} : { email }),
      ...(directoryCa === undefined ? {} : { directoryCa }),
    },
  };
}

/** Where the legacy is and what it wants to be called. */
export function legacyTarget(legacy: Legacy): LegacyTarget {
  const url = new URL(legacy.url);
  const https = url.protocol === 'https:';
  const address = legacy.ip ?? legacy.dns ?? url.hostname.replace(/^\[|\]$/g, '');
  // `url.host` leaves the scheme's own port out, as browsers do.
  const port = url.port === '' ? '' : `:${url.port}`;
  return {
    scheme: https ? 'https' : 'http',
    ...connection(address),
    port: url.port === '' ? (https ? 443 : 80) : Number(url.port),
    host: `${legacy.dns ?? url.hostname}${port}`,
    path: url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`,
    ...(https ? { tls: legacy.tls ?? 'verify' } : {}),
    ...(legacy.certificate === undefined ? {} : { certificate: legacy.certificate }),
  };
}

function connection(address: string): Pick<LegacyTarget, 'connect' | 'connectIs'> {
  if (isThisBox(address)) return { connect: thisBoxName, connectIs: 'this-box' };
  return { connect: address, connectIs: isIP(address) === 0 ? 'name' : 'address' };
}

function banksOf(server: Server, addresses: Readonly<Record<NetworkName, NetworkAddresses>>): readonly Bank[] {
  const port = frontendPort(generationFacts[server.generation]);
  return Array.from({ length: bankCount }, (_, index) => ({
    index,
    frontend: { address: addresses.web.banks[index]!, port },
    backend: { address: addresses.app.banks[index]!, port: backendPort },
    ibackend: { address: addresses.iapp.banks[index]!, port: backendPort },
  }));
}

/** Upstream's paths (gateway_dkr v1.0.0 and v1.1.0: conf/), with stricter access. */
export function routesOf(server: Server): readonly Route[] {
  const carriesLogin = server.gateway.signOn === 'legacy';
  // Without a sign-on of the gateway the legacy's own session must be logged in (templates/gateway/lua/viewer.lua).
  const photos = server.gateway.refusalsOff?.includes('photos') === true ? 'anybody' : 'signed-on';
  const legacy: readonly Route[] = [
    { name: 'legacy', path: '/', target: 'legacy', access: 'anybody' },
    { name: 'photos', path: '/photos/', target: 'legacy', access: photos },
    { name: 'keep-alive', path: '/keepLegacyAlive', target: 'legacy', access: 'anybody' },
    { name: 'legacy-home', path: '/LegacyHome', target: 'legacy', access: 'anybody' },
  ];
  return [
    ...(server.legacy === undefined ? [] : legacy),
    ...(carriesLogin ? [{ name: 'logout', path: '/logout', target: 'gateway', access: 'anybody' } as const] : []),
    ...applicationRoutes(server),
    { name: 'health', path: '/openimis/health', target: 'gateway', access: 'anybody' },
  ];
}

function applicationRoutes(server: Server): readonly Route[] {
  const facts = generationFacts[server.generation];
  const carriesLogin = server.gateway.signOn === 'legacy';
  const deployed = (name: ComponentName): boolean => server.components[name] !== undefined;
  const targetOf = (name: 'frontend' | 'backend' | 'ibackend'): Route['target'] =>
    deployed(name) ? name : 'not-deployed';
  const page = carriesLogin ? 'signed-on' : 'application';
  // One process has one SITE_ROOT: a lone backend serves /iapi/ as its own /api/.
  const iapi: Pick<Route, 'target' | 'targetPath'> =
    !deployed('ibackend') && deployed('backend')
      ? { target: 'backend', targetPath: '/api/' }
      : { target: targetOf('ibackend') };
  return [
    {
      name: 'front',
      path: '/front/',
      target: targetOf('frontend'),
      access: page,
      // `serve` has the application at /, upstream's nginx at /front.
      ...(facts.frontend === 'serve' ? { targetPath: '/' } : {}),
    },
    { name: 'iapi', path: '/iapi/', access: page, ...iapi },
    {
      name: 'api',
      path: '/api/',
      target: targetOf('backend'),
      access: apiAuth(server),
      ...(carriesLogin && reactCallsApi(server) ? { signedOn: true } : {}),
    },
  ];
}

/** React calls /iapi up to 1.3; from 1.4 on (fe-core 1.4) it calls /api itself, with a token of its own or none. */
function reactCallsApi({ generation }: Pick<Server, 'generation'>): boolean {
  return since(generation, '1.4');
}

/** Who checks credentials on /api: Basic Auth would take React's header and make browsers ask for a password. */
export function apiAuth(server: Pick<Server, 'generation' | 'gateway'>): 'basic' | 'application' {
  const { api, signOn } = server.gateway;
  return api?.auth ?? (signOn === 'application' || reactCallsApi(server) ? 'application' : 'basic');
}
