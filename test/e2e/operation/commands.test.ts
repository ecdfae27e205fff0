import { spawn } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Engine } from '../../../src/engines/engine.ts';
import { buildStandInImage } from '../../../src/sandbox/stand-in-image.ts';
import { openimis, packageFolder } from '../../support/cli.ts';
import { type Answer, ask } from './ask.ts';
import { apiUserCases } from './api-users.ts';
import { versionCases } from './versions.ts';
import { createDockerEngine, freePort, type Legacy, startLegacy, temporaryFolder } from '../deployment/box.ts';

/** The commands of an operator on a server that really runs, each as a person or a script would call it. */
const name = 'e2e-operate';
const page = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const password = 'a secret of the test';

let engine: Engine;
let legacy: Legacy;
let cwd: string;
let https: number;
let yaml: string;

const run = (...argv: readonly string[]) => openimis(argv, { cwd, timeout: 200_000 });
const text = () => readFile(join(cwd, 'openimis.yaml'), 'utf8');

async function json<T>(...argv: readonly string[]): Promise<T> {
  const result = await run(...argv, '--json');
  expect(result, result.stdout + result.stderr).toMatchObject({ code: 0 });
  return (JSON.parse(result.stdout) as { data: T }).data;
}

const get = (path: string, headers: Readonly<Record<string, string>> = page): Promise<Answer> =>
  ask(https, path, headers);

beforeAll(async () => {
  engine = await createDockerEngine();
  cwd = await temporaryFolder();
  legacy = await startLegacy({ user: 'imisuser', password });
  const image = await buildStandInImage(engine, () => {}, new AbortController().signal);
  https = await freePort();
  yaml = `version: 1
id: 7b1c3f57-0f43-4a30-9e1c-5a7d2f6f1c55
servers:
  ${name}: # the one under test
    legacy: { ip: 127.0.0.1, url: "http://127.0.0.1:${legacy.port}/" }
    database: { host: 127.0.0.1, port: ${legacy.databasePort}, name: IMIS, user: imisuser }
    gateway:
      dns: localhost # what users type
      http: ${await freePort()}
      https: ${https}
      address: 127.0.0.1
    release: "1.1.0"
    components:
      frontend: { image: "${image}" }
      backend: { image: "${image}" }
      ibackend: { image: "${image}" }
    healthInterval: 1
`;
  await writeFile(join(cwd, 'openimis.yaml'), yaml);
  await run('down', name, '--volumes', '--yes');
  const env = { OPENIMIS_DATABASE_PASSWORD: password };
  const deployed = await openimis(['deploy', name, '--yes'], { cwd, env, timeout: 300_000 });
  expect(deployed, deployed.stderr).toMatchObject({ code: 0 });
});

afterAll(async () => {
  const down = await run('down', name, '--volumes', '--yes');
  await legacy.close();
  await engine.close();
  await rm(cwd, { recursive: true, force: true });
  expect(down, down.stderr).toMatchObject({ code: 0 });
});

const containers = async (): Promise<readonly string[]> =>
  (await engine.containers({ 'org.openimis.server': name }))
    .map(({ id, startedAt }) => `${id} ${startedAt ?? ''}`)
    .sort();

describe('openimis versions', () => versionCases({ name, run, text }));

