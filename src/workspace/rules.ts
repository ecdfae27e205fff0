import { isIP } from 'node:net';

import { type Generation, since } from '../modules/generation.ts';
import { packageKey } from '../modules/package-name.ts';
import { releaseGeneration } from '../modules/release-names.ts';
import { defaults } from './defaults.ts';
import type { CertificateSource, LegacyTls, ServiceSettings } from './server.ts';
import { type Odbc, odbcProblems } from './odbc-rules.ts';
import { legacyCallProblems, serviceProblems } from './service-rules.ts';
import { insideSubnet } from './values.ts';

export type RuleProblem = { readonly path: readonly string[]; readonly message: string };

type Pins = Readonly<Record<string, unknown>>;
type PinsOf = { readonly frontend?: Pins; readonly backend?: Pins; readonly ibackend?: Pins };
/** The part of a server that rules between keys look at. */
type RuledServer = {
  readonly legacy?: {
    readonly dns?: string;
    readonly ip?: string;
    readonly url?: string;
    readonly tls?: LegacyTls;
    readonly certificate?: string;
  };
  readonly database?: { readonly host?: string };
  readonly gateway?: {
    readonly dns?: string;
    readonly otherNames?: readonly string[];
    readonly http?: number;
    readonly https?: number;
    readonly signOn?: 'legacy' | 'application';
    readonly cutover?: Readonly<Record<string, { readonly users?: readonly string[] }>>;
    readonly session?: { readonly idle?: number; readonly absolute?: number };
    readonly home?: 'legacy' | 'front';
    readonly api?: { readonly auth?: 'basic' | 'application' };
    readonly certificate?: CertificateSource;
    readonly acme?: unknown;
    readonly services?: ServiceSettings;
    readonly legacyCalls?: { readonly port: number };
  };
  readonly release?: string;
  readonly assembly?: string | object;
  readonly odbc?: Odbc;
  readonly generation?: Generation;
  readonly components?: Readonly<Partial<Record<'frontend' | 'backend' | 'ibackend' | 'worker', unknown>>>;
  readonly pins?: PinsOf;
  readonly extra?: PinsOf;
  readonly subnet?: string;
};

/** What contradicts what inside one server. Paths are relative to the server. */
export function serverProblems(server: RuledServer): RuleProblem[] {
  return [
    ...legacyProblems(server),
    ...encryptionProblems(server),
    ...sourceProblems(server),
    ...odbcProblems(server),
    ...componentProblems(server),
    ...signOnProblems(server),
    ...sessionProblems(server),
    ...apiProblems(server),
    ...pinProblems(server),
    ...subnetProblems(server),
    ...portProblems(server),
    ...cutoverProblems(server),
    ...certificateProblems(server),
    ...serviceProblems(server),
    ...legacyCallProblems(server),
  ];
}

function certificateProblems({ gateway }: RuledServer): RuleProblem[] {
  if (gateway?.certificate !== 'acme' || gateway.acme !== undefined) return [];
  const message = 'needs acme beside it: `acme: { agreeToTerms: true, email: you@example.org }`';
  return [{ path: ['gateway', 'certificate'], message }];
}

function portProblems({ gateway }: RuledServer): RuleProblem[] {
  const same = (gateway?.http ?? defaults.http) === (gateway?.https ?? defaults.https);
  const path = ['gateway', gateway?.https === undefined ? 'http' : 'https'];
  return same ? [{ path, message: 'http and https have the same port' }] : [];
}

function legacyProblems({ legacy, gateway }: RuledServer): RuleProblem[] {
  if (legacy === undefined) return [];
  if (legacy.dns === undefined && legacy.ip === undefined)
    return [{ path: ['legacy'], message: 'needs dns or ip (or both)' }];
  const problems: RuleProblem[] = [];
  if (legacy.ip === undefined && legacy.dns?.toLowerCase() === 'localhost')
    problems.push({ path: ['legacy', 'dns'], message: 'needs `ip: 127.0.0.1` beside it: that means this very box' });
  if (legacy.ip === undefined && legacy.dns !== undefined && legacy.dns.toLowerCase() === gateway?.dns?.toLowerCase())
    problems.push({
      path: ['gateway', 'dns'],
      message: 'is the name of the legacy: that needs legacy.ip, so that the gateway does not lead to itself',
    });
  if (legacy.url !== undefined) {
    const host = URL.parse(legacy.url)?.hostname.replace(/^\[|\]$/g, '');
    const known = [legacy.dns?.toLowerCase(), legacy.ip === undefined ? undefined : canonicalAddress(legacy.ip)];
    // Otherwise it would be unclear which machine is asked.
    if (host === undefined || !known.includes(host))
      problems.push({ path: ['legacy', 'url'], message: 'names a host that is neither legacy.dns nor legacy.ip' });
  }
  return problems;
}

