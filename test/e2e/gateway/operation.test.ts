import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ask, openVisitor } from './support/client.ts';
import { checkFiles, renderedFiles } from './support/gateway-container.ts';
import { unexpected } from './support/who.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

describe('a switch of generations', () => {
  it('needs no reload, loses no request, and is remembered', async () => {
    const visitor = openVisitor(world.gateway.https);
    await visitor.login();
    await visitor.ask('/iapi/');
    const names = new Set<string>();
    const statuses = new Set<number>();
    let switching = true;
    const load = Array.from({ length: 4 }, async () => {
      while (switching || names.size < 2) {
        const answer = await visitor.ask('/iapi/');
        statuses.add(answer.status);
        names.add((JSON.parse(answer.body) as { name: string }).name);
      }
    });
    for (const bank of ['1', '0', '1'])
      expect(await world.gateway.run('openimis-gateway', 'bank', bank)).toEqual({ code: 0, output: bank });
    switching = false;
    await Promise.all(load);
    expect([...statuses]).toEqual([200]);
    expect(names).toEqual(new Set(['ibackend', 'next backend']));
    await world.gateway.restart();
    expect((await world.gateway.run('openimis-gateway', 'bank')).output).toBe('1');
    await world.gateway.run('openimis-gateway', 'bank', '0');
  });

  it('refuses what is no bank', async () => {
    for (const bank of ['8', '-1', 'x', '', '1 2', '../1'])
      expect((await world.gateway.run('openimis-gateway', 'bank', bank)).code).toBe(2);
    expect((await world.gateway.run('openimis-gateway', 'bank')).output).toBe('0');
  });
});

describe('a new configuration', () => {
  it('becomes active by a reload, and stays so after a restart', async () => {
    expect(await world.gateway.activate('v2', world.plan)).toEqual({ code: 0, output: '' });
    expect((await world.gateway.run('openimis-gateway', 'version')).output).toBe('v2');
    await world.gateway.restart();
    expect((await world.gateway.run('openimis-gateway', 'version')).output).toBe('v2');
  });

  it('that nginx does not accept never becomes active', async () => {
    await world.gateway.upload('/etc/openimis/gateway', {
      'versions/bad/nginx.conf': 'events {} http { server { listen x; } }',
    });
    const { code, output } = await world.gateway.run('openimis-gateway', 'activate', 'bad');
    expect([code, output]).toEqual([
      1,
      expect.stringContaining('nginx does not accept version bad; the running one stays'),
    ]);
    for (const name of ['none', '../v2', '.', ''])
      expect((await world.gateway.run('openimis-gateway', 'activate', name)).code).toBe(1);
    expect((await world.gateway.run('openimis-gateway', 'version')).output).toBe('v2');
    expect((await world.gateway.run('cat', '/etc/openimis/gateway/active')).output).toBe('v2');
    expect((await ask(world.gateway.https, '/openimis/health')).status).toBe(200);
  });

  it('whose Lua does not load never becomes active', async () => {
    await world.gateway.run(
      'sh',
      '-c',
      'cp -r /etc/openimis/gateway/versions/v2 /etc/openimis/gateway/versions/lua && echo "{}" > /etc/openimis/gateway/versions/lua/data.json',
    );
    const { code, output } = await world.gateway.run('openimis-gateway', 'activate', 'lua');
    expect([code, output]).toEqual([1, expect.stringContaining('version lua did not become active')]);
    expect((await ask(world.gateway.https, '/openimis/health')).status).toBe(200);
  });

  it('keeps users signed on and the ended sessions ended', async () => {
    const visitor = openVisitor(world.gateway.https);
    await visitor.login();
    const ended = openVisitor(world.gateway.https);
    await ended.login('nurse', 'nurse-1');
    await ended.ask('/iapi/');
    const cookies = new Map(ended.cookies);
    await ended.ask('/logout');
    expect((await world.gateway.activate('v3', world.plan)).code).toBe(0);
    expect((await visitor.ask('/iapi/')).status).toBe(200);
    for (const [name, value] of cookies) ended.cookies.set(name, value);
    expect((await ended.ask('/iapi/')).status).toBe(401);
  });
});

