import { bankOf, type NetworkAddresses } from './addresses.ts';
import type { Server } from '../workspace/server.ts';
import { backendSecrets, type SiteRoot, webEnvironment, workerEnvironment } from './environment.ts';
import { frontendPort, generationFacts } from './generations.ts';
import { frontendHealth, webHealth, workerHealth } from './health.ts';
import type { FileMount, NetworkName, SecretMount, Service } from './stack.ts';
import { extraHostsFor } from './this-box.ts';

const mebibyte = 1024 * 1024;

/** Limits in bytes; measured use of 24.10: backend 300 MB, worker 360-380 MB (domain.md, "Seen"). */
const applicationMemory = {
  backend: 1024 * mebibyte,
  worker: 1024 * mebibyte,
  frontend: 512 * mebibyte,
} as const;

/** Upstream's entrypoint in the backend images (be:Dockerfile, every release). */
const upstreamEntrypoint = '/openimis-be/script/entrypoint.sh';

/** Ours runs first and exports the secrets; upstream's `eval` then runs the command. Never its `start`: that migrates. */
const backendEntrypoint = ['/bin/sh', '/openimis/entrypoint', upstreamEntrypoint] as const;

const template = (name: string, file: string): FileMount => ({
  name,
  target: `/openimis/${file}`,
  template: `compose/${file}`,
  mode: 0o444,
});

export type RevisionInputs = {
  readonly revision: number;
  readonly sandbox: boolean;
  readonly addresses: Readonly<Record<NetworkName, NetworkAddresses>>;
};

const common = {
  volumes: [],
  ports: [],
  init: true,
  replicas: 1,
} as const;

/** backend (SITE_ROOT api) or ibackend (SITE_ROOT iapi). */
export function webService(
  component: 'backend' | 'ibackend',
  server: Server,
  image: string,
  inputs: RevisionInputs,
): Service {
  const facts = generationFacts[server.generation];
  const network = component === 'backend' ? 'app' : 'iapp';
  const siteRoot: SiteRoot = component === 'backend' ? 'api' : 'iapi';
  const addresses = inputs.addresses[network];
  const address = addresses.banks[bankOf(inputs.revision)]!;
  const secrets = backendSecrets(server, facts, 'web', inputs.addresses.queue.fixed);
  return {
    ...common,
    name: component,
    component,
    image,
    entrypoint: backendEntrypoint,
    command: ['eval', 'exec', 'python', '/openimis/serve.py'],
    environment: webEnvironment(server, facts, {
      siteRoot,
      address,
      gateway: addresses.fixed,
      sandbox: inputs.sandbox,
    }),
    secrets,
    files: [
      template('entrypoint', 'entrypoint'),
      exportsFile(component, secrets),
      template('serve', 'serve.py'),
      template('health', 'health.py'),
    ],
    networks: { [network]: { address }, queue: {} },
    extraHosts: extraHostsFor(server.database.host),
    health: webHealth(facts, siteRoot, server.healthInterval),
    memory: applicationMemory.backend,
    // serve.py lets running requests end.
    stopGrace: 20,
  };
}

/**
 * Upstream's scheduler, which starts inside any Django process that finds SCHEDULER_AUTOSTART. In a process of its own
 * that nobody can reach, so that it stops and starts with the workers: never two generations of it beside each other.
 */
export function schedulerService(server: Server, image: string, siteRoot: SiteRoot, inputs: RevisionInputs): Service {
  const facts = generationFacts[server.generation];
  const web = webService(siteRoot === 'api' ? 'backend' : 'ibackend', server, image, inputs);
  return {
    ...web,
    name: 'scheduler',
    component: 'worker',
    environment: {
      ...webEnvironment(server, facts, { siteRoot, address: '127.0.0.1', sandbox: inputs.sandbox }),
      SCHEDULER_AUTOSTART: 'True',
    },
    networks: { queue: {} },
  };
}

/** The worker reaches the database through `queue`; on `app` it could open the backend's port. */
export function workerService(server: Server, image: string, inputs: RevisionInputs): Service {
  const facts = generationFacts[server.generation];
  const secrets = backendSecrets(server, facts, 'worker', inputs.addresses.queue.fixed);
  return {
    ...common,
    name: 'worker',
    component: 'worker',
    image,
    entrypoint: backendEntrypoint,
    // Two processes, not one per core: each is a whole Django, and the memory has a limit. More work: more replicas.
    command: ['eval', 'exec', 'celery', '-A', 'openIMIS', 'worker', '--loglevel=INFO', '--concurrency=2'],
    environment: workerEnvironment(server, facts),
    secrets,
    files: [
      template('entrypoint', 'entrypoint'),
      exportsFile('worker', secrets),
      template('worker-health', 'worker-health'),
    ],
    networks: { queue: {} },
    extraHosts: extraHostsFor(server.database.host),
    health: workerHealth(server.healthInterval),
    replicas: server.components.worker?.replicas ?? 1,
    memory: applicationMemory.worker,
    // Celery ends its running tasks before it goes (warm shutdown).
    stopGrace: 60,
  };
}

/** The React application, served by what its image holds (fe:Dockerfile). */
export function frontendService(server: Server, image: string, inputs: RevisionInputs): Service {
  const facts = generationFacts[server.generation];
  const isNginx = facts.frontend === 'nginx';
  return {
    ...common,
    name: 'frontend',
    component: 'frontend',
    image,
    entrypoint: isNginx ? ['/bin/bash', '/script/entrypoint.sh'] : ['serve'],
    command: isNginx ? ['nginx', '-g', 'daemon off;'] : ['-s', 'build'],
    environment: isNginx
      ? {
          NEW_OPENIMIS_HOST: server.gateway.dns,
          PUBLIC_URL: 'front',
          REACT_APP_API_URL: 'api',
          ROOT_MOBILEAPI: 'rest',
          ...facts.frontendVariables,
        }
      : { PORT: String(frontendPort(facts)) },
    secrets: [],
    files: [],
    networks: { web: { address: inputs.addresses.web.banks[bankOf(inputs.revision)]! } },
    extraHosts: {},
    health: frontendHealth(facts, server.healthInterval),
    memory: applicationMemory.frontend,
    stopGrace: 10,
    // nginx starts as root and gives its workers to another user.
    ...(isNginx ? { capabilities: ['CHOWN', 'NET_BIND_SERVICE', 'SETGID', 'SETUID'] } : {}),
  };
}

/** What our entrypoint exports: one line per variable, `NAME|SECRET|PREFIX|SUFFIX`. No secret is in it. */
function exportsFile(service: string, secrets: readonly SecretMount[]): FileMount {
  const lines = secrets.map(
    ({ env, secret, prefix = '', suffix = '' }) => `${env ?? ''}|${secret}|${prefix}|${suffix}\n`,
  );
  return { name: `exports-${service}`, target: '/openimis/exports', content: lines.join(''), mode: 0o444 };
}
