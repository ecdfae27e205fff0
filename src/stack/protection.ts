import { defaults } from '../workspace/defaults.ts';
import type { RefusalName } from '../workspace/refusal-names.ts';
import type { GatewaySettings } from '../workspace/server.ts';

/** What keeps strangers out of the legacy's pages, with every default filled in. */
export type Protection = {
  readonly guessing: {
    /** Failed logins per address (IPv6: per /64) and window. */
    readonly perAddress: number;
    /** Failed logins of everybody per window. */
    readonly site: number;
    /** Seconds. */
    readonly window: number;
    /** Addresses and networks without a budget of their own. */
    readonly offices: readonly string[];
  };
  /** Rules of templates/gateway/refusals.json that do not apply. */
  readonly refusalsOff: readonly RefusalName[];
  /** Folders of the legacy's site that hold photos; without it those of the list. */
  readonly photoFolders?: readonly string[];
  /** Proxies in front whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
};

export function protectionOf(settings: Partial<GatewaySettings>): Protection {
  const { guessing, refusalsOff, photoFolders, trustedProxies } = settings;
  return {
    guessing: { ...defaults.guessing, offices: [], ...guessing },
    refusalsOff: refusalsOff ?? [],
    trustedProxies: trustedProxies ?? [],
    ...(photoFolders === undefined ? {} : { photoFolders }),
  };
}
