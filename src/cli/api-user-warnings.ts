import { apiAuth } from '../stack/gateway-plan.ts';
import { type ApiUser, isAdministrator, isExpired } from '../workspace/api-users.ts';
import { defaults } from '../workspace/defaults.ts';
import type { Server } from '../workspace/server.ts';

/** An API user without what only the gateway may see. */
export type ShownApiUser = Omit<ApiUser, 'hash'> & {
  readonly state: 'active' | 'expired';
  /** He may ask GraphQL, which reaches everything that the openIMIS user may do. */
  readonly graphql: boolean;
};

export function shownApiUser(user: ApiUser, now: Date): ShownApiUser {
  const { name, as, paths, from, expires } = user;
  return {
    name,
    as,
    ...(paths === undefined ? {} : { paths }),
    ...(from === undefined ? {} : { from }),
    ...(expires === undefined ? {} : { expires }),
    state: isExpired(user, now) ? 'expired' : 'active',
    graphql: opens(user, '/api/graphql'),
  };
}

function opens({ paths = [] }: Pick<ApiUser, 'paths'>, area: '/api/graphql' | '/api/admin'): boolean {
  return paths.some((path) => path === area || path.startsWith(`${area}/`));
}

/** What a person should hear about an API user that was made or changed. */
export function apiUserWarnings(server: Server, user: ApiUser): readonly string[] {
  const { as } = user;
  const adminPages = server.gateway.api?.admin ?? defaults.adminPages;
  return [
    ...(isAdministrator(as)
      ? [`${as} may do everything in openIMIS: give a program a login of its own with the rights that it needs (--as)`]
      : []),
    ...(opens(user, '/api/admin') && adminPages === 'closed'
      ? [`/api/admin is closed to everybody: servers.${server.name}.gateway.api.admin: open opens it`]
      : []),
    ...(apiAuth(server) === 'application'
      ? [
          `API users do not count on ${server.name}: the application checks credentials on /api itself (gateway.api.auth: basic makes them count)`,
        ]
      : []),
  ];
}
