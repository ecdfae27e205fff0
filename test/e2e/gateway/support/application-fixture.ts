import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type ApplicationFixture = {
  readonly port: number;
  /** What the last request brought, as the backend saw it. */
  readonly seen: { readonly method: string; readonly url: string; readonly rawHeaders: readonly string[] }[];
  close(): Promise<void>;
};

/** A backend that answers with what it was given, opens a Django session each time and redirects on demand. */
export async function startApplication(address: string, name: string): Promise<ApplicationFixture> {
  const seen: ApplicationFixture['seen'] = [];
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    let size = 0;
    request.on('data', (chunk: Buffer) => (size += chunk.length));
    request.on('end', () => {
      const { method = '', url = '' } = request;
      seen.push({ method, url, rawHeaders: request.rawHeaders });
      response.setHeader('set-cookie', [
        'sessionid=django; Path=/; HttpOnly',
        'csrftoken=token; Path=/api/',
        '__Host-openimis-test=forged; Path=/; Secure',
      ]);
      const to = new URL(url, 'http://x').searchParams.get('to') ?? '/api/elsewhere/';
      if (url.includes('redirect')) response.writeHead(302, { location: to });
      else response.writeHead(200, { 'content-type': 'application/json', 'x-accel-redirect': '/Default.aspx' });
      response.end(JSON.stringify({ name, method, url, size, headers: request.rawHeaders }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
