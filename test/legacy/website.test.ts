import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

import { probeWebsite, type WebsiteProbeOptions } from '../../src/legacy/website.ts';

const form = '<input name="txtUserName"><input name="txtPassword"><input name="btnLogin" type=submit>';
const open: (Server | TcpServer)[] = [];
afterEach(async () => {
  for (const server of open.splice(0))
    await new Promise((done) => {
      if ('closeAllConnections' in server) server.closeAllConnections();
      server.close(done);
    });
});

async function listen<S extends Server | TcpServer>(server: S): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  open.push(server);
  return (server.address() as AddressInfo).port;
}

const site = async (listener: RequestListener): Promise<WebsiteProbeOptions> => ({
  scheme: 'http',
  connect: '127.0.0.1',
  port: await listen(createServer(listener)),
  host: 'imis.example.org',
  path: '/imis/',
  timeout: 5,
});

describe('the legacy website', () => {
  it('is asked by GET only, with its own Host and a Referer', async () => {
    const seen: string[] = [];
    const options = await site((request, response) => {
      seen.push(
        [request.method, request.url, request.headers.host, request.headers.referer, request.headers.cookie].join(' '),
      );
      response.end(`<title>IMIS</title>${form}`);
    });
    expect(await probeWebsite(options)).toEqual({ status: 200, loginForm: true, title: 'IMIS' });
    expect(seen).toEqual(['GET /imis/ imis.example.org http://imis.example.org/imis/ ']);
  });

  it('may send on to its own login page', async () => {
    const options = await site((request, response) => {
      if (request.url === '/imis/Default.aspx') response.end(form);
      else response.writeHead(302, { Location: 'Default.aspx' }).end();
    });
    expect((await probeWebsite(options)).loginForm).toBe(true);
  });

  it('is not followed to another place, which is reported', async () => {
    const options = await site((_, response) => {
      response.writeHead(301, { Location: 'https://imis.example.org/imis/' }).end();
    });
    expect(await probeWebsite(options)).toEqual({
      status: 301,
      loginForm: false,
      redirectsTo: 'https://imis.example.org/imis/',
    });
  });

  it('that redirects for ever is left after three', async () => {
    let count = 0;
    const options = await site((_, response) => {
      response.writeHead(302, { Location: `/imis/?${++count}` }).end();
    });
    expect((await probeWebsite(options)).redirectsTo).toBe('http://imis.example.org/imis/?4');
  });

  it('is read up to a limit', async () => {
    const options = await site((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65536)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect((await probeWebsite(options)).loginForm).toBe(false);
  });

  it('with a self-signed certificate is accepted, and the certificate is reported', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'website-test-'));
    const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
    const argv = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', [...argv, '-subj', '/CN=imis', '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => {
      response.end(form);
    });
    rmSync(folder, { recursive: true });
    const port = await listen(server);
    const probe = await probeWebsite({
      scheme: 'https',
      connect: '127.0.0.1',
      port,
      host: 'imis.example.org',
      path: '/',
      timeout: 5,
    });
    expect(probe.loginForm).toBe(true);
    expect(probe.certificate).toMatchObject({ trusted: false, reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });
});

describe('a legacy website that does not answer', () => {
  const port1 = { scheme: 'http', connect: '127.0.0.1', port: 1, host: 'x', path: '/', timeout: 5 } as const;

  it('says that nothing listens', async () => {
    await expect(probeWebsite(port1)).rejects.toMatchObject({
      code: 'LEGACY_WEBSITE_UNREACHABLE',
      message: expect.stringContaining('nothing listens') as string,
    });
  });

  it('says that the name does not resolve', async () => {
    await expect(probeWebsite({ ...port1, connect: 'no.such.name.invalid' })).rejects.toMatchObject({
      code: 'LEGACY_NAME_UNRESOLVED',
    });
  });

  it('says that there was no answer in time', async () => {
    const options = { ...(await site(() => {})), timeout: 0.2 };
    await expect(probeWebsite(options)).rejects.toThrow(/no answer in time/);
  });

  it('says that it is not HTTP', async () => {
    const port = await listen(
      createTcpServer((socket) =>
        socket
          .on('error', () => {})
          .resume()
          .end('SSH-2.0-x\r\n'),
      ),
    );
    await expect(probeWebsite({ ...port1, port })).rejects.toThrow(/not HTTP/);
  });

  it('says that it does not speak https', async () => {
    const { port } = await site((_, response) => response.end());
    await expect(probeWebsite({ ...port1, scheme: 'https', port })).rejects.toThrow(/does not speak https/);
  });
});
