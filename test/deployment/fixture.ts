import type { DeploymentContext } from '../../src/deployment/context.ts';
import { deploy, type DeployOutcome } from '../../src/deployment/deploy.ts';
import { noEvents } from '../../src/deployment/events.ts';
import { planDeployment } from '../../src/deployment/plan-deployment.ts';
import { packageRoot } from '../../src/package-root.ts';
import type { RenderedFile } from '../../src/rendering/rendered.ts';
import { loadTemplates } from '../../src/rendering/templates/load.ts';
import { ensureGenerated } from '../../src/workspace/store/secrets-store.ts';
import type { Server } from '../../src/workspace/server.ts';
import { fakeEngine, type FakeEngine, type FakeEngineOptions } from '../support/fake-engine.ts';
import { FakeWorld } from '../support/fake-world.ts';

const templates = await loadTemplates(packageRoot(), ['compose', 'gateway', 'images']);

export const secrets = ensureGenerated({ DATABASE_PASSWORD: 'p@ss w0rd/1' });

export const server: Server = {
  name: 'test',
  legacy: { dns: 'imis.example.org', ip: '203.0.113.10', url: 'http://imis.example.org/', tls: 'none' },
  database: { host: '203.0.113.10', port: 1433, name: 'IMIS', user: 'imisuser', encryption: 'required' },
  gateway: {
    dns: 'new.example.org',
    http: 80,
    https: 443,
    certificate: 'self-signed',
    signOn: 'legacy',
    session: { idle: 60, absolute: 720, grace: 10, keepOnLogin: false },
    home: 'legacy',
  },
  release: '1.1.0',
  generation: '1.1',
  components: {
    frontend: { image: 'fe:1' },
    backend: { image: 'be:1' },
    ibackend: { image: 'ibe:1' },
    worker: { replicas: 1 },
  },
  pins: {},
  extra: {},
  healthInterval: 10,
};

/** A box that has the application images. */
export function box(): FakeWorld {
  const world = new FakeWorld();
  for (const reference of ['fe:1', 'be:1', 'ibe:1', 'be:2']) world.addImage(reference);
  return world;
}

export type TestContext = DeploymentContext & { readonly engine: FakeEngine; readonly copies: RenderedFile[] };

/** A process of an operator at that box. Time passes only while somebody sleeps. */
export function contextOn(
  world: FakeWorld,
  changes: Partial<Omit<DeploymentContext, 'engine'>> = {},
  options: FakeEngineOptions = {},
): TestContext {
  let now = Date.parse('2026-01-01T00:00:00Z');
  const copies: RenderedFile[] = [];
  return {
    engine: fakeEngine(world, options),
    copies,
    server,
    secrets,
    workspace: { id: 'workspace-1', folder: '/nowhere' },
    projectPrefix: 'openimis',
    templates,
    probes: {
      database: () => Promise.resolve({ legacy: true, modular: true, encrypted: true, serverVersion: '15.0' }),
      website: () => Promise.resolve({ status: 200, loginForm: true }),
      resolves: () => Promise.resolve(true),
    },
    clock: {
      now: () => new Date(now),
      sleep: async (seconds, signal) => {
        await Promise.resolve();
        signal?.throwIfAborted();
        now += seconds * 1000;
      },
    },
    operator: { user: 'ann', host: 'desk' },
    localCopy: {
      write: (_, files) => {
        copies.push(...files);
        return Promise.resolve();
      },
    },
    ...changes,
  };
}

export async function deployOn(context: DeploymentContext, signal?: AbortSignal): Promise<DeployOutcome> {
  return deploy(context, await planDeployment(context), noEvents, signal);
}

/** The same server with another image for the backend: the next deploy makes a new revision. */
export const changed: Server = { ...server, components: { ...server.components, backend: { image: 'be:2' } } };

export const web = ['backend', 'frontend', 'ibackend'];

/** Names of the services of a revision that run. */
export function runningOf(world: FakeWorld, revision: number): readonly string[] {
  return world
    .running(`openimis-test-r${revision}`)
    .map(({ service = '' }) => service)
    .sort();
}

export function bankOn(world: FakeWorld): string | undefined {
  return world.volumes.get('openimis-test_gateway-state')?.files.get('bank');
}

export function stateFile(world: FakeWorld, path: string): string | undefined {
  return world.volumes.get('openimis-test_state')?.files.get(path);
}

/** Which revisions have containers at all. */
export function revisionsOn(world: FakeWorld): readonly string[] {
  const projects = [...world.containers.values()].map(({ project = '' }) => project);
  return [...new Set(projects.filter((project) => /-r\d+$/.test(project)))].sort();
}
