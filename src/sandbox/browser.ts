import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';

/** A very small browser: keeps cookies, follows nothing by itself, trusts exactly one certificate. */
export type Browser = {
  readonly cookies: ReadonlyMap<string, string>;
  /** Opens a page. */
  get(path: string): Promise<Page>;
  /** What a script of a page does: it wants data, not a page. */
  fetch(path: string): Promise<Page>;
  /** Posts a form (urlencoded). */
  post(path: string, fields: Readonly<Record<string, string>>): Promise<Page>;
};

export type Page = {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
  readonly contentType: string;
};

/** `origin`: https://name:port; `certificate`: PEM that the gateway made for itself. */
export function openBrowser(origin: string, certificate: string): Browser {
  const cookies = new Map<string, string>();
  const visit = async (method: string, path: string, accept: string, body?: string): Promise<Page> => {
    const answer = await send(new URL(path, origin), { method, accept, body }, certificate, cookies);
    for (const line of answer.setCookies) keep(cookies, line);
    return answer.page;
  };
  return {
    cookies,
    get: (path) => visit('GET', path, page),
    fetch: (path) => visit('GET', path, 'application/json'),
    post: (path, fields) => visit('POST', path, page, new URLSearchParams(fields).toString()),
  };
}

/** Browsers know that names below localhost are this box; Node asks the resolver, which may not. */
const loopback: LookupFunction = (_host, options, found) => {
  if (options.all === true) found(null, [{ address: '127.0.0.1', family: 4 }]);
  else found(null, '127.0.0.1', 4);
};

type Answer = { readonly page: Page; readonly setCookies: readonly string[] };

const page = 'text/html,application/json';

/** Seconds in ms that one page may take; bytes of a page that are read. */
const patience = 15_000;
const longestPage = 1_000_000;

type Asked = { readonly method: string; readonly accept: string; readonly body: string | undefined };

function send(
  url: URL,
  { method, accept, body }: Asked,
  ca: string,
  cookies: ReadonlyMap<string, string>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers: Record<string, string> = { accept, 'user-agent': 'openimis sandbox' };
    if (cookies.size > 0) headers['cookie'] = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (body !== undefined) {
      headers['content-type'] = 'application/x-www-form-urlencoded';
      headers['content-length'] = String(Buffer.byteLength(body));
    }
    const request = httpsRequest(
      url,
      { method, headers, ca, agent: false, timeout: patience, lookup: loopback },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > longestPage) request.destroy(new Error(`${url.pathname} is longer than ${longestPage} bytes`));
          chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            page: {
              status: response.statusCode ?? 0,
              location: response.headers.location,
              body: Buffer.concat(chunks).toString('utf8'),
              contentType: response.headers['content-type'] ?? '',
            },
            setCookies: response.headers['set-cookie'] ?? [],
          }),
        );
      },
    );
    request.on('timeout', () =>
      request.destroy(new Error(`${url.pathname} did not answer within ${patience / 1000} s`)),
    );
    request.on('error', reject);
    request.end(body);
  });
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';');
  const at = pair.indexOf('=');
  if (at < 1) return;
  const name = pair.slice(0, at).trim();
  const gone = attributes.some((attribute) => /^\s*max-age\s*=\s*(0|-\d+)\s*$/i.test(attribute) || isPast(attribute));
  if (gone) cookies.delete(name);
  else cookies.set(name, pair.slice(at + 1).trim());
}

function isPast(attribute: string): boolean {
  const date = /^\s*expires\s*=\s*(.+)$/i.exec(attribute)?.[1];
  return date !== undefined && Date.parse(date) < Date.now();
}

/** Names and values of the hidden fields of a page, as a browser sends them back. */
export function hiddenFields(html: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [tag] of html.matchAll(/<input\b[^>]*\btype="hidden"[^>]*>/gi)) {
    const name = /\bname="([^"]*)"/i.exec(tag)?.[1];
    if (name !== undefined) fields[name] = decodeEntities(/\bvalue="([^"]*)"/i.exec(tag)?.[1] ?? '');
  }
  return fields;
}

function decodeEntities(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
