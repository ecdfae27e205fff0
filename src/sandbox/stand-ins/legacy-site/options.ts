import { sandboxUsers, type SandboxUser } from '../sandbox-users.ts';
import type { LegacyVersion } from './versions.ts';

export type LegacyUser = SandboxUser & { readonly password: string };

export type LegacySiteOptions = {
  readonly version?: LegacyVersion;
  /** Address to listen on; default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** `/imis`; default: the root of the site. */
  readonly virtualDirectory?: string;
  /** ClientIDMode AutoID: ids begin with `ctl00_`. */
  readonly autoId?: boolean;
  readonly users?: readonly LegacyUser[];
  /** Seconds without a request after which a session ends; default 1200 (domain.md: 20 min). */
  readonly idleTimeout?: number;
  /** Milliseconds since 1970; a test passes its own clock. */
  readonly now?: () => number;
  /** Host names of the IIS binding; others get 400. Default: any. */
  readonly hostNames?: readonly string[];
  /** Built as DEMO: prefills Admin/admin123 (1.5.1 on). */
  readonly demo?: boolean;
  /** ModularGQLSource of web.config (1.7.0): batches call it with header `remote-user`. */
  readonly modularGqlSource?: string;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Enables the JSON control endpoint for tests below this unguessable path. */
  readonly controlPath?: string;
};

/** The sandbox's people with one password for all, or `admin-sandbox`-like ones. */
export function legacyUsers(password?: string): readonly LegacyUser[] {
  return sandboxUsers.map((user) => ({
    ...user,
    password: password ?? `${user.loginName.toLowerCase().replaceAll(/[^a-z]/g, '')}-sandbox`,
  }));
}
