import { describe, expect, it } from 'vitest';

import { type Generation, generations, since } from '../../src/modules/generation.ts';
import type { Service, Stack } from '../../src/stack/stack.ts';
import { stackFrom, stackOf, testServer, withoutLegacy } from './fixture.ts';

const service = (stack: Stack, name: string): Service => stack.current.services.find((one) => one.name === name)!;
const environment = (generation: Generation, name = 'backend'): Readonly<Record<string, string>> =>
  service(stackOf({ generation }), name).environment;
const exported = (stack: Stack, name: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    service(stack, name).secrets.map(
      ({ env = '?', prefix = '', secret, suffix = '' }) => [env, `${prefix}<${secret}>${suffix}`] as const,
    ),
  );

/** What settings.py of that release needs to find the legacy database (domain.md section 3). */
const drivers: readonly (readonly [Generation, string, string | undefined])[] = [
  ['1.0', 'sql_server.pyodbc', undefined],
  ['1.1', 'sql_server.pyodbc', undefined],
  ['1.2', 'sql_server.pyodbc', undefined],
  ['1.3', 'sql_server.pyodbc', undefined],
  ['1.4', 'sql_server.pyodbc', undefined],
  ['1.5', 'mssql', undefined],
  ['23.04', 'mssql', undefined],
  ['23.10', 'mssql', undefined],
  ['24.04', 'mssql', 'MSSQL'],
  ['24.10', 'mssql', 'mssql'],
];

describe('database', () => {
  it.each(drivers)('%s: DB_ENGINE %s, DB_DEFAULT %s', (generation, engine, chosen) => {
    for (const name of ['backend', 'ibackend', 'worker']) {
      const variables = environment(generation, name);
      expect([variables['DB_ENGINE'], variables['DB_DEFAULT']]).toEqual([engine, chosen]);
      expect(variables).toMatchObject({
        DB_HOST: '203.0.113.10',
        DB_PORT: '1433',
        DB_NAME: 'openIMIS-demo-1.3.0',
        DB_USER: 'imisuser',
      });
    }
  });

  it('encrypts when the operator asks for it, and leaves upstream its default otherwise', () => {
    const options = JSON.parse(environment('1.1')['DB_OPTIONS'] ?? '') as Record<string, unknown>;
    expect(options).toEqual({
      driver: 'ODBC Driver 17 for SQL Server',
      unicode_results: true,
      extra_params: 'Encrypt=yes;TrustServerCertificate=yes',
    });
    const plain = stackOf({ database: { ...testServer.database, encryption: 'optional' } });
    expect(service(plain, 'backend').environment).not.toHaveProperty('DB_OPTIONS');
  });

  it('names FreeTDS where that is the driver of the image', () => {
    for (const [encryption, words] of [
      ['required', 'Encryption=require'],
      ['optional', 'Encryption=request'],
    ] as const) {
      const { database } = testServer;
      const stack = stackOf({ odbc: { driver: 'freetds' }, database: { ...database, encryption } });
      const options = JSON.parse(service(stack, 'worker').environment['DB_OPTIONS'] ?? '') as Record<string, unknown>;
      expect(options).toMatchObject({
        driver: 'FreeTDS',
        host_is_server: true,
        extra_params: `TDS_Version=7.4;${words}`,
      });
    }
  });
});

describe('sign-on', () => {
  it('names the header secretly and turns remote users on, for the web processes only', () => {
    const stack = stackOf();
    for (const name of ['backend', 'ibackend']) {
      expect(service(stack, name).environment['REMOTE_USER_AUTHENTICATION']).toBe('True');
      expect(exported(stack, name)['REMOTE_USER_HEADER_NAME']).toBe('HTTP_X_OPENIMIS_<IDENTITY_HEADER>');
    }
    expect(service(stack, 'worker').environment).not.toHaveProperty('REMOTE_USER_AUTHENTICATION');
    expect(exported(stack, 'worker')).not.toHaveProperty('REMOTE_USER_HEADER_NAME');
  });

  it('is absent where the application signs on: up to 1.3 even "False" means on', () => {
    for (const generation of generations) {
      const stack = stackFrom(withoutLegacy({ ...testServer, generation }));
      for (const name of ['backend', 'ibackend']) {
        expect(service(stack, name).environment).not.toHaveProperty('REMOTE_USER_AUTHENTICATION');
        expect(exported(stack, name)).not.toHaveProperty('REMOTE_USER_HEADER_NAME');
      }
    }
  });

  it('is there for the API users of a server whose application signs people on', () => {
    const server = withoutLegacy({ ...testServer, generation: '24.10', components: { backend: {} } });
    const stack = stackFrom({ ...server, gateway: { ...server.gateway, api: { auth: 'basic' } } });
    expect(service(stack, 'backend').environment['REMOTE_USER_AUTHENTICATION']).toBe('True');
    expect(exported(stack, 'backend')['REMOTE_USER_HEADER_NAME']).toBe('HTTP_X_OPENIMIS_<IDENTITY_HEADER>');
  });

  it('gives each process its root', () => {
    expect([environment('1.1')['SITE_ROOT'], environment('1.1', 'ibackend')['SITE_ROOT']]).toEqual(['api', 'iapi']);
  });
});