describe('openimis cutover', () => {
  it('leads a page to its successor by a reload, and back in seconds; openimis.yaml keeps its comments', async () => {
    const before = await containers();
    const planned = await run('cutover', name, '/Claim.aspx', '--to', '/front/claim/healthFacilities', '--dry-run');
    expect(planned.stdout).toContain('nothing was changed');
    expect(await text()).toBe(yaml);
    expect((await get('/Claim.aspx')).location).not.toBe('/front/claim/healthFacilities');

    const done = await run('cutover', name, '/Claim.aspx', '--to', '/front/claim/healthFacilities');
    expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(done.stdout).toContain(`back in seconds: openimis cutover back ${name} /Claim.aspx`);
    expect(await get('/claim.ASPX?c=1')).toMatchObject({ status: 302, location: '/front/claim/healthFacilities' });
    expect(await text()).toContain('# the one under test');
    expect(await json('cutover', 'list', name)).toEqual({
      server: name,
      cutovers: [{ page: '/Claim.aspx', to: '/front/claim/healthFacilities' }],
    });
    const again = await run('cutover', '/claim.aspx', '--to', '/front/claim/healthFacilities');
    expect(again.stdout).toContain('already; nothing changed');

    const started = performance.now();
    const back = await json<{ page: string; gateway: string }>('cutover', 'back', name, '/CLAIM.aspx');
    console.log(`cutover back: ${((performance.now() - started) / 1000).toFixed(1)} s`);
    expect(back).toMatchObject({ page: '/Claim.aspx', gateway: 'changes' });
    expect((await get('/Claim.aspx')).location).not.toBe('/front/claim/healthFacilities');
    expect(await text()).toBe(yaml);
    expect(await containers()).toEqual(before);
  });

  it('refuses what cannot be, and leaves openimis.yaml as it is', async () => {
    for (const argv of [
      ['cutover', name, '/Default.aspx', '--to', '/front/x'],
      ['cutover', name, '/Claim.aspx', '--to', '/Claims.aspx'],
      ['cutover', name, '/Claim.aspx'],
      ['cutover', name, '--to', '/front/x'],
      ['cutover', 'back', name, '/Claim.aspx'],
      ['cutover', 'list', 'list'],
    ])
      expect(await run(...argv), argv.join(' ')).toMatchObject({ code: 2, stdout: '' });
    expect(await text()).toBe(yaml);
  });

  it('brings nothing else of openimis.yaml into force by the way', async () => {
    await writeFile(join(cwd, 'openimis.yaml'), yaml.replace('name: IMIS', 'name: OTHER'));
    const pending = await run('cutover', name, '/Claim.aspx', '--to', '/front/x', '--json');
    expect(JSON.parse(pending.stdout)).toMatchObject({ ok: false, error: { code: 'DEPLOY_PENDING' } });
    expect(await text()).not.toContain('cutover');
    await writeFile(join(cwd, 'openimis.yaml'), yaml);
  });
});

describe('openimis maintenance', () => {
  const message = `Back at 10:00 <b>"soon"</b> & 'then' $(id) é`;

  it('closes the new side with the message byte for byte, and only that', async () => {
    expect(await json('maintenance', name)).toEqual({ server: name, changed: false, notes: [] });
    const planned = await json('maintenance', name, 'on', '--message', message, '--dry-run');
    expect(planned).toMatchObject({ changed: false });
    expect((await get('/front/')).status).toBe(302);
    const on = await run('maintenance', 'on', '--message', message);
    expect(on, on.stderr).toMatchObject({ code: 0 });
    expect(on.stdout).toContain(message);
    const shown = await get('/front/');
    expect(shown.status).toBe(503);
    expect(shown.body).toContain('Back at 10:00 &lt;b&gt;&quot;soon&quot;&lt;/b&gt; &amp; &#39;then&#39; $(id) é');
    expect(JSON.parse((await get('/api/', { accept: '*/*' })).body)).toMatchObject({ error: 'maintenance', message });
    expect((await get('/')).body).toContain('txtUserName');
    expect((await run('status', name)).stdout).toMatch(/maintenance +of the new side since/);
    expect(await json('maintenance', name, 'off')).toMatchObject({ changed: true });
    expect((await get('/front/')).status).toBe(302);
  });

  it('refuses a message that is none', async () => {
    for (const argv of [
      ['on'],
      ['on', '--message', ' '],
      ['on', '--message', 'a\u0007'],
      ['off', '--message', 'x'],
      ['up'],
    ])
      expect(await run('maintenance', name, ...argv), argv.join(' ')).toMatchObject({ code: 2 });
    expect(await json('maintenance', name)).toMatchObject({ changed: false });
  });
});

