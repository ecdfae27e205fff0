import type { Server } from '../workspace/server.ts';
import { apiAuth } from './gateway-plan.ts';
import { backendPort, type GenerationFacts } from './generations.ts';
import type { SecretMount } from './stack.ts';
import { hostForContainers } from './this-box.ts';

export type SiteRoot = 'api' | 'iapi';

/** User and vhost of RabbitMQ; one broker per server, so that queues never mix. */
const brokerUser = 'openimis';
const brokerVhost = 'openimis';

/** Upstream's defaults (all releases: settings.py) with TLS added: DB_OPTIONS replaces the whole default. */
const encryptedDatabaseOptions = JSON.stringify({
  driver: 'ODBC Driver 17 for SQL Server',
  unicode_results: true,
  // The legacy's certificate is self-signed nearly everywhere; a listener in between is kept out, an impostor is not.
  extra_params: 'Encrypt=yes;TrustServerCertificate=yes',
});

/** FreeTDS takes host and port apart (`host_is_server`), speaks no protocol of its own choice, and checks no certificate. */
function freetdsOptions({ encryption }: Server['database']): string {
  const words = encryption === 'required' ? 'require' : 'request';
  return JSON.stringify({
    driver: 'FreeTDS',
    host_is_server: true,
    unicode_results: true,
    extra_params: `TDS_Version=7.4;Encryption=${words}`,
  });
}

function databaseOptions({ database, odbc }: Server): Readonly<Record<string, string>> {
  if (odbc?.driver === 'freetds') return { DB_OPTIONS: freetdsOptions(database) };
  return database.encryption === 'required' ? { DB_OPTIONS: encryptedDatabaseOptions } : {};
}

/** What every process of the backend's image reads: web or worker (domain.md section 3, table of variables). */
function commonEnvironment(server: Server, facts: GenerationFacts): Readonly<Record<string, string>> {
  const { database, gateway } = server;
  const origin = httpsOrigin(server);
  return {
    DB_HOST: hostForContainers(database.host),
    DB_PORT: String(database.port),
    DB_NAME: database.name,
    DB_USER: database.user,
    DB_ENGINE: facts.databaseEngine,
    ...(facts.databaseDefault === undefined ? {} : { DB_DEFAULT: facts.databaseDefault }),
    ...databaseOptions(server),
    SITE_ROOT: 'api',
    ALLOWED_HOSTS: JSON.stringify([gateway.dns]),
    ROW_SECURITY: 'True',
    ...(facts.siteUrl ? { SITE_URL: origin } : {}),
    ...(facts.frontendUrl === undefined ? {} : { [facts.frontendUrl]: `${origin}/front` }),
    ...(facts.logHandler ? { DJANGO_LOG_HANDLER: 'console' } : {}),
    ...(facts.mode ? { MODE: 'PROD' } : {}),
    ...(facts.csrfTrustedOrigins ? { CSRF_TRUSTED_ORIGINS: origin } : {}),
  };
}

export function workerEnvironment(server: Server, facts: GenerationFacts): Readonly<Record<string, string>> {
  return commonEnvironment(server, facts);
}

export type WebProcess = {
  readonly siteRoot: SiteRoot;
  /** The one address it listens on. */
  readonly address: string;
  /** The gateway in the same network; the scheduler has none. */
  readonly gateway?: string;
  readonly sandbox: boolean;
};

export function webEnvironment(
  server: Server,
  facts: GenerationFacts,
  web: WebProcess,
): Readonly<Record<string, string>> {
  return {
    ...commonEnvironment(server, facts),
    SITE_ROOT: web.siteRoot,
    // The sandbox is visited under the box's own names; anywhere else another Host header is somebody's trick.
    ...(web.sandbox ? { ALLOWED_HOSTS: JSON.stringify([server.gateway.dns, 'localhost', '127.0.0.1']) } : {}),
    // Up to 1.3 any text turns it on, even "False": where it must be off, it is absent.
    ...(gatewayNamesUsers(server) ? { REMOTE_USER_AUTHENTICATION: 'True' } : {}),
    OPENIMIS_LISTEN: `${web.address}:${backendPort}`,
    OPENIMIS_HOST: server.gateway.dns,
    ...(facts.trustsProxy && web.gateway !== undefined ? { OPENIMIS_TRUSTED_PROXY: web.gateway } : {}),
  };
}

/** Does the gateway tell a backend who the user is: a signed-on one, or an API user? */
function gatewayNamesUsers(server: Server): boolean {
  return server.gateway.signOn === 'legacy' || apiAuth(server) === 'basic';
}

/** Secrets of the backend's image; a web process is also told in which header the gateway names the user. */
export function backendSecrets(
  server: Server,
  facts: GenerationFacts,
  process: 'web' | 'worker',
  broker: string,
): readonly SecretMount[] {
  const amqp = {
    secret: 'RABBITMQ_PASSWORD',
    prefix: `amqp://${brokerUser}:`,
    suffix: `@${broker}:5672/${brokerVhost}`,
  } as const;
  return [
    { secret: 'DATABASE_PASSWORD', env: 'DB_PASSWORD' },
    { secret: 'DJANGO_SECRET_KEY', env: 'SECRET_KEY' },
    { ...amqp, env: 'CELERY_BROKER_URL' },
    ...(facts.channelsOverAmqp ? [{ ...amqp, env: 'CHANNELS_HOST' }] : []),
    ...(process === 'web' && gatewayNamesUsers(server)
      ? [{ secret: 'IDENTITY_HEADER', env: 'REMOTE_USER_HEADER_NAME', prefix: 'HTTP_X_OPENIMIS_' } as const]
      : []),
  ];
}

/** `https://new.example.org`, with the port when it is not 443. */
function httpsOrigin({ gateway }: Server): string {
  return `https://${gateway.dns}${gateway.https === 443 ? '' : `:${gateway.https}`}`;
}
