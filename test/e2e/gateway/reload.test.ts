import { Agent, request as httpsRequest } from 'node:https';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ask, openVisitor, type Visitor } from './support/client.ts';
import { unexpected } from './support/who.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

type Count = { answers: number; closedIdle: number; cut: string[] };

/** One visitor on one kept connection. An idle connection that the gateway has closed is opened anew, as browsers do. */
async function visit(path: string, cookie: string, goesOn: () => boolean, count: Count): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  while (goesOn()) {
    await new Promise<void>((resolve) => {
      const request = httpsRequest(
        { agent, host: '127.0.0.1', port: world.gateway.https, path, headers: { cookie } },
        (response) => {
          let size = 0;
          response.on('data', (chunk: Buffer) => (size += chunk.length));
          response.on('error', (error) => {
            count.cut.push(`${path} after ${size} bytes: ${error.message}`);
            resolve();
          });
          response.on('end', () => {
            if (response.statusCode === 200) count.answers++;
            else count.cut.push(`${path} ${response.statusCode ?? 0}`);
            resolve();
          });
        },
      );
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (request.reusedSocket && error.code === 'ECONNRESET') count.closedIdle++;
        else count.cut.push(`${path} ${error.message}`);
        resolve();
      });
      request.end();
    });
  }
  agent.destroy();
}

function cookieOf({ cookies }: Visitor): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
}

describe('a reload under load', () => {
  it('cuts no answer; only idle connections are closed', async () => {
    const visitor = openVisitor(world.gateway.https);
    await visitor.login();
    await visitor.ask('/iapi/');
    const cookie = cookieOf(visitor);
    const count: Count = { answers: 0, closedIdle: 0, cut: [] };
    let reloading = true;
    const visitors = ['/iapi/', '/echo.aspx', '/front/', '/iapi/x?y=1', '/echo.aspx/z', '/front/a'].map((path) =>
      visit(path, cookie, () => reloading, count),
    );
    for (const version of ['load-1', 'load-2', 'load-3']) {
      const before = count.answers;
      expect(await world.gateway.activate(version, world.plan)).toEqual({ code: 0, output: '' });
      await expect.poll(() => count.answers).toBeGreaterThan(before + 50);
    }
    reloading = false;
    await Promise.all(visitors);
    console.log(`reload under load: ${count.answers} answers, 0 cut, ${count.closedIdle} idle connections closed`);
    expect(count.cut).toEqual([]);
    expect(count.answers).toBeGreaterThan(150);
  });

  it('lets a long download and a long upload end', async () => {
    const size = 100_000_000;
    const download = new Promise<number>((resolve, reject) => {
      let received = 0;
      httpsRequest(
        { host: '127.0.0.1', port: world.gateway.https, path: '/big.aspx', agent: false, rejectUnauthorized: false },
        (response) => {
          response.once('data', (chunk: Buffer) => {
            received += chunk.length;
            response.pause();
            world.gateway.activate('long', world.plan).then(({ code, output }) => {
              if (code !== 0) return reject(new Error(output));
              response.on('data', (more: Buffer) => (received += more.length));
              response.resume();
            }, reject);
          });
          response.on('end', () => resolve(received));
          response.on('error', reject);
        },
      )
        .on('error', reject)
        .end();
    });
    const upload = new Promise<string>((resolve, reject) => {
      const request = httpsRequest(
        {
          ...{ host: '127.0.0.1', port: world.gateway.https, path: '/upload.aspx', method: 'POST' },
          ...{ agent: false, rejectUnauthorized: false, headers: { 'content-length': size } },
        },
        (response) => {
          let body = '';
          response.on('data', (chunk: Buffer) => (body += chunk.toString()));
          response.on('end', () => resolve(body));
        },
      );
      request.on('error', reject);
      request.write(Buffer.alloc(1_000_000, 1));
      // The rest goes when the new version serves.
      void download.then(() => request.end(Buffer.alloc(size - 1_000_000, 1)), reject);
    });
    expect(await download).toBe(size);
    expect(await upload).toBe(String(size));
  });
});

describe('versions of the configuration', () => {
  const versions = async (): Promise<readonly string[]> =>
    (await world.gateway.run('ls', '/etc/openimis/gateway/versions')).output.split('\n');

  it('are kept as long as somebody may want to go back, and no longer', async () => {
    await world.gateway.upload('/etc/openimis/gateway', { 'versions/never/nginx.conf': 'nonsense;' });
    expect((await world.gateway.run('openimis-gateway', 'activate', 'never')).code).toBe(1);
    for (const name of ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'])
      expect((await world.gateway.activate(name, world.plan)).code).toBe(0);
    expect(await versions()).toEqual(['p2', 'p3', 'p4', 'p5', 'p6']);
    expect(await world.gateway.run('openimis-gateway', 'activate', 'p2')).toEqual({ code: 0, output: '' });
    expect(await world.gateway.activate('p7', world.plan)).toEqual({ code: 0, output: '' });
    expect(await versions()).toEqual(['p2', 'p4', 'p5', 'p6', 'p7']);
    await world.gateway.restart();
    expect((await world.gateway.run('openimis-gateway', 'version')).output).toBe('p7');
  });
});

describe("nginx's own error log", () => {
  const fail = async (): Promise<void> => {
    world.legacy.silent = true;
    const headers = { referer: 'https://new.example.org/?password=hunter2' };
    expect((await ask(world.gateway.https, '/Find.aspx?password=hunter2&x=%22', { headers })).status).toBe(502);
  };
  const lines = async (): Promise<readonly string[]> =>
    (await world.gateway.errors()).filter((line) => line.includes('/Find.aspx'));

  it('has what is needed to find the cause, and no query', async () => {
    await fail();
    await expect.poll(lines).not.toEqual([]);
    expect((await lines())[0]).toMatch(
      /\[error\].* upstream .*, client: [\d.]+, server: new\.example\.org, request: "GET \/Find\.aspx", upstream: "http:\/\/[\d.:]+"$/,
    );
  });

  it('is still filtered and not lost after its filter has died', async () => {
    const before = (await lines()).length;
    const kill =
      'for p in /proc/[0-9]*; do read -r name < $p/comm && [ "$name" = mawk ] && kill -9 ${p#/proc/}; done; true';
    expect((await world.gateway.run('sh', '-c', kill)).code).toBe(0);
    await fail();
    await expect.poll(async () => (await lines()).length, { timeout: 10_000 }).toBeGreaterThan(before);
    expect((await world.gateway.errors()).join('\n')).not.toContain('hunter2');
  });
});

it('leaves no error in the log', async () => {
  const all = unexpected(await world.gateway.errors());
  expect(all.filter((line) => !line.includes('unknown directive "nonsense"') && !line.includes('nonsense'))).toEqual(
    [],
  );
});