describe('a check in a container of its own', () => {
  const check = async (files: (all: Record<string, string>) => Record<string, string>): Promise<string> => {
    const { code, output } = await checkFiles(files(await renderedFiles(world.plan)));
    return `${code} ${output}`;
  };

  it('accepts what is rendered', async () => {
    expect(await check((files) => files)).toBe('0 ');
  });

  it('finds what nginx does not accept, and what only Lua finds', async () => {
    expect(await check((files) => ({ ...files, 'upstreams.conf': 'upstream x { server $; }' }))).toContain(
      'upstreams.conf',
    );
    expect(await check((files) => ({ ...files, 'data.json': '{}' }))).toContain(
      'data.json is missing or not of this gateway',
    );
  });
});

describe('the container', () => {
  it('runs as www-data without anything writable but its volumes and memory', async () => {
    expect((await world.gateway.run('id', '-u')).output).toBe('33');
    expect((await world.gateway.run('touch', '/etc/nginx/x')).code).not.toBe(0);
    expect((await world.gateway.run('sh', '-c', 'stat -c %a /etc/openimis/secrets/tls/key.pem')).output).toBe('600');
  });

  it('made a certificate of its own for the name of the gateway, and keeps it', async () => {
    const fingerprint = async (): Promise<{ names: string | undefined; print: string; protocol: string | null }> =>
      new Promise((resolve, reject) => {
        const socket = connect({ host: '127.0.0.1', port: world.gateway.https, rejectUnauthorized: false }, () => {
          const certificate = new X509Certificate(socket.getPeerCertificate().raw);
          resolve({
            names: certificate.subjectAltName,
            print: certificate.fingerprint256,
            protocol: socket.getProtocol(),
          });
          socket.destroy();
        });
        socket.on('error', reject);
      });
    const before = await fingerprint();
    expect(before).toMatchObject({ names: 'DNS:new.example.org, IP Address:127.0.0.1, DNS:x', protocol: 'TLSv1.3' });
    await world.gateway.restart();
    expect(await fingerprint()).toEqual(before);
    const old = new Promise((resolve) => {
      connect(
        {
          host: '127.0.0.1',
          port: world.gateway.https,
          rejectUnauthorized: false,
          maxVersion: 'TLSv1.1',
          minVersion: 'TLSv1',
          ciphers: 'DEFAULT@SECLEVEL=0',
        },
        () => resolve('connected'),
      ).on('error', () => resolve('refused'));
    });
    expect(await old).toBe('refused');
  });

  it('logs no cookie, no password, no query', async () => {
    const visitor = openVisitor(world.gateway.https);
    await visitor.login('admin', 'admin123', '/?secret=query-in-login');
    await visitor.ask('/iapi/x?secret=query-of-request', { headers: { authorization: 'Basic c2VjcmV0' } });
    await expect
      .poll(async () => (await world.gateway.accesses()).at(-1))
      .toMatchObject({ path: '/iapi/x', route: 'iapi', user: 'Admin' });
    const text = JSON.stringify(await world.gateway.accesses()) + (await world.gateway.errors()).join('\n');
    for (const value of [
      ...visitor.cookies.values(),
      'admin123',
      'query-in-login',
      'query-of-request',
      'c2VjcmV0',
      world.gateway.secrets.identityHeader,
      world.gateway.secrets.signingKey,
    ])
      if (value.length > 2) expect(text).not.toContain(value);
  });

  it('leaves no error in the log', async () => {
    const lines = unexpected(await world.gateway.errors());
    expect(lines.filter((line) => !line.includes('data.json is missing or not of this gateway'))).toEqual([]);
  });
});