describe('openimis logs SERVER gateway', () => {
  it('is readable for people, raw for programs, and follows', async () => {
    await get('/Images/logo.png?password=hunter2');
    const readable = await run('logs', name, 'gateway', '--tail', '20');
    expect(readable.stdout).toMatch(
      /^gateway +20\S+ [\d.]+ +- +GET \/Images\/logo\.png 200 0\.\d{3} s legacy [0-9a-f]{32}$/m,
    );
    expect(readable.stdout).not.toContain('hunter2');
    const raw = await run('logs', name, 'gateway', '--raw', '--tail', '20');
    const line = raw.stdout.split('\n').find((candidate) => candidate.includes('logo.png')) ?? '';
    expect(JSON.parse(line)).toMatchObject({ path: '/Images/logo.png', status: 200 });

    const follow = spawn(process.execPath, [join(packageFolder, 'bin/run.js'), 'logs', name, 'gateway', '--follow', '--tail', '0'], { cwd, stdio: ['ignore', 'pipe', 'inherit'] }); // prettier-ignore
    try {
      const seen: string[] = [];
      createInterface({ input: follow.stdout }).on('line', (one) => seen.push(one));
      await expect
        .poll(
          async () => {
            await get('/Images/followed.png');
            return seen.join('\n');
          },
          { timeout: 20_000, interval: 300 },
        )
        .toContain('GET /Images/followed.png');
    } finally {
      follow.kill('SIGINT');
    }
  });
});

describe('openimis users', () => apiUserCases({ name, run, get }));

describe('openimis audit export', () => {
  type Line = { readonly time: string; readonly event: string; readonly [name: string]: unknown };
  const lines = async (...argv: readonly string[]): Promise<readonly Line[]> => {
    const result = await run('audit', 'export', name, ...argv);
    expect(result, result.stderr).toMatchObject({ code: 0 });
    return result.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  };

  it('has what commands changed, with who and from where, and what the gateway refused', async () => {
    expect((await get('/Download.aspx?f=..%5cweb.config')).status).toBe(403);
    await expect
      .poll(async () => (await lines('--from', '1h')).map(({ event }) => event), { timeout: 20_000 })
      .toContain('refused');
    const all = await lines();
    const events = all.filter(({ by }) => by === 'openimis').map(({ event, page: about }) => [event, about]);
    expect(events).toEqual([
      ['cutover', '/Claim.aspx'],
      ['cutover-back', '/CLAIM.aspx'],
      ['maintenance-on', undefined],
      ['maintenance-off', undefined],
      ['api-user-add', undefined],
      ['api-user-change', undefined],
      ['api-user-remove', undefined],
    ]);
    expect(all.find(({ event }) => event === 'maintenance-on')).toMatchObject({
      user: expect.stringMatching(/./) as string,
      host: expect.stringMatching(/./) as string,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
    });
    expect(all.map(({ time }) => time)).toEqual(all.map(({ time }) => time).sort());
    const today = new Date().toISOString().slice(0, 10);
    expect((await lines('--from', today, '--to', today)).length).toBe((await lines()).length);
    expect(await lines('--from', '2001-01-01', '--to', '2001-01-31')).toEqual([]);
    const document = await json<{ lines: unknown[]; damaged: number }>('audit', 'export', name);
    expect(document).toMatchObject({ server: name, damaged: 0 });
    expect(document.lines.length).toBeGreaterThanOrEqual(all.length);
    expect((await run('audit', 'export', name, '--from', 'never')).code).toBe(2);
  });

  it('survives a gateway made anew', async () => {
    const before = await lines();
    const down = await run('down', name, '--yes');
    expect(down, down.stderr).toMatchObject({ code: 0 });
    const gone = await run('audit', 'export', name, '--json');
    expect(JSON.parse(gone.stdout)).toMatchObject({ error: { code: 'NOT_DEPLOYED' } });
    const deployed = await run('deploy', name, '--yes');
    expect(deployed, deployed.stderr).toMatchObject({ code: 0 });
    const after = await lines();
    expect(after.slice(0, before.length)).toEqual(before);
  });
});
