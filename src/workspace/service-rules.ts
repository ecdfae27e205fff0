import { defaults } from './defaults.ts';
import { servicePathSegments } from './service-values.ts';

type Services = { readonly paths: readonly string[]; readonly host?: string; readonly port?: number };
type Ruled = {
  readonly legacy?: { readonly url?: string };
  readonly gateway?: {
    readonly dns?: string;
    readonly otherNames?: readonly string[];
    readonly http?: number;
    readonly https?: number;
    readonly services?: Services;
  };
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