/** What `legacy.tls` says must fit the scheme of `legacy.url`, and a pin needs its certificate. */
function encryptionProblems({ legacy }: RuledServer): RuleProblem[] {
  if (legacy === undefined) return [];
  const { tls, url = '', certificate } = legacy;
  const https = /^https:/i.test(url);
  const problems: RuleProblem[] = [];
  if (https && tls === 'none')
    problems.push({ path: ['legacy', 'tls'], message: 'is "none", and legacy.url is https: verify, pin or insecure' });
  if (!https && tls !== undefined && tls !== 'none')
    problems.push({ path: ['legacy', 'tls'], message: `is "${tls}", and legacy.url is not https` });
  if (tls === 'pin' && certificate === undefined)
    problems.push({
      path: ['legacy', 'tls'],
      message: 'is "pin": the certificate (PEM) is missing beside it; openimis init --legacy-tls pin fetches it',
    });
  if (tls !== 'pin' && certificate !== undefined)
    problems.push({ path: ['legacy', 'certificate'], message: 'has a meaning only with tls: pin' });
  return problems;
}

function canonicalAddress(address: string): string {
  if (isIP(address) !== 6) return address;
  return URL.parse(`http://[${address}]/`)?.hostname.replace(/^\[|\]$/g, '') ?? address;
}

function sourceProblems(server: RuledServer): RuleProblem[] {
  const { release, assembly, generation } = server;
  const problems: RuleProblem[] = [];
  if (release !== undefined && typeof assembly === 'string')
    problems.push({
      path: ['assembly'],
      message: 'contradicts release: give one of the two, or name the component: assembly: { backend: … }',
    });
  if (release !== undefined && generation !== undefined)
    problems.push({ path: ['generation'], message: 'follows from release: remove it' });
  if (release === undefined && assembly !== undefined && generation === undefined)
    problems.push({ path: ['assembly'], message: 'needs a generation beside it' });
  return problems;
}

function componentProblems({ components }: RuledServer): RuleProblem[] {
  if (components === undefined) return [];
  const listed = (name: 'frontend' | 'backend' | 'ibackend' | 'worker') => components[name] !== undefined;
  const problems: RuleProblem[] = [];
  if (Object.keys(components).length === 0)
    problems.push({ path: ['components'], message: 'lists nothing: name at least one of frontend, ibackend, backend' });
  if (listed('worker') && !listed('backend') && !listed('ibackend'))
    problems.push({ path: ['components', 'worker'], message: 'needs a backend or an ibackend: it runs their modules' });
  return problems;
}

/** The React application has a login page of its own only from 1.4.0 (domain.md section 3). */
function signOnProblems({ components, gateway, release, generation }: RuledServer): RuleProblem[] {
  const used = release === undefined ? generation : releaseGeneration(release);
  const frontend = components === undefined || components.frontend !== undefined;
  if (gateway?.signOn !== 'application' || !frontend || used === undefined || since(used, '1.4')) return [];
  const message = `cannot be "application": the frontend of generation ${used} has no login page (from 1.4 on)`;
  return [{ path: ['gateway', 'signOn'], message }];
}

