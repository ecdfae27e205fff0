import { connect } from 'amqplib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createDockerEngine } from '../../../src/engines/docker/docker-engine.ts';
import type { CommandResult, Engine } from '../../../src/engines/engine.ts';
import { buildImages, containerOf, identity, labels, logOf, passwords, project, startAll, type Images } from './box.ts';

let engine: Engine;
let images: Images;

beforeAll(async () => {
  engine = await createDockerEngine();
  images = await buildImages(engine);
  await engine.down(project, { volumes: true, labels });
  await startAll(engine, images);
});
afterAll(async () => {
  await engine.down(project, { volumes: true, labels });
  await engine.close();
});

/** Runs a command in the container of a service until it succeeds. */
async function inside(service: string, ...argv: readonly string[]): Promise<CommandResult> {
  const { id } = await containerOf(engine, service);
  let last: CommandResult = { code: 1, stdout: '', stderr: '' };
  await expect.poll(async () => (last = await engine.exec(id, argv)).code, { timeout: 60_000, interval: 500 }).toBe(0);
  return last;
}

const curl = (service: string, ...argv: readonly string[]): Promise<CommandResult> =>
  inside(service, 'curl', '--silent', '--show-error', '--max-time', '20', ...argv);

describe('the backend in its container', () => {
  test("upstream's `eval exec python /openimis/serve.py` serves, and the product's health check finds it healthy", async () => {
    await inside('ibackend', 'python', '/openimis/health.py', '/iapi/graphql', 'text/html');
    const strict = await inside(
      'ibackend',
      'python',
      '/openimis/health.py',
      '--strict',
      '/ht/?format=json',
      'application/json',
    );
    expect(strict.stdout).toContain('HTTP 200');
  });

  test('the identity header makes a user, read from the stand-in database by an encrypted login', async () => {
    const url = 'http://127.0.0.1:8000/iapi';
    const host = ['-H', 'Host: new.example.org'];
    const who = await curl('ibackend', ...host, '-H', `${identity}: ADMIN `, `${url}/core/users/current_user/`);
    expect(JSON.parse(who.stdout)).toMatchObject({ username: 'Admin' });
    const page = await curl(
      'ibackend',
      ...host,
      '-H',
      `${identity}: clerk`,
      '-H',
      'Accept: text/html',
      `${url}/whoami/`,
    );
    expect(page.stdout).toContain('clerk (Sita Gurung)');
    expect(page.stdout).toMatch(/yes: logged in to openIMIS at sql-server:1433 as imisuser, encrypted/);
    expect(page.stdout).not.toContain(passwords.database);
  });

  test('anything else that is called python is real Python', async () => {
    const { stdout } = await inside('ibackend', 'python', '-c', 'import http.client, urllib.request; print(6 * 7)');
    expect(stdout).toBe('42\n');
  });

  test("upstream's `start` and `manage migrate` leave a mark; what we start leaves none", async () => {
    const mark = ['/bin/bash', '-c', 'test ! -e /tmp/stand-in/migrated'];
    await inside('ibackend', ...mark);
    const once = (command: string): Promise<CommandResult> =>
      engine.runOnce({
        image: images.standIn,
        argv: ['/bin/bash', '-c', `${command}; cat /tmp/stand-in/migrated`],
        labels,
        timeout: 60,
      });
    const entrypoint = '/openimis-be/script/entrypoint.sh';
    expect(await once(`timeout 5 ${entrypoint} start`)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('would migrate') as string,
    });
    expect(await once(`${entrypoint} manage migrate`)).toMatchObject({ code: 0 });
    expect(await once(`${entrypoint} eval echo hello`)).toMatchObject({ code: 1, stdout: 'hello\n' });
  });
});

test('the legacy site answers, with the password of its secret', async () => {
  const login = [
    'set -e; jar=/tmp/jar; page=$(curl -s -c $jar http://127.0.0.1:8080/)',
    'field() { printf %s "$page" | sed -n \'s/.*name="\'$1\'"[^>]* value="\\([^"]*\\)".*/\\1/p\'; }',
    'curl -s -b $jar -c $jar -o /dev/null -w "%{http_code} %{redirect_url}" http://127.0.0.1:8080/ --data-urlencode "__VIEWSTATE=$(field __VIEWSTATE)" --data-urlencode "__EVENTVALIDATION=$(field __EVENTVALIDATION)" -d hfOfflineHFIDFlag=0 -d txtUserName=Admin -d btnLogin=Login -d txtPassword=$(cat /run/secrets/user_password)',
  ].join('\n');
  expect((await inside('legacy-site', '/bin/bash', '-c', login)).stdout).toBe('302 http://127.0.0.1:8080/Home.aspx');
});

test.each([
  ['frontend-serve', 5000],
  ['frontend-nginx', 80],
])('%s answers on port %i', async (service, port) => {
  expect((await curl(service, '--fail', `http://127.0.0.1:${port}/front/`)).stdout).toContain('This is a stand-in');
});

describe('the worker', () => {
  /** Puts a task on the queue as Celery does: named in its headers, arguments in the body. */
  async function publish(seconds: number): Promise<void> {
    const [address] = Object.values((await containerOf(engine, 'rabbitmq')).addresses);
    const connection = await connect(`amqp://openimis:${passwords.broker}@${address}:5672/openimis`);
    const channel = await connection.createConfirmChannel();
    const body = Buffer.from(JSON.stringify([[seconds], {}, {}]));
    channel.sendToQueue('celery', body, { headers: { task: 'stand_in.wait' }, contentType: 'application/json' });
    await channel.waitForConfirms();
    await connection.close();
  }

  test('connects with the password of the secret; its health check sees the connection', async () => {
    await inside('worker', '/bin/sh', '/openimis/worker-health');
    expect(await logOf(engine, 'worker')).not.toContain(passwords.broker);
  });

  test('connects again when the broker comes back', async () => {
    const { id } = await containerOf(engine, 'rabbitmq');
    await engine.stop([id], 30);
    await expect.poll(() => logOf(engine, 'worker'), { timeout: 30_000 }).toContain('cannot be used');
    await engine.start([id]);
    const connected = async (): Promise<number> =>
      (await logOf(engine, 'worker')).split('connected to the broker').length - 1;
    await expect.poll(connected, { timeout: 90_000, interval: 500 }).toBeGreaterThanOrEqual(2);
  });

  test('TERM is a warm shutdown: the running task ends, the exit code is 0', async () => {
    await publish(3);
    await expect.poll(() => logOf(engine, 'worker'), { timeout: 20_000 }).toContain('task stand_in.wait received');
    const { id } = await containerOf(engine, 'worker');
    await engine.stop([id], 30);
    expect(await logOf(engine, 'worker')).toMatch(/warm shutdown[^]*task stand_in\.wait done/);
    expect((await containerOf(engine, 'worker')).exitCode).toBe(0);
  });
});

test('the other stand-ins end on TERM at once, with exit code 0', async () => {
  for (const service of ['ibackend', 'frontend-serve', 'frontend-nginx', 'legacy-site', 'sql-server']) {
    const { id } = await containerOf(engine, service);
    await engine.stop([id], 20);
    expect([service, (await containerOf(engine, service)).exitCode]).toEqual([service, 0]);
  }
});
