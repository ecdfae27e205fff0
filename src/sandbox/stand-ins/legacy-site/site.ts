import type { IncomingHttpHeaders } from 'node:http';

import { sameUnderCollation } from '../sandbox-users.ts';
import { legacyUsers, type LegacySiteOptions, type LegacyUser } from './options.ts';
import { createSessionStore, type SessionStore } from './sessions.ts';
import { traitsOf, type LegacyVersion, type VersionTraits } from './versions.ts';
import { createViewState, type ViewState } from './view-state.ts';

/** `refuse`: connections are reset; `hang`: accepted, never answered; `error`: 503 from http.sys. */
export type Availability = 'up' | 'refuse' | 'hang' | 'error';

/** A row of tblUsers that tests may change while the site runs. */
export type UserRow = { -readonly [Key in keyof LegacyUser]: LegacyUser[Key] } & { disabled: boolean };

/** What happened so far, for tests. */
export type LegacySiteState = {
  requests: number;
  /** Requests by path, lower case, without query and virtual directory. */
  readonly requestsByPath: Map<string, number>;
  /** Headers of the newest request by the same path. */
  readonly lastHeaders: Map<string, IncomingHttpHeaders>;
  logins: number;
  failedLogins: number;
  /** Writes to tblIMISDefaults through SaveOfflineHFID. */
  offlineWrites: number;
  modularCalls: number;
  availability: Availability;
  /** The database behind the site does not answer. */
  databaseDown: boolean;
};

/** Everything the pages of one running site share. */
export type Site = {
  readonly version: LegacyVersion;
  readonly traits: VersionTraits;
  readonly autoId: boolean;
  readonly demo: boolean;
  readonly modularGqlSource: string | undefined;
  /** `/` or `/imis/`. */
  readonly root: string;
  readonly users: UserRow[];
  readonly sessions: SessionStore;
  readonly viewState: ViewState;
  readonly state: LegacySiteState;
};

export function createSite(options: LegacySiteOptions): Site {
  const version = options.version ?? '1.7.0';
  const traits = traitsOf(version);
  const folder = (options.virtualDirectory ?? '').split('/').filter(Boolean).join('/');
  return {
    version,
    traits,
    autoId: options.autoId ?? false,
    demo: (options.demo ?? false) && traits.canBeDemo,
    modularGqlSource: traits.callsModularGraphQl ? options.modularGqlSource : undefined,
    root: folder === '' ? '/' : `/${folder}/`,
    users: (options.users ?? legacyUsers()).map((user) => ({ ...user, disabled: false })),
    sessions: createSessionStore(options.idleTimeout ?? 1200, options.now ?? Date.now),
    viewState: createViewState(),
    state: {
      requests: 0,
      requestsByPath: new Map(),
      lastHeaders: new Map(),
      logins: 0,
      failedLogins: 0,
      offlineWrites: 0,
      modularCalls: 0,
      availability: 'up',
      databaseDown: false,
    },
  };
}

/** `SELECT … WHERE LoginName = @LoginName`: the parameter is VARCHAR(25), the collation ignores case and trailing blanks. */
export function findUser(site: Site, loginName: string): UserRow | undefined {
  const parameter = loginName.replaceAll(/[\u0100-\uffff]/g, '?').slice(0, 25);
  return site.users.find((user) => !user.disabled && sameUnderCollation(user.loginName, parameter));
}

export function userById(site: Site, id: number | undefined): UserRow | undefined {
  return site.users.find((user) => user.id === id);
}
