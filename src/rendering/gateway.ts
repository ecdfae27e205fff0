import type { Bank, GatewayPlan, LegacyTarget, Route } from '../stack/stack.ts';
import { certificateName } from '../workspace/certificate.ts';
import type { LegacyTls } from '../workspace/server.ts';
import { checkGatewayPlan } from './gateway-checks.ts';
import { legacyCallsServer, serviceServers, servicesPort } from './gateway-services.ts';
import { certificateNames, namesPattern, ownAddress, serverNames } from './gateway-names.ts';
import type { RenderedFile } from './rendered.ts';
import { fill } from './gateway-template.ts';
import type { Templates } from './templates/load.ts';

const folder = 'gateway/';

/**
 * The gateway's configuration: one version folder of its volume. Files of `templates/gateway/` as they are, the few `.eta`
 * ones filled with checked numbers and addresses, and `data.json`, through which every other value reaches Lua.
 * Throws WORKSPACE_INVALID for a value that could not be written safely.
 */
export function renderGateway(plan: GatewayPlan, templates: Templates): readonly RenderedFile[] {
  checkGatewayPlan(plan);
  const template = (name: string): string => {
    const text = templates.get(folder + name);
    if (text === undefined) throw new Error(`templates/${folder}${name} is missing`);
    return text;
  };
  const copied = [...templates]
    .filter(([path]) => path.startsWith(folder) && !path.endsWith('.eta'))
    .map(([path, content]) => ({ path: path.slice(folder.length), content }))
    .filter(({ path }) => plan.legacy !== undefined || path !== 'servers/legacy-check.conf');
  const rendered = [
    {
      path: 'upstreams.conf',
      content: fill(template('upstreams.conf.eta'), {
        upstreams: upstreams(plan),
        legacy: legacyUpstream(plan.legacy),
      }),
    },
    {
      path: 'legacy-proxy.conf',
      content: fill(template('legacy-proxy.conf.eta'), {
        tls: tlsOf(plan.legacy),
        host: plan.legacy?.host ?? 'none',
        origin: plan.legacy === undefined ? 'none' : legacyOrigin(plan.legacy),
      }),
    },
    ...(plan.legacy?.tls === 'pin' ? [{ path: 'legacy-certificate.pem', content: plan.legacy.certificate ?? '' }] : []),
    {
      path: 'addresses.conf',
      content: fill(template('addresses.conf.eta'), {
        offices: plan.protection.guessing.offices,
        proxies: plan.protection.trustedProxies,
      }),
    },
    {
      path: 'servers/https.conf',
      content: fill(template('servers/https.conf.eta'), {
        serverNames: serverNames(plan),
        routes: routes(plan, template),
      }),
    },
    {
      path: 'servers/http.conf',
      content: fill(template('servers/http.conf.eta'), {
        serverNames: serverNames(plan),
        services: plan.services !== undefined && plan.services.host === undefined,
        httpsSuffix: httpsSuffix(plan),
      }),
    },
    ...serviceServers(plan, template),
    ...legacyCallsServer(plan, template),
    { path: 'servers/unknown-host.conf', content: unknownHost(plan, template) },
    {
      path: 'names.conf',
      content: fill(template('names.conf.eta'), { pattern: namesPattern(plan), names: serverNames(plan).split(' ') }),
    },
    ...certificateFiles(plan),
    { path: 'certificate-names', content: `${certificateNames(plan).join(',')}\n` },
    { path: 'audit-limits', content: auditLimits(plan) },
    { path: 'data.json', content: `${JSON.stringify(luaData(plan), undefined, 2)}\n` },
  ];
  return [...copied, ...rendered].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** `/front/` and `/front` are one route: paths without the last slash. */
function withoutSlash(path: string): string {
  return path.replace(/\/+$/, '');
}

function withSlash(path: string): string {
  return `${withoutSlash(path)}/`;
}

const routeTemplates: Readonly<Record<Route['name'], string>> = {
  legacy: 'legacy',
  front: 'application',
  iapi: 'application',
  api: 'application',
  photos: 'photos',
  logout: 'logout',
  'keep-alive': 'keep-alive',
  'legacy-home': 'legacy-home',
  health: 'health',
};

function routes(plan: GatewayPlan, template: (name: string) => string): string {
  const parts = plan.routes.map((route) =>
    fill(template(`routes/${routeTemplates[route.name]}.conf.eta`), {
      name: route.name,
      path: withoutSlash(route.path),
      legacy: fixedOrigin(plan.legacy),
    }),
  );
  if (plan.legacy === undefined) {
    const front = plan.routes.find((route) => route.name === 'front')?.path ?? '/front';
    parts.push(fill(template('routes/no-legacy.conf.eta'), { path: withoutSlash(front) }));
  }
  return parts.join('\n');
}

/** Programs get JSON there, too; the health page is open whatever name is asked for: a proxy in front may ask by address. */
function unknownHost(plan: GatewayPlan, template: (name: string) => string): string {
  const programs = plan.routes
    .filter(({ name }) => name === 'iapi' || name === 'api')
    .map(({ name, path }) => ({ name, path: withoutSlash(path) }));
  const health = plan.routes
    .filter(({ name }) => name === 'health')
    .map(({ name, path }) => fill(template('routes/health.conf.eta'), { name, path: withoutSlash(path) }));
  const ports = plan.services?.ownPort === true ? [servicesPort] : [];
  return fill(template('servers/unknown-host.conf.eta'), { ports, programs, health: health.join('\n') });
}

const bankComponents = ['frontend', 'backend', 'ibackend'] as const satisfies readonly (keyof Bank)[];

function upstreams(plan: GatewayPlan): readonly { readonly name: string; readonly address: string }[] {
  return plan.banks.flatMap((bank) =>
    bankComponents.map((component) => ({
      name: `${component}-${bank.index}`,
      address: `${bank[component].address}:${bank[component].port}`,
    })),
  );
}

/** An address becomes a static upstream with keep-alive; a name must not stop nginx, so it is resolved per request. */
function legacyUpstream(legacy: LegacyTarget | undefined): string | undefined {
  switch (legacy?.connectIs) {
    case undefined:
    case 'name':
      return undefined;
    case 'this-box':
      return 'this-box';
    case 'address':
      return `${bracketed(legacy.connect)}:${legacy.port}`;
  }
}

/** What proxy_pass is told: without a variable nginx need not read and find it with every request. */
function fixedOrigin(legacy: LegacyTarget | undefined): string {
  return legacy === undefined || legacy.connectIs === 'name' ? '$openimis_legacy' : legacyOrigin(legacy);
}

function legacyOrigin({ connectIs, scheme, connect, port }: LegacyTarget): string {
  return connectIs === 'name' ? `${scheme}://${connect}:${port}` : `${scheme}://legacy`;
}

function tlsOf(legacy: LegacyTarget | undefined): LegacyTls {
  return legacy?.tls ?? (legacy?.scheme === 'https' ? 'verify' : 'none');
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function httpsSuffix(plan: GatewayPlan): string {
  return plan.httpsPort === 443 ? '' : `:${plan.httpsPort}`;
}

/** Read by openimis-certificate inside the container; `checkGatewayPlan` has seen every value. */
function certificateFiles({ dns, certificate: { source, acme } }: GatewayPlan): readonly RenderedFile[] {
  const lines = [`source=${source}`, `name=${dns}`];
  if (acme !== undefined) lines.push(`directory=${acme.directory}`, `email=${acme.email ?? ''}`);
  const ca = acme?.directoryCa;
  return [
    { path: 'certificate', content: `${lines.join('\n')}\n` },
    ...(ca === undefined ? [] : [{ path: 'directory-ca.pem', content: `${ca.trim()}\n` }]),
  ];
}

/** Read by `openimis-gateway audit-tidy`: days and MiB. */
function auditLimits({ audit }: GatewayPlan): string {
  return `${audit.days} ${audit.megabytes}\n`;
}

/** What Lua knows of this server (templates/gateway/lua/settings.lua). */
function luaData(plan: GatewayPlan): unknown {
  const { legacy } = plan;
  return {
    schema: 1,
    server: plan.server,
    address: ownAddress(plan),
    cookie: plan.cookie,
    signOn: plan.signOn,
    adminPages: plan.adminPages,
    sandbox: plan.sandbox,
    guessing: {
      perAddress: plan.protection.guessing.perAddress,
      site: plan.protection.guessing.site,
      window: plan.protection.guessing.window,
    },
    refusalsOff: plan.protection.refusalsOff,
    legacyCalls: plan.legacyCalls && { target: plan.legacyCalls.target },
    services: plan.services && {
      paths: plan.services.paths,
      http: plan.services.http,
      suffix: httpsSuffix(plan),
    },
    photoFolders: plan.protection.photoFolders?.map(withSlash),
    cutover: Object.fromEntries(plan.cutover.map(({ page, ...rest }) => [page, rest])),
    session: plan.session,
    home: plan.home,
    legacy: legacy && {
      connectIs: legacy.connectIs,
      host: legacy.host,
      certificateName:
        legacy.certificate === undefined
          ? hostName(legacy.host)
          : certificateName(legacy.certificate, hostName(legacy.host)),
      tls: tlsOf(legacy),
      port: legacy.port,
      path: withSlash(legacy.path),
      names: [...new Set([hostName(legacy.host), bracketed(legacy.connect)].map((name) => name.toLowerCase()))],
    },
    routes: Object.fromEntries(
      plan.routes.map((route) => [
        route.name,
        {
          name: route.name,
          path: withoutSlash(route.path),
          target: route.target,
          access: route.access,
          ...(route.signedOn === undefined ? {} : { signedOn: true }),
          ...(route.targetPath === undefined ? {} : { targetPath: withSlash(route.targetPath) }),
        },
      ]),
    ),
  };
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, '');
}
