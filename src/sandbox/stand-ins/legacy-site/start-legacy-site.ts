import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';

import { closeServer, listen, trackSockets } from '../listening.ts';
import { createControl, obey, stateJson, type LegacyControl } from './control.ts';
import type { LegacySiteOptions } from './options.ts';
import { readBody, serve } from './serve.ts';
import { createSite, type LegacySiteState, type Site } from './site.ts';

export type LegacySite = {
  /** Ends in `/`, with the virtual directory. */
  readonly url: string;
  readonly port: number;
  readonly state: LegacySiteState;
  readonly control: LegacyControl;
  /** Live sessions: whose they are (tblUsers.UserID). */
  sessions(): readonly { readonly id: string; readonly userId?: number }[];
  close(): Promise<void>;
};

/** Starts the stand-in of the legacy web site (domain.md section 2). Rejects when the port is taken. */
export async function startLegacySite(options: LegacySiteOptions = {}): Promise<LegacySite> {
  const site = createSite(options);
  const control = createControl(site);
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    answerOrControl(site, control, options, request, response).catch(() => response.destroy());
  };
  const server =
    options.tls === undefined ? createHttpServer(onRequest) : createHttpsServer({ ...options.tls }, onRequest);
  const sockets = trackSockets(server);
  const host = options.host ?? '127.0.0.1';
  const port = await listen(server, host, options.port ?? 0);
  const scheme = options.tls === undefined ? 'http' : 'https';
  return {
    url: `${scheme}://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}${site.root}`,
    port,
    state: site.state,
    control,
    sessions: () => site.sessions.list(),
    close: () => closeServer(server, sockets),
  };
}

async function answerOrControl(
  site: Site,
  control: LegacyControl,
  options: LegacySiteOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (options.controlPath !== undefined && request.url === options.controlPath)
    return answerControl(site, control, request, response);
  switch (site.state.availability) {
    case 'refuse':
      request.socket.destroy();
      return;
    case 'hang':
      return;
    case 'error':
      response.writeHead(503, { 'Content-Type': 'text/html', Server: 'Microsoft-HTTPAPI/2.0' });
      response.end('<h2>Service Unavailable</h2><p>HTTP Error 503. (stand-in)</p>');
      return;
    case 'up':
      return serve(site, options.hostNames, request, response);
  }
}

async function answerControl(
  site: Site,
  control: LegacyControl,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let done = request.method === 'GET';
  if (request.method === 'POST') {
    try {
      done = obey(control, JSON.parse((await readBody(request)).toString('utf8')));
    } catch {
      done = false;
    }
  }
  response.writeHead(done ? 200 : 400, { 'Content-Type': 'application/json' });
  response.end(stateJson(site));
}
