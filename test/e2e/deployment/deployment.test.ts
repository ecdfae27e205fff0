import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { hash } from 'bcryptjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { changeGateway, planGatewayChange } from '../../../src/deployment/change-gateway.ts';
import { deploy, type DeployOutcome } from '../../../src/deployment/deploy.ts';
import { down, planDown } from '../../../src/deployment/down.ts';
import { noEvents } from '../../../src/deployment/events.ts';
import { selectLogs } from '../../../src/deployment/logs.ts';
import { planDeployment } from '../../../src/deployment/plan-deployment.ts';
import { serverStatus } from '../../../src/deployment/status.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import { label } from '../../../src/stack/labels.ts';
import type { Server } from '../../../src/workspace/server.ts';
import { ensureGenerated } from '../../../src/workspace/store/secrets-store.ts';
import {
  contextOf,
  createDockerEngine,
  failureOf,
  freePort,
  gatewayDefaults,
  get,
  type Images,
  type Legacy,
  removeImages,
  type Setting,
  standInImages,
  startLegacy,
  temporaryFolder,
  whenFree,
} from './box.ts';

/** One server on the real engine, through its life: each test goes on where the one before ended. */
const name = 'e2e-deployment';
const project = `openimis-${name}`;
const secrets = ensureGenerated({ DATABASE_PASSWORD: 'a secret of the test {$}' });
const workspace = { id: 'e2e-deployment-workspace', folder: '' };

let engine: Engine;
let legacy: Legacy;
let images: Images;
let ports: { readonly http: number; readonly https: number };

beforeAll(async () => {
  engine = await createDockerEngine();
  workspace.folder = await temporaryFolder();
  await removeAll();
  legacy = await startLegacy({ user: 'imisuser', password: secrets.DATABASE_PASSWORD ?? '' });
  images = await standInImages(engine);
  ports = { http: await freePort(), https: await freePort() };
});

afterAll(async () => {
  await removeAll();
  await removeImages(images);
  await legacy.close();
  await engine.close();
  await rm(workspace.folder, { recursive: true, force: true });
});

async function removeAll(): Promise<void> {
  const labels = { [label.workspace]: workspace.id, [label.server]: name };
  const projects = (await engine.containers(labels)).flatMap((container) => container.project ?? []);
  for (const one of [...new Set(projects)].filter((found) => found !== project))
    await engine.down(one, { volumes: false, labels });
  await engine.down(project, { volumes: true, labels });
}

function setting(image: string, change: Partial<Server> = {}): Setting {
  const component = { image };
  return {
    server: {
      name,
      legacy: { dns: 'localhost', ip: '127.0.0.1', url: `http://localhost:${legacy.port}/` },
      database: {
        host: '127.0.0.1',
        port: legacy.databasePort,
        name: 'IMIS',
        user: 'imisuser',
        encryption: 'required',
      },
      gateway: { dns: 'localhost', ...ports, address: '127.0.0.1', ...gatewayDefaults },
      release: '1.1.0',
      generation: '1.1',
      components: { frontend: component, backend: component, ibackend: component, worker: { replicas: 1 } },
      pins: {},
      extra: {},
      healthInterval: 1,
      ...change,
    },
    secrets,
    workspace,
  };
}

async function deployNow(to: Setting): Promise<DeployOutcome> {
  const context = await contextOf(engine, to);
  return deploy(context, await planDeployment(context), noEvents);
}

/** Revision numbers that have running containers, by component. */
async function running(): Promise<Readonly<Record<string, readonly string[]>>> {
  const labels = { [label.workspace]: workspace.id, [label.server]: name };
  const containers = (await engine.containers(labels)).filter(({ state }) => state === 'running');
  const found: Record<string, string[]> = {};
  for (const { labels: own } of containers)
    (found[own[label.component] ?? '?'] ??= []).push(own[label.revision] ?? '-');
  return found;
}

const whole = (revision: number): Readonly<Record<string, readonly string[]>> => ({
  gateway: ['-'],
  rabbitmq: ['-'],
  frontend: [String(revision)],
  backend: [String(revision)],
  ibackend: [String(revision)],
  worker: [String(revision)],
});

