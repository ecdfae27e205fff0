import { lookup } from 'node:dns/promises';

import { type LoginPage, readLoginPage } from './login-page.ts';
import { orAborted } from './reach.ts';
import { askSite, type SiteAnswer, type SiteRequest } from './site-request.ts';
import { hostName } from './website.ts';

export type WebsiteOptions = {
  readonly scheme: 'http' | 'https';
  readonly connect: string;
  readonly port: number;
  readonly host: string;
  /** Virtual directory, ending in `/`. */
  readonly path: string;
  /** A name that people type, to be asked for as well when it leads elsewhere than to `connect`. */
  readonly dns?: string;
  /** Port of the other scheme, asked whether it answers too. */
  readonly otherPort?: number;
  /** Seconds for each request. */
  readonly timeout: number;
};

export type Page = SiteAnswer & LoginPage & { readonly hidden: readonly string[] };

export type WebsiteInspection = {
  /** The login page, after a redirect to another page of the same site. */
  readonly page: Page;
  /** Home.aspx without a session: leads to the login when the application works. */
  readonly home?: SiteAnswer;
  /** Where the name that people type leads, when that is not `connect`. */
  readonly byName?: { readonly address: string; readonly answer: Page };
  /** The name does not resolve on this box. */
  readonly nameUnknown: boolean;
  /** What answers over the other scheme. */
  readonly other?: SiteAnswer;
  readonly requests: readonly string[];
};

/** Looks at the site with at most five GETs: nothing is posted, no cookie is sent, no login tried. Never throws. */
export async function inspectWebsite(options: WebsiteOptions): Promise<WebsiteInspection> {
  const requests: string[] = [];
  const base: SiteRequest = {
    scheme: options.scheme,
    connect: options.connect,
    port: options.port,
    host: options.host,
    name: hostName(options.host),
    path: options.path,
    referer: `${options.scheme}://${options.host}${options.path}`,
    timeout: options.timeout,
  };
  const ask = (changes: Partial<SiteRequest>): Promise<SiteAnswer> => {
    const asked = { ...base, ...changes };
    requests.push(`GET ${asked.scheme}://${asked.host}${asked.path} at ${asked.connect} port ${asked.port}`);
    return askSite(asked);
  };
  const [page, home, named, other] = await Promise.all([
    loginPage(base, ask),
    ask({ path: `${options.path}Home.aspx?x=1` }),
    byName(options, ask),
    options.otherPort === undefined
      ? undefined
      : ask({ scheme: options.scheme === 'http' ? 'https' : 'http', port: options.otherPort, host: base.name }),
  ]);
  return {
    page,
    ...(page.head === undefined ? {} : { home }),
    ...(named === undefined || named === 'unknown' ? {} : { byName: named }),
    nameUnknown: named === 'unknown',
    ...(other === undefined ? {} : { other }),
    requests,
  };
}

type Ask = (changes: Partial<SiteRequest>) => Promise<SiteAnswer>;

async function loginPage(base: SiteRequest, ask: Ask): Promise<Page> {
  const first = await ask({});
  const next = onSameSite(base, first.head?.location);
  return pageOf(next === undefined ? first : await ask({ path: next }));
}

/** Path of a redirect that stays on scheme, host and port. */
function onSameSite({ scheme, host, path }: SiteRequest, location: string | undefined): string | undefined {
  const here = `${scheme}://${host}${path}`;
  if (location === undefined || !URL.canParse(location, here)) return undefined;
  const target = new URL(location, here);
  return target.origin === new URL(here).origin ? `${target.pathname}${target.search}` : undefined;
}

function pageOf(answer: SiteAnswer): Page {
  const hidden = [...answer.body.matchAll(/\bname\s*=\s*["']?(__VIEWSTATE|__EVENTVALIDATION|hfOfflineHFIDFlag)\b/gi)];
  return { ...answer, ...readLoginPage(answer.body), hidden: [...new Set(hidden.map(([, name]) => name ?? ''))] };
}

async function byName(
  { dns, connect, timeout }: WebsiteOptions,
  ask: Ask,
): Promise<WebsiteInspection['byName'] | 'unknown'> {
  if (dns === undefined || dns === connect) return undefined;
  const found = await orAborted(lookup(dns), AbortSignal.timeout(timeout * 500)).catch(() => undefined);
  if (found === undefined) return 'unknown';
  if (found.address === connect) return undefined;
  return { address: found.address, answer: pageOf(await ask({ connect: found.address, timeout: timeout / 2 })) };
}
