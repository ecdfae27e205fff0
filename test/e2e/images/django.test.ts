import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createDockerEngine } from '../../../src/engines/docker/docker-engine.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import { openimis } from '../../support/cli.ts';
import { ask, openVisitor } from '../gateway/support/client.ts';
import { openWorld, type World } from '../gateway/support/world.ts';

const fixtures = join(import.meta.dirname, 'django');
const label = 'org.openimis.test=django';
const password = 'of-one-test';
const question = '/iapi/core/users/current_user/';

let engine: Engine;
let folder: string;
let world: World | undefined;
let backend: string;
const images: string[] = [];

async function docker(...argv: readonly string[]): Promise<string> {
  return (await execa('docker', argv)).stdout.trim();
}

async function run(
  json: readonly string[],
): Promise<{ readonly data: { readonly images: { readonly tag: string }[] } }> {
  const done = await openimis([...json, '--json'], { cwd: folder, env: { HOME: folder }, timeout: 280_000 });
  expect(done.code, done.stdout + done.stderr).toBe(0);
  return JSON.parse(done.stdout) as Awaited<ReturnType<typeof run>>;
}

/** Four real modules of release 24.10 on a minimal assembly, by the product's own way from pins to an image. */
async function buildBackend(): Promise<string> {
  await cp(join(fixtures, 'assembly'), join(folder, 'assembly'), { recursive: true });
  await writeFile(
    join(folder, 'openimis.yaml'),
    `version: 1
servers:
  test:
    generation: "24.10"
    assembly: { backend: ./assembly }
    odbc: { driver: none }
    components: { backend: {} }
    pins:
      backend:
        openimis-be-core: "1.8.2"
        openimis-be-location: "1.8.2"
        openimis-be-medical: "1.8.0"
        openimis-be-medical-pricelist: "1.7.0"
`,
  );
  await run(['versions', 'lock', 'test', '--as-of', '2024-12-15']);
  const { data } = await run(['images', 'build', 'test', 'backend']);
  return data.images[0]!.tag;
}

async function buildPostgres(base: string): Promise<string> {
  const file = async (path: string, mode: number) => ({
    path,
    mode,
    content: await readFile(join(fixtures, 'postgresql', path), 'utf8'),
  });
  const tag = 'openimis-e2e-postgresql:test';
  await engine.removeImage(tag);
  const context = [await file('Dockerfile', 0o644), await file('serve', 0o755)];
  await engine.buildImage({ tag, context, args: { BASE: base }, labels: { 'org.openimis.test': 'django' } });
  return tag;
}

const addressOf = (container: string): Promise<string> =>
  docker('inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', container);

async function until(what: string, ready: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 90_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 200)))
    if (await ready()) return;
  throw new Error(`${what} does not answer`);
}

const inside = async (container: string, ...argv: readonly string[]): Promise<boolean> =>
  (await execa('docker', ['exec', container, ...argv], { reject: false })).exitCode === 0;

beforeAll(async () => {
  engine = await createDockerEngine();
  folder = await mkdtemp(join(tmpdir(), 'openimis-django-'));
  const base = await engine.baseImage();
  images.push(await buildBackend(), await buildPostgres(base));
  const [application = '', postgres = ''] = images;
  world = await openWorld();
  const common = ['--network', world.network.name, '--label', label, '--env', `DB_PASSWORD=${password}`];
  const database = await docker('run', '--detach', ...common, postgres);
  await until('PostgreSQL', () => inside(database, 'bash', '-c', 'exec 3<>/dev/tcp/$(hostname -i)/5432'));
  const header = `HTTP_${world.identityHeader.toUpperCase().replaceAll('-', '_')}`;
  const settings = {
    DB_HOST: await addressOf(database),
    SITE_ROOT: 'iapi',
    SECRET_KEY: 'of-one-test',
    REMOTE_USER_HEADER_NAME: header,
  };
  const env = Object.entries(settings).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  await docker('run', '--rm', ...common, ...env, application, 'eval', 'python users.py Admin Nurse');
  backend = await docker('run', '--detach', ...common, ...env, application, 'eval', 'exec python server.py');
  const connect = ['python', '-c', 'import socket; socket.create_connection(("127.0.0.1", 8000))'];
  await until('Django', () => inside(backend, ...connect));
  const address = await addressOf(backend);
  const banks = world.plan.banks.map((bank) => ({ ...bank, ibackend: { address, port: 8000 } }));
  expect(await world.gateway.activate('django', { ...world.plan, banks })).toMatchObject({ code: 0 });
});

afterAll(async () => {
  const left = await docker('ps', '--all', '--quiet', '--filter', `label=${label}`);
  if (left !== '') await docker('rm', '--force', '--volumes', ...left.split('\n'));
  await world?.close();
  for (const image of images) await engine.removeImage(image);
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

/** Ways to write a header that a backend might take for the gateway's, or for Django's default. */
function spellings(name: string): readonly string[] {
  return [
    name,
    name.toUpperCase(),
    name.toLowerCase(),
    name.replaceAll('-', '_'),
    `HTTP_${name.toUpperCase().replaceAll('-', '_')}`,
    'Remote-User',
    'REMOTE_USER',
    'HTTP_REMOTE_USER',
    'X-Remote-User',
    'X-Forwarded-User',
  ];
}

describe('the real openimis-be-core, on Django and PostgreSQL, behind the gateway', () => {
  it('believes whoever reaches it: that is why only the gateway may', async () => {
    const asking = `import urllib.request as r
print(r.urlopen(r.Request("http://127.0.0.1:8000${question}", headers={"${world!.identityHeader}": "Admin"})).read().decode())`;
    const answer = await docker('exec', backend, 'python', '-c', asking);
    expect(JSON.parse(answer)).toMatchObject({ username: 'Admin' });
  });

  it('serves the person whom the legacy shows', async () => {
    const visitor = openVisitor(world!.gateway.https);
    await visitor.login('admin', 'admin123');
    const answer = await visitor.ask(question);
    expect(answer.status).toBe(200);
    const shown: unknown = JSON.parse(answer.body);
    expect(shown).toMatchObject({ username: 'Admin', i_user: { other_names: 'Admin', last_name: 'Last' } });
    expect(answer.setCookies.filter((cookie) => cookie.startsWith('sessionid'))).toEqual([]);
  });

  it('refuses who is not signed on, also with a header in ten spellings', async () => {
    expect((await ask(world!.gateway.https, question)).status).toBe(401);
    const statuses = [];
    for (const name of spellings(world!.identityHeader))
      statuses.push((await ask(world!.gateway.https, question, { headers: { [name]: 'Admin' } })).status);
    expect(statuses).toEqual(Array.from({ length: 10 }, () => 401));
  });

  it('does not take one signed-on person for another, whatever headers he sends', async () => {
    const visitor = openVisitor(world!.gateway.https);
    await visitor.login('nurse', 'nurse-1');
    const seen = [];
    for (const name of spellings(world!.identityHeader)) {
      const { status, body } = await visitor.ask(question, { headers: { [name]: 'Admin' } });
      seen.push(status === 200 ? (JSON.parse(body) as { readonly username: string }).username : status);
    }
    expect(seen).toEqual(Array.from({ length: 10 }, () => 'Nurse'));
    expect(JSON.parse((await visitor.ask(question)).body)).toMatchObject({ username: 'Nurse' });
  });
});
