import type { IncomingMessage, ServerResponse } from 'node:http';

import { exception, missing, type Answer } from './answer.ts';
import { cultureIsBroken } from './culture.ts';
import { cookieFields, fieldsOf, formFields, type Fields } from './fields.ts';
import { handler, staticFile } from './open-pages.ts';
import { respond } from './respond.ts';
import { findPage, servePage } from './serve-page.ts';
import { isSessionId, newSessionId } from './sessions.ts';
import type { Site } from './site.ts';
import type { AspxPage } from './visit.ts';

/** Bytes of a body that are read. */
const longestBody = 2_000_000;

/** One request as IIS and ASP.NET handle it: host binding, path in any case, culture, files, then the page. */
export async function serve(
  site: Site,
  hostNames: readonly string[] | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  const path = pathBelow(site.root, request.url ?? '/');
  count(site, path?.page ?? request.url ?? '/', request);
  if (hostNames !== undefined && !hostNames.some((name) => name.toLowerCase() === host))
    return respond(
      response,
      { kind: 'page', status: 400, body: 'Bad Request - Invalid Hostname (stand-in)' },
      plain(site),
    );
  if (path === undefined) return respond(response, missing(), plain(site));

  const cookies = cookieFields(request.headers.cookie);
  const setCookies: string[] = [];
  const answer = await answerTo(site, path, request, body, cookies, setCookies);
  respond(response, answer, {
    root: site.root,
    path: `${path.page}${path.query}`,
    setCookies,
    asyncPostBack: request.method === 'POST' && /^delta=true$/i.test(String(request.headers['x-microsoftajax'] ?? '')),
    errorPage: path.page === 'error.htm' || path.query.includes('aspxerrorpath='),
  });
}

async function answerTo(
  site: Site,
  path: Path,
  request: IncomingMessage,
  body: Buffer,
  cookies: Fields,
  setCookies: string[],
): Promise<Answer> {
  // Application_BeginRequest runs for files too (runAllManagedModulesForAllRequests).
  if (cultureIsBroken(cookies, site.traits)) return exception('System.Globalization.CultureNotFoundException');
  const query = fieldsOf(new URLSearchParams(path.query));
  const simple = staticFile(path.page) ?? handler(path.page, query);
  if (simple !== undefined) return simple;
  const found = findPage(path.page);
  if (found === undefined) return missing();
  return inSession(site, found, request, body, cookies, query, setCookies);
}

async function inSession(
  site: Site,
  found: AspxPage,
  request: IncomingMessage,
  body: Buffer,
  cookies: Fields,
  query: Fields,
  setCookies: string[],
): Promise<Answer> {
  const sent = cookies.get('ASP.NET_SessionId') ?? '';
  const id = isSessionId(sent) ? sent : newSessionId();
  if (id !== sent) setCookies.push(`ASP.NET_SessionId=${id}; path=/; HttpOnly; SameSite=Lax`);
  const form = request.method === 'POST' ? formFields(request.headers['content-type'] ?? '', body) : fieldsOf([]);
  let abandoned = false;
  return site.sessions.inTurn(id, async (session) => {
    const answer = await servePage(found, {
      site,
      method: request.method ?? 'GET',
      headers: request.headers,
      query,
      form,
      session,
      abandon: () => void (abandoned = true),
    });
    if (abandoned) site.sessions.abandon(id);
    return answer;
  });
}

type Path = { readonly page: string; readonly query: string };

/** Path below the site's root, decoded, in lower case; undefined when it is not below it. */
function pathBelow(root: string, url: string): Path | undefined {
  const at = url.indexOf('?');
  const query = at < 0 ? '' : url.slice(at);
  let decoded: string;
  try {
    decoded = decodeURIComponent(at < 0 ? url : url.slice(0, at));
  } catch {
    return undefined;
  }
  const steps: string[] = [];
  for (const step of decoded.replaceAll('\\', '/').toLowerCase().split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  const path = `/${steps.join('/')}`;
  if (`${path}/` === root.toLowerCase()) return { page: '', query };
  return path.startsWith(root.toLowerCase()) ? { page: path.slice(root.length), query } : undefined;
}

function count(site: Site, page: string, request: IncomingMessage): void {
  const key = `/${page}`.replace(/^\/\//, '/');
  site.state.requests += 1;
  site.state.requestsByPath.set(key, (site.state.requestsByPath.get(key) ?? 0) + 1);
  site.state.lastHeaders.set(key, request.headers);
}

const plain = (site: Site) => ({ root: site.root, path: '', setCookies: [], asyncPostBack: false, errorPage: false });

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > longestBody) throw new Error('the body is longer than the stand-in reads');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
