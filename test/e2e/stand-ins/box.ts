import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { stringify } from 'yaml';

import type { ContainerState, Engine } from '../../../src/engines/engine.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { imageBuild } from '../../../src/rendering/images.ts';
import { loadTemplates } from '../../../src/rendering/templates/load.ts';
import { buildStandInImage } from '../../../src/sandbox/stand-in-image.ts';
import { label } from '../../../src/stack/labels.ts';

export const project = 'openimis-e2e-stand-ins';
export const labels = { [label.workspace]: project, [label.server]: 'e2e-stand-ins' };
export const passwords = { database: 'database $ecret', broker: 'b'.repeat(32), users: 'users-1' } as const;

const identityHex = 'C'.repeat(64);
export const identity = `X-Openimis-${identityHex}`;

export type Images = { readonly standIn: string; readonly rabbitmq: string };

/** Both images, made as the product makes them. */
export async function buildImages(engine: Engine): Promise<Images> {
  const signal = new AbortController().signal;
  const standIn = await buildStandInImage(engine, () => {}, signal);
  const templates = await loadTemplates(packageRoot(), ['images']);
  const rabbitmq = imageBuild('rabbitmq', await engine.baseImage(), templates, labels);
  await engine.buildImage(rabbitmq);
  return { standIn, rabbitmq: rabbitmq.tag };
}

const backend = '/openimis-be/script/entrypoint.sh';
/** Exports the secrets' variables and becomes upstream's entrypoint, as the product's own entrypoint does. */
const withSecrets = (line: string): readonly string[] => [
  '/bin/sh',
  '-c',
  `${line}; exec ${backend} "$@"`,
  'entrypoint',
];
const read = (name: string, secret: string, prefix = '', suffix = ''): string =>
  `IFS= read -r v < /run/secrets/${secret} || [ -n "$v" ]; export ${name}="${prefix}$v${suffix}"`;

const database = { DB_HOST: 'sql-server', DB_PORT: '1433', DB_NAME: 'openIMIS', DB_USER: 'imisuser' };

/** The Compose project of one of everything that the image can be. */
async function composeFile({ standIn, rabbitmq }: Images): Promise<string> {
  const health = await readFile(join(packageRoot(), 'templates/compose/health.py'), 'utf8');
  const workerHealth = await readFile(join(packageRoot(), 'templates/compose/worker-health'), 'utf8');
  const common = { image: standIn, labels, init: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] };
  const standInProcess = { ...common, entrypoint: ['node', '/app/stand-ins.mjs'] };
  const password = read('DB_PASSWORD', 'database_password').replaceAll('$', '$$$$');
  const broker = read(
    'CELERY_BROKER_URL',
    'RABBITMQ_PASSWORD',
    'amqp://openimis:',
    '@rabbitmq:5672/openimis',
  ).replaceAll('$', '$$$$');
  const web = withSecrets(password).map((part) => part.replace('"$@"', '"$$@"'));
  const worker = withSecrets(broker).map((part) => part.replace('"$@"', '"$$@"'));
  return stringify({
    name: project,
    networks: { default: { labels } },
    secrets: {
      database_password: { environment: 'E2E_DATABASE' },
      user_password: { environment: 'E2E_USERS' },
      RABBITMQ_PASSWORD: { environment: 'E2E_BROKER' },
    },
    configs: {
      health: { content: health.replaceAll('$', '$$') },
      'worker-health': { content: workerHealth.replaceAll('$', '$$$$') },
    },
    services: {
      rabbitmq: {
        image: rabbitmq,
        labels,
        init: true,
        hostname: 'rabbitmq',
        secrets: ['RABBITMQ_PASSWORD'],
        cap_drop: ['ALL'],
      },
      'sql-server': {
        ...standInProcess,
        command: ['sql-server'],
        secrets: ['database_password'],
        environment: {
          SQL_SERVER_PASSWORD_FILE: '/run/secrets/database_password',
          SQL_SERVER_ENCRYPTION: 'required',
        },
      },
      'legacy-site': {
        ...standInProcess,
        command: ['legacy-site'],
        secrets: ['user_password'],
        environment: { LEGACY_PASSWORD_FILE: '/run/secrets/user_password', LEGACY_VERSION: '1.4.1' },
      },
      ibackend: {
        ...common,
        entrypoint: web,
        command: ['eval', 'exec', 'python', '/openimis/serve.py'],
        secrets: ['database_password'],
        configs: [{ source: 'health', target: '/openimis/health.py' }],
        environment: {
          ...database,
          SITE_ROOT: 'iapi',
          OPENIMIS_LISTEN: '0.0.0.0:8000',
          OPENIMIS_HOST: 'new.example.org',
          ALLOWED_HOSTS: '["new.example.org"]',
          REMOTE_USER_AUTHENTICATION: 'True',
          REMOTE_USER_HEADER_NAME: `HTTP_X_OPENIMIS_${identityHex}`,
        },
      },
      worker: {
        ...common,
        entrypoint: worker,
        command: ['eval', 'exec', 'celery', '-A', 'openIMIS', 'worker', '--loglevel=INFO', '--concurrency=2'],
        secrets: ['RABBITMQ_PASSWORD'],
        configs: [{ source: 'worker-health', target: '/openimis/worker-health' }],
        stop_grace_period: '30s',
      },
      'frontend-serve': { ...common, entrypoint: ['serve'], command: ['-s', 'build'], environment: { PORT: '5000' } },
      'frontend-nginx': {
        ...common,
        entrypoint: ['/bin/bash', '/script/entrypoint.sh'],
        command: ['nginx', '-g', 'daemon off;'],
      },
    },
  });
}

export async function startAll(engine: Engine, images: Images): Promise<void> {
  const secrets = { E2E_DATABASE: passwords.database, E2E_USERS: passwords.users, E2E_BROKER: passwords.broker };
  const compose = await composeFile(images);
  await engine.up({ name: project, compose, secretVariables: Object.keys(secrets) }, { secrets });
}

export async function containerOf(engine: Engine, service: string): Promise<ContainerState> {
  const found = (await engine.containers(labels)).find((one) => one.service === service);
  if (found === undefined) throw new Error(`there is no container of ${service}`);
  return found;
}

/** Everything a container has said so far. */
export async function logOf(engine: Engine, service: string): Promise<string> {
  const { id } = await containerOf(engine, service);
  const lines: string[] = [];
  for await (const { text } of engine.logs([id], {})) lines.push(text);
  return lines.join('\n');
}
