import { defaults } from './defaults.ts';
import { servicePathSegments } from './service-values.ts';

type Services = { readonly paths: readonly string[]; readonly host?: string; readonly port?: number };
type Ruled = {
  readonly legacy?: { readonly ip?: string; readonly url?: string };
  readonly gateway?: {
    readonly dns?: string;
    readonly otherNames?: readonly string[];
    readonly http?: number;
    readonly https?: number;
    readonly services?: Services;
    readonly legacyCalls?: { readonly port: number };
  };
  readonly components?: { readonly backend?: unknown; readonly ibackend?: unknown };
};
type Problem = { readonly path: readonly string[]; readonly message: string };

/** What contradicts what about `gateway.services`. Paths are relative to the server. */
export function serviceProblems({ legacy, gateway }: Ruled): Problem[] {
  const { services } = gateway ?? {};
  if (gateway === undefined || services === undefined) return [];
  const at = (...path: readonly string[]): readonly string[] => ['gateway', 'services', ...path];
  if (legacy === undefined) return [{ path: at(), message: 'are paths of a legacy, and this server has none' }];
  const problems: Problem[] = [];
  const directory = servicePathSegments(URL.parse(legacy.url ?? 'http://x/')?.pathname ?? '/');
  for (const [index, path] of services.paths.entries())
    if (servicePathSegments(path).every((segment, place) => segment === directory[place]))
      problems.push({
        path: at('paths', String(index)),
        message: "holds the legacy's own pages, its login among them",
      });
  const { host, port } = services;
  const names = [gateway.dns, ...(gateway.otherNames ?? [])].map((name) => name?.toLowerCase());
  if (host !== undefined && names.includes(host.toLowerCase()))
    problems.push({ path: at('host'), message: 'is a name of the gateway: leave it out, it serves the paths anyway' });
  if (port !== undefined && [gateway.http ?? defaults.http, gateway.https ?? defaults.https].includes(port))
    problems.push({ path: at('port'), message: 'is a port of the gateway already: leave it out, or take another' });
  return problems;
}

/** What contradicts what about `gateway.legacyCalls`. */
export function legacyCallProblems({ legacy, gateway, components }: Ruled): Problem[] {
  const { legacyCalls, services } = gateway ?? {};
  if (gateway === undefined || legacyCalls === undefined) return [];
  const path = ['gateway', 'legacyCalls'];
  // Who comes from this very box, and by IPv6 on many engines anybody, has the address of the engine's bridge.
  if (legacy?.ip === undefined || legacy.ip === '127.0.0.1')
    return [{ path, message: 'needs legacy.ip, the address of another box: it is the only one that is answered' }];
  if (components !== undefined && components.backend === undefined && components.ibackend === undefined)
    return [{ path, message: 'needs a backend: no GraphQL is deployed' }];
  const others = [gateway.http ?? defaults.http, gateway.https ?? defaults.https, services?.port];
  return others.includes(legacyCalls.port)
    ? [{ path: [...path, 'port'], message: 'is a port of the gateway already: take another' }]
    : [];
}