describe('a server on the real engine', () => {
  it('r1: everything runs, and every route answers through the gateway', async () => {
    const outcome = await deployNow(setting(images.first));
    expect(outcome).toMatchObject({ revision: 1, changed: true, notes: [] });
    expect(outcome.routes.map(({ path, status }) => `${path} ${status}`)).toEqual(
      expect.arrayContaining(['/front/ 302', '/iapi/ 401', '/api/ 401', '/openimis/health 200']),
    );
    expect(await running()).toEqual(whole(1));
    expect((await get(ports.https, '/')).body).toContain('txtUserName');
    expect(await readFile(join(workspace.folder, '.openimis', name, 'r1/outcome.json'), 'utf8')).toContain('"serving"');
  });

  it('wrote nothing into the database but the row of the health page, which it announced', () => {
    const { writes, refused } = legacy.database.state;
    expect(refused).toEqual([]);
    expect(writes.every((statement) => statement.includes('health_check_db_testmodel'))).toBe(true);
  });

  it('the same again: nothing changes, no lock is taken', async () => {
    const before = await engine.containers({ [label.server]: name });
    const context = await contextOf(engine, setting(images.first));
    const plan = await planDeployment(context);
    expect(plan).toMatchObject({ kind: 'nothing', serving: 1 });
    await deploy(context, plan, noEvents);
    const after = await engine.containers({ [label.server]: name });
    expect(after.map(({ id }) => id).sort()).toEqual(before.map(({ id }) => id).sort());
  });

  it('another API user is a reload: no container is made anew, and the user gets in at once', async () => {
    const ids = async () => (await engine.containers({ [label.server]: name })).map(({ id }) => id).sort();
    const before = await ids();
    const to = { ...setting(images.first), secrets: { ...secrets, API_USERS: `ann:${await hash('a password', 4)}` } };
    const context = await contextOf(engine, to);
    const change = await planGatewayChange(context, 'secrets');
    expect(change.state).toBe('changes');
    const headers = { Authorization: `Basic ${Buffer.from('ann:a password').toString('base64')}` };
    expect((await get(ports.https, '/api/core/users/current_user/', headers)).status).toBe(401);
    await changeGateway(context, change, noEvents);
    expect((await get(ports.https, '/api/core/users/current_user/', headers)).status).not.toBe(401);
    expect(await ids()).toEqual(before);
    expect((await planDeployment(context)).kind).toBe('nothing');
    expect((await planDeployment(await contextOf(engine, setting(images.first)))).kind).toBe('gateway');
    expect(await deployNow(setting(images.first))).toMatchObject({ changed: true, revision: 1 });
    expect((await get(ports.https, '/api/core/users/current_user/', headers)).status).toBe(401);
    expect(await ids()).toEqual(before);
  });

  it('a change: r2 takes over, the legacy is served all the time', async () => {
    const answers: number[] = [];
    let ended = false;
    const visitor = (async () => {
      while (!ended) answers.push((await get(ports.https, '/')).status);
    })();
    const outcome = await deployNow(setting(images.second));
    ended = true;
    await visitor;
    expect(outcome).toMatchObject({ revision: 2, before: 1 });
    expect(await running()).toEqual(whole(2));
    expect(answers.length).toBeGreaterThan(10);
    expect([...new Set(answers)]).toEqual([200]);
  });

  it('a revision that fails leaves r2 serving, and says why without the password', async () => {
    const { components } = setting(images.second).server;
    const to = setting(images.second, { components: { ...components, backend: { image: images.broken } } });
    const error = await failureOf(deployNow(to));
    expect(error).toMatchObject({ code: 'CONTAINER_UNHEALTHY', exitCode: 1 });
    expect(error.message).toContain('backend of r3 ended with exit code 3');
    expect(error.message).toContain('no ODBC driver, password is [DATABASE_PASSWORD]');
    expect(error.message).toContain('r2 still serves, untouched');
    expect(await running()).toEqual(whole(2));
    const kept = (await selectLogs(await contextOf(engine, setting(images.second)), 'backend')).kept;
    expect(kept?.revision).toBe(3);
    expect(kept?.logs[0]?.text).toContain('[DATABASE_PASSWORD]');
  });

  it('two deploys at once: one gets the lock, the other is told who has it', async () => {
    const results = await Promise.allSettled([deployNow(setting(images.first)), deployNow(setting(images.first))]);
    const failed = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(failed).toHaveLength(1);
    expect(failed[0]).toMatchObject({ code: 'RUN_LOCKED', exitCode: 6 });
    expect(await running()).toEqual(whole(4));
  });

  it.each(['start', 'worker'])('killed with SIGKILL in step %s: the next run finishes', async (step) => {
    const before = (await serverStatus(await contextOf(engine, setting(images.first)))).serving ?? 0;
    const to = setting(step === 'start' ? images.second : images.first);
    const file = join(workspace.folder, 'setting.json');
    await writeFile(file, JSON.stringify(to), { mode: 0o600 });
    const child = spawn(process.execPath, [import.meta.resolve('./deploy-process.ts').slice('file://'.length), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout })) if (line === step) child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    expect((await get(ports.https, '/')).status).toBe(200);
    const context = await contextOf(engine, to);
    const plan = await planDeployment(context);
    expect(plan.serving).toBe(before);
    const outcome = await whenFree(() => deployNow(to));
    expect(outcome).toMatchObject({ before });
    expect(await running()).toEqual(whole(outcome.revision ?? 0));
  });

  it('status shows what runs', async () => {
    const status = await serverStatus({ ...(await contextOf(engine, setting(images.first))), secrets: {} });
    expect(status).toMatchObject({
      state: 'serving',
      problems: [],
      signOn: 'legacy',
      address: `https://localhost:${ports.https}/`,
    });
    expect(status.components.map(({ health }) => health)).toEqual(Array(6).fill('healthy'));
    expect(status.revisions.map((revision) => revision.status)).toContain('abandoned');
  });

  it('a changed password of RabbitMQ and header name: a new revision whose worker is connected', async () => {
    const rest = { ...secrets, RABBITMQ_PASSWORD: 'c'.repeat(64), IDENTITY_HEADER: 'D'.repeat(64) };
    const outcome = await deployNow({ ...setting(images.first), secrets: rest });
    expect(await running()).toEqual(whole(outcome.revision ?? 0));
  });

  it('down removes all but the volumes, then these too', async () => {
    const context = await contextOf(engine, setting(images.first));
    await down(context, await planDown(context, { volumes: false }), noEvents);
    expect(await running()).toEqual({});
    const own = { [label.workspace]: workspace.id, [label.server]: name };
    expect((await engine.volumes(own)).length).toBe(6);
    expect((await engine.networks()).filter((network) => network.name.startsWith(`${project}_`))).toEqual([]);
    await down(context, await planDown(context, { volumes: true }), noEvents);
    expect(await engine.volumes(own)).toEqual([]);
  });
});