describe('scheduler', () => {
  const owners = (generation: Generation, components = testServer.components): readonly string[] =>
    stackOf({ generation, components })
      .current.services.filter(({ environment }) => 'SCHEDULER_AUTOSTART' in environment)
      .map(({ name }) => name);

  it('runs in exactly one process where the release has one', () => {
    for (const generation of generations)
      expect(owners(generation)).toEqual(since(generation, '1.2') ? ['scheduler'] : []);
  });

  it('runs beside the ibackend when there is no backend, and without a worker too', () => {
    expect(owners('1.3', { ibackend: {}, worker: {} })).toEqual(['scheduler']);
    expect(owners('1.3', { backend: {} })).toEqual(['scheduler']);
    expect(owners('1.3', { frontend: {} })).toEqual([]);
  });

  it('stops and starts with the workers, and nobody can open its port', () => {
    const { current, startOrder } = stackOf({ generation: '1.4' });
    const scheduler = current.services.find(({ name }) => name === 'scheduler');
    expect(scheduler).toMatchObject({ component: 'worker', networks: { queue: {} }, ports: [] });
    expect(scheduler?.environment['OPENIMIS_LISTEN']).toBe('127.0.0.1:8000');
    expect(startOrder.at(-1)).toEqual(['worker', 'scheduler']);
  });
});

describe('secrets', () => {
  it('reach the broker with a user and a vhost of their own', () => {
    for (const name of ['backend', 'ibackend', 'worker'])
      expect(exported(stackOf(), name)).toMatchObject({
        DB_PASSWORD: '<DATABASE_PASSWORD>',
        SECRET_KEY: '<DJANGO_SECRET_KEY>',
        CELERY_BROKER_URL: 'amqp://openimis:<RABBITMQ_PASSWORD>@172.16.5.194:5672/openimis',
      });
  });

  it('have the channels too, where channels speak AMQP', () => {
    const withChannels = generations.filter(
      (generation) => 'CHANNELS_HOST' in exported(stackOf({ generation }), 'backend'),
    );
    expect(withChannels).toEqual(['1.2', '1.3', '1.4', '1.5', '23.04', '23.10']);
  });

  it('are in no variable of any service', () => {
    for (const generation of generations)
      for (const { environment: variables } of stackOf({ generation }).current.services)
        for (const name of [
          'DB_PASSWORD',
          'SECRET_KEY',
          'CELERY_BROKER_URL',
          'CHANNELS_HOST',
          'REMOTE_USER_HEADER_NAME',
        ])
          expect(variables).not.toHaveProperty(name);
  });
});

describe('by generation', () => {
  const having = (variable: string): readonly Generation[] =>
    generations.filter((generation) => variable in environment(generation));

  it.each([
    ['SITE_URL', '1.3'],
    ['DJANGO_LOG_HANDLER', '1.4'],
    ['FRONTEND_URL', '1.5'],
    ['MODE', '24.04'],
    ['OPENIMIS_TRUSTED_PROXY', '24.04'],
    ['CSRF_TRUSTED_ORIGINS', '24.10'],
  ] as const)('%s since %s', (variable, first) => {
    expect(having(variable)).toEqual(generations.filter((generation) => since(generation, first)));
  });

  it('spells the address of the frontend as 1.4 does', () => {
    expect(having('FRONTENT_URL')).toEqual(['1.4']);
  });

  it('hardens 24.x and never sets DEBUG', () => {
    expect(environment('24.10')['MODE']).toBe('PROD');
    expect(having('DEBUG')).toEqual([]);
    expect(having('DJANGO_MIGRATE')).toEqual([]);
  });

  it('believes the gateway of its own network', () => {
    expect(environment('24.10')['OPENIMIS_TRUSTED_PROXY']).toBe('172.16.5.66');
    expect(environment('24.10', 'ibackend')['OPENIMIS_TRUSTED_PROXY']).toBe('172.16.5.130');
  });

  it('names the port in addresses when it is not the usual one', () => {
    const stack = stackOf({ generation: '24.10', gateway: { ...testServer.gateway, https: 8443 } });
    expect(service(stack, 'backend').environment).toMatchObject({
      SITE_URL: 'https://new.example.org:8443',
      FRONTEND_URL: 'https://new.example.org:8443/front',
      CSRF_TRUSTED_ORIGINS: 'https://new.example.org:8443',
      ALLOWED_HOSTS: '["new.example.org"]',
    });
  });

  it('answers to names of the box in the sandbox only', () => {
    const sandbox = stackOf({}, { sandbox: true, projectPrefix: 'openimis-sandbox' });
    expect(service(sandbox, 'backend').environment['ALLOWED_HOSTS']).toBe(
      '["new.example.org","localhost","127.0.0.1"]',
    );
  });
});

describe('frontend', () => {
  it('is served as its image can: `serve` on 5000, from 23.04 on nginx on 80', () => {
    for (const generation of generations) {
      const stack = stackOf({ generation });
      const frontend = service(stack, 'frontend');
      const isNginx = since(generation, '23.04');
      expect(frontend.command?.join(' ')).toBe(isNginx ? 'nginx -g daemon off;' : '-s build');
      expect(frontend.environment['PORT']).toBe(isNginx ? undefined : '5000');
      expect(stack.gateway.banks[3]?.frontend.port).toBe(isNginx ? 80 : 5000);
      expect(frontend.secrets).toEqual([]);
    }
  });

  it('fills the variable that 24.04 nginx would not know', () => {
    expect(environment('24.04', 'frontend')).toMatchObject({ OPENSEARCH_BASIC_TOKEN: '', FORCE_RELOAD: '0' });
    expect(environment('23.04', 'frontend')).not.toHaveProperty('OPENSEARCH_BASIC_TOKEN');
  });
});
