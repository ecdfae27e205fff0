import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type ApplicationFixture = {
  readonly port: number;
  /** What the last request brought, as the backend saw it. */
  readonly seen: { readonly method: string; readonly url: string; readonly rawHeaders: readonly string[] }[];
  /** Answers the gateway's own questions whether it knows a user; default: it does. They are not in `seen`. */
  knows: (name: string, response: ServerResponse) => void;
  /** Status of every other answer. */
  status: number;
  close(): Promise<void>;
};

/** A backend that answers with what it was given, opens a Django session each time and redirects on demand. */
export async function startApplication(address: string, name: string): Promise<ApplicationFixture> {
  const seen: ApplicationFixture['seen'] = [];
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    let size = 0;
    let body = '';
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size < 1000) body += chunk.toString('latin1');
    });
    request.on('end', () => {
      const { method = '', url = '' } = request;
      const asked = ownQuestion(url, body, request.rawHeaders);
      if (asked !== undefined) return fixture.knows(asked, response);
      seen.push({ method, url, rawHeaders: request.rawHeaders });
      response.setHeader('set-cookie', [
        'sessionid=django; Path=/; HttpOnly',
        'csrftoken=token; Path=/api/',
        '__Host-openimis-test=forged; Path=/; Secure',
      ]);
      const to = new URL(url, 'http://x').searchParams.get('to') ?? '/api/elsewhere/';
      if (url.includes('redirect')) response.writeHead(302, { location: to });
      else
        response.writeHead(fixture.status, { 'content-type': 'application/json', 'x-accel-redirect': '/Default.aspx' });
      response.end(JSON.stringify({ name, method, url, size, headers: request.rawHeaders }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const fixture: ApplicationFixture = {
    knows: (_, response) => void response.writeHead(200).end('{}'),
    status: 200,
    port: (server.address() as AddressInfo).port,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fixture;
}

/** The name that the gateway asks about, empty for its question about the database; undefined for anybody else's request. */
function ownQuestion(url: string, body: string, rawHeaders: readonly string[]): string | undefined {
  if (/^\/i?api\/graphql$/.test(url) && body.includes('moduleConfigurations { module }')) return '';
  if (!/^\/i?api\/core\/users\/current_user\/$/.test(url)) return undefined;
  const at = rawHeaders.findIndex((part, index) => index % 2 === 0 && /^x-openimis-[0-9a-f]{64}$/i.test(part));
  return rawHeaders[at + 1] ?? '';
}
