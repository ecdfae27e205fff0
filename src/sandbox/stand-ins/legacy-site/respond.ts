import type { ServerResponse } from 'node:http';

import { escapeHtml, notice } from '../notice.ts';
import type { Answer } from './answer.ts';

/** What the response still needs to know about its request. */
export type ResponseContext = {
  readonly root: string;
  /** Path below the root and query, for Error.htm. */
  readonly path: string;
  readonly setCookies: readonly string[];
  /** The scripts of an UpdatePanel asked: a redirect becomes a 200 that the script carries out. */
  readonly asyncPostBack: boolean;
  /** The request is for the error page already. */
  readonly errorPage: boolean;
};

const serverHeaders = {
  'Cache-Control': 'private',
  Server: 'Microsoft-IIS/10.0',
  'X-AspNet-Version': '4.0.30319',
  'X-Powered-By': 'ASP.NET',
  'X-Stand-In': 'openimis sandbox',
};

/** Writes an answer as IIS does: rooted redirects, customErrors=RemoteOnly for exceptions. */
export function respond(response: ServerResponse, answer: Answer, context: ResponseContext): void {
  switch (answer.kind) {
    case 'page':
      return send(response, answer.status ?? 200, answer.body, {
        'Content-Type': answer.type ?? 'text/html; charset=utf-8',
        ...answer.headers,
        ...cookies(context.setCookies),
      });
    case 'redirect':
      return sendRedirect(response, answer.to, context, [...context.setCookies, ...(answer.cookies ?? [])]);
    case 'exception': {
      if (!context.errorPage)
        return sendRedirect(
          response,
          `Error.htm?aspxerrorpath=${encodeURI(context.root + context.path.split('?')[0])}`,
          context,
          context.setCookies,
        );
      const body = `<h1>Runtime Error</h1><p>${escapeHtml(answer.why)}</p><p>${notice}</p>`;
      return send(response, 500, body, { 'Content-Type': 'text/html; charset=utf-8' });
    }
  }
}

function sendRedirect(
  response: ServerResponse,
  to: string,
  context: ResponseContext,
  setCookies: readonly string[],
): void {
  const location = headerSafe(`${context.root}${to}`);
  if (context.asyncPostBack) {
    const url = encodeURIComponent(location);
    return send(response, 200, `0|pageRedirect||${url}|`, {
      'Content-Type': 'text/plain; charset=utf-8',
      ...cookies(setCookies),
    });
  }
  const body = `<html><head><title>Object moved</title></head><body>\n<h2>Object moved to <a href="${escapeHtml(location)}">here</a>.</h2>\n</body></html>\n`;
  send(response, 302, body, { Location: location, 'Content-Type': 'text/html; charset=utf-8', ...cookies(setCookies) });
}

/** Response.Redirect escapes what may not stand in a header. */
function headerSafe(location: string): string {
  return location.replaceAll(/[^\u0021-\u007e]/g, (character) => encodeURIComponent(character.toWellFormed()));
}

function cookies(lines: readonly string[]): Record<string, string[]> {
  return lines.length === 0 ? {} : { 'Set-Cookie': [...lines] };
}

function send(
  response: ServerResponse,
  status: number,
  body: string | Buffer,
  headers: Record<string, string | string[]>,
): void {
  response.writeHead(status, { ...serverHeaders, 'Content-Length': Buffer.byteLength(body), ...headers });
  response.end(body);
}
