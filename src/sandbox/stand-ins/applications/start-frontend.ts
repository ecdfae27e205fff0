import { createServer } from 'node:http';

import { closeServer, listen, trackSockets, type Running } from '../listening.ts';
import { text, wholeNumber, type Environment } from '../settings.ts';
import { frontendFiles, frontendPage } from './frontend-files.ts';

export type Frontend = { readonly port: number; close(): Promise<void> };

/** Starts the stand-in frontend: every path without a file of its own is the one page (deep links). */
export async function startFrontend(
  options: { readonly host?: string; readonly port?: number } = {},
): Promise<Frontend> {
  const server = createServer((request, response) => {
    request.resume();
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
      return;
    }
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const file = frontendFiles.get(path.split('/').at(-1) ?? '');
    const content = file?.content ?? frontendPage;
    response.writeHead(200, {
      'Content-Type': file?.type ?? 'text/html; charset=utf-8',
      'Content-Length': Buffer.byteLength(content),
      'Cache-Control': 'no-cache',
    });
    response.end(request.method === 'HEAD' ? undefined : content);
  });
  const sockets = trackSockets(server);
  const port = await listen(server, options.host ?? '127.0.0.1', options.port ?? 0);
  return { port, close: () => closeServer(server, sockets) };
}

/** The stand-in frontend as a process: listens on PORT (default 80, as upstream's nginx images do). */
export async function runFrontend(env: Environment): Promise<Running> {
  const host = text(env, 'FRONTEND_HOST') ?? '0.0.0.0';
  const frontend = await startFrontend({ host, port: wholeNumber(env, 'PORT', 80) });
  return { describe: `frontend at http://${host}:${frontend.port}/front/`, close: () => frontend.close() };
}
