import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Door } from '../../src/gateway-test/door.ts';
import { inTemporaryFolder } from '../support/cli.ts';

export type LaxGateway = { readonly door: Door; readonly seen: readonly string[]; close(): Promise<void> };

/** A gateway that lets everything through, over any TLS, with a certificate for another name: every check must find it. */
export async function startLaxGateway(status = 200): Promise<LaxGateway> {
  const { key, cert } = await expiredCertificate();
  const seen: string[] = [];
  const https = createServer(
    { key, cert, minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0', insecureHTTPParser: true },
    (request, response) => {
      seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
      response.writeHead(status, {
        server: 'nginx/1.26.3',
        'x-frame-options': 'DENY',
        'strict-transport-security': 'max-age=63072000',
        'set-cookie': ['__Host-openimis-test=x; Path=/', 'ASP.NET_SessionId=abc; path=/'],
      });
      request.resume().on('end', () => response.end('{"username":"Admin"}'));
    },
  );
  // Node itself refuses two lengths; a lax gateway would not.
  https.on('clientError', (_, socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
  const http = createHttpServer((_, response) =>
    response.writeHead(status === 200 ? 301 : status, { location: 'https://x.example/' }).end(),
  );
  await Promise.all([https, http].map((server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done))));
  const port = (server: typeof http): number => (server.address() as AddressInfo).port;
  return {
    seen,
    door: {
      server: 'test',
      address: '127.0.0.1',
      https: (https.address() as AddressInfo).port,
      http: port(http),
      dns: 'new.example.org',
      signOn: 'legacy',
      legacyPath: '/',
      identityHeader: 'X-Openimis-ABC',
      routes: [
        { name: 'front', path: '/front/', target: 'frontend', access: 'signed-on' },
        { name: 'iapi', path: '/iapi/', target: 'ibackend', access: 'signed-on' },
        { name: 'api', path: '/api/', target: 'backend', access: 'basic' },
      ],
    },
    close: async () => {
      https.closeAllConnections();
      await Promise.all([https, http].map((server) => new Promise((done) => server.close(done))));
    },
  };
}

/** RSA, so that the oldest ciphers can be spoken; for a name that nobody asks for. */
function expiredCertificate(): Promise<{ key: string; cert: string }> {
  return inTemporaryFolder(async (folder) => {
    const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
    const subject = ['-subj', '/CN=other', '-addext', 'subjectAltName=DNS:other.example.org'];
    await promisify(execFile)('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-noenc', '-days', '2', ...subject, '-keyout', key, '-out', cert],
    ]);
    return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  });
}