function cutoverProblems({ legacy, gateway, components }: RuledServer): RuleProblem[] {
  const seen = new Map<string, string>();
  return Object.entries(gateway?.cutover ?? {}).flatMap(([page, { users }]): RuleProblem[] => {
    const path = ['gateway', 'cutover', page];
    const first = seen.get(page.toLowerCase());
    seen.set(page.toLowerCase(), page);
    if (first !== undefined) return [{ path, message: `is the same page as ${first}: IIS ignores case` }];
    if (legacy === undefined) return [{ path, message: 'is a page of a legacy, and this server has none' }];
    if (components !== undefined && components.frontend === undefined)
      return [{ path, message: 'leads to the new pages, and no frontend is deployed' }];
    return users !== undefined && gateway?.signOn === 'application'
      ? [{ path: [...path, 'users'], message: 'needs gateway.signOn: legacy, which says who somebody is' }]
      : [];
  });
}

function sessionProblems({ gateway, components }: RuledServer): RuleProblem[] {
  const { idle, absolute = defaults.absolute } = gateway?.session ?? {};
  const problems: RuleProblem[] = [];
  if (idle !== undefined && idle > absolute)
    problems.push({ path: ['gateway', 'session', 'idle'], message: `is longer than absolute (${absolute} minutes)` });
  if (gateway?.home === 'front' && gateway.signOn === 'application')
    problems.push({
      path: ['gateway', 'home'],
      message: 'needs `signOn: legacy`: only then is a legacy user known here',
    });
  if (gateway?.home === 'front' && components !== undefined && components.frontend === undefined)
    problems.push({ path: ['gateway', 'home'], message: 'cannot be "front": no frontend is deployed' });
  return problems;
}

/** Where nobody is signed on by the legacy, React brings a token of its own in the header that Basic Auth would take. */
function apiProblems({ components, gateway }: RuledServer): RuleProblem[] {
  const frontend = components === undefined || components.frontend !== undefined;
  if (gateway?.api?.auth !== 'basic' || gateway.signOn !== 'application' || !frontend) return [];
  const message = 'cannot be "basic" with signOn: application and a frontend: React calls /api with a token of its own';
  return [{ path: ['gateway', 'api', 'auth'], message }];
}

function pinProblems({ pins, extra }: RuledServer): RuleProblem[] {
  const problems: RuleProblem[] = [];
  for (const component of ['frontend', 'ibackend', 'backend'] as const) {
    const seen = new Map<string, string>();
    for (const [key, names] of [
      ['pins', pins?.[component]],
      ['extra', extra?.[component]],
    ] as const)
      for (const name of Object.keys(names ?? {})) {
        const first = seen.get(packageKey(component, name));
        const where = first?.startsWith(`${key}.`) === false ? ` in ${first.slice(0, first.indexOf('.'))}` : '';
        if (first !== undefined)
          problems.push({
            path: [key, component, name],
            message: `is the same package as ${first.slice(first.indexOf('.') + 1)}${where}`,
          });
        seen.set(packageKey(component, name), `${key}.${name}`);
      }
  }
  return problems;
}

function subnetProblems({ subnet, legacy, database }: RuledServer): RuleProblem[] {
  if (subnet === undefined) return [];
  const inside = [legacy?.ip, database?.host].find((address) => address !== undefined && insideSubnet(address, subnet));
  return inside === undefined
    ? []
    : [{ path: ['subnet'], message: `holds ${inside}: containers could no longer reach it` }];
}

/** What contradicts what between servers. Paths are relative to the workspace. */
export function workspaceProblems(servers: Readonly<Record<string, RuledServer>>): RuleProblem[] {
  const owners = new Map<string, string>();
  const problems: RuleProblem[] = [];
  for (const [name, server] of Object.entries(servers)) {
    const { dns, otherNames = [], services } = server.gateway ?? {};
    const places: [string, readonly string[]][] = otherNames.map((other, at) => [other, ['otherNames', String(at)]]);
    if (dns !== undefined) places.unshift([dns, ['dns']]);
    if (services?.host !== undefined) places.push([services.host, ['services', 'host']]);
    for (const [value, path] of places) {
      const owner = owners.get(value.toLowerCase()) ?? name;
      owners.set(value.toLowerCase(), owner);
      if (owner !== name)
        problems.push({
          path: ['servers', name, 'gateway', ...path],
          message: `is also the name of server ${owner}: browsers share cookies between ports, so each needs its own`,
        });
    }
  }
  return problems;
}
