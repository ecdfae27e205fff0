import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { renderProject } from '../../src/rendering/compose.ts';
import { label } from '../../src/stack/labels.ts';
import type { Project, Service } from '../../src/stack/stack.ts';
import { stackOf } from '../stack/fixture.ts';
import { type Compose, current, interpolated, templates } from './compose-reading.ts';

describe('a service', () => {
  const { services, networks, volumes } = parse(renderProject(stackOf().base, stackOf(), templates).compose) as Compose;
  const all = { ...services, ...current(stackOf()).services };

  it('has no name of its own, no bind mount, and ports only on the gateway', () => {
    for (const [name, service] of Object.entries(all)) {
      expect(service).not.toHaveProperty('container_name');
      for (const mount of (service['volumes'] ?? []) as { type: string }[]) expect(mount.type).toBe('volume');
      expect(service['ports'] !== undefined).toBe(name === 'gateway');
    }
  });

  it('is fenced in', () => {
    for (const service of Object.values(all)) {
      expect(service).toMatchObject({
        restart: 'unless-stopped',
        pull_policy: 'never',
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '5' } },
      });
      expect(service).not.toHaveProperty('privileged');
      expect(service['mem_limit']).toBeTypeOf('number');
    }
    expect(Object.entries(all).filter(([, service]) => 'cap_add' in service)).toEqual([]);
    expect(services['gateway']).toMatchObject({ user: '33:33', read_only: true });
  });

  it('carries the labels by which everything of ours is found', () => {
    const stack = stackOf({}, { revision: 7 });
    expect(current(stack).services['backend']?.['labels']).toEqual({
      [label.workspace]: stack.workspace,
      [label.server]: 'test',
      [label.component]: 'backend',
      [label.revision]: '7',
      [label.pinsHash]: stack.pinsHash,
      [label.secretsHash]: stack.secretsHash,
    });
    expect(services['gateway']?.['labels']).toEqual({
      [label.workspace]: stack.workspace,
      [label.server]: 'test',
      [label.component]: 'gateway',
      [label.gatewayDns]: 'new.example.org',
    });
    for (const thing of [...Object.values(networks), ...Object.values(volumes ?? {})])
      expect(thing['labels']).toEqual({ [label.workspace]: stack.workspace, [label.server]: 'test' });
  });

  it('says that it is of the sandbox', () => {
    const stack = stackOf({}, { sandbox: true, projectPrefix: 'openimis-sandbox' });
    expect(current(stack).services['backend']?.['labels']).toMatchObject({ [label.sandbox]: 'true' });
  });

  it('reaches the networks of the server by their full names', () => {
    expect(current(stackOf()).networks['app']).toEqual({ name: 'openimis-test_app', external: true });
    expect(networks['app']).toMatchObject({
      name: 'openimis-test_app',
      internal: false,
      ipam: { config: [{ subnet: '172.16.5.64/26', ip_range: '172.16.5.96/27', gateway: '172.16.5.65' }] },
    });
  });

  it('has replicas where it has many', () => {
    const many = current(stackOf({ components: { backend: {}, worker: { replicas: 3 } } })).services;
    expect(many['worker']?.['deploy']).toEqual({ replicas: 3 });
    expect(many['backend']).not.toHaveProperty('deploy');
  });
});

describe('secrets', () => {
  it('are named, with the variable that Compose reads, and nothing more', () => {
    const stack = stackOf();
    const { secretVariables } = renderProject(stack.current, stack, templates);
    expect(secretVariables).toEqual([
      'OPENIMIS_SECRET_DATABASE_PASSWORD',
      'OPENIMIS_SECRET_DJANGO_SECRET_KEY',
      'OPENIMIS_SECRET_IDENTITY_HEADER',
      'OPENIMIS_SECRET_RABBITMQ_PASSWORD',
    ]);
    const { secrets, services } = current(stack);
    expect(secrets?.['DATABASE_PASSWORD']).toEqual({ environment: 'OPENIMIS_SECRET_DATABASE_PASSWORD' });
    expect(services['worker']?.['secrets']).toEqual(['DATABASE_PASSWORD', 'DJANGO_SECRET_KEY', 'RABBITMQ_PASSWORD']);
    expect(services['frontend']).not.toHaveProperty('secrets');
    expect(renderProject(stack.base, stack, templates).secretVariables).toEqual(['OPENIMIS_SECRET_RABBITMQ_PASSWORD']);
  });

  it('reach nobody else: the identity header only those who have to believe it', () => {
    const { services } = current(stackOf());
    const holders = Object.entries(services).filter(([, service]) =>
      ((service['secrets'] ?? []) as string[]).includes('IDENTITY_HEADER'),
    );
    expect(holders.map(([name]) => name)).toEqual(['backend', 'ibackend']);
  });
});

describe('files', () => {
  it('arrive as templates/compose/ has them', () => {
    const { configs } = current(stackOf());
    for (const [name, path] of [
      ['entrypoint', 'entrypoint'],
      ['serve', 'serve.py'],
      ['health', 'health.py'],
      ['worker-health', 'worker-health'],
    ] as const)
      // prettier-ignore
      expect(interpolated(configs![name]!.content)).toBe(templates.get(`compose/${path}`));
  });

  it('say what is exported, without a secret', () => {
    expect(current(stackOf()).configs?.['exports-worker']?.content).toBe(
      'DB_PASSWORD|DATABASE_PASSWORD||\nSECRET_KEY|DJANGO_SECRET_KEY||\n' +
        'CELERY_BROKER_URL|RABBITMQ_PASSWORD|amqp://openimis:|@172.16.5.194:5672/openimis\n',
    );
  });
});

describe('refuses to render', () => {
  const backend = stackOf().current.services.find(({ name }) => name === 'backend')!;
  const attempt = (change: Partial<Service>): (() => unknown) => {
    const stack = stackOf();
    const project: Project = { ...stack.current, services: [{ ...backend, ...change }] };
    return () => renderProject(project, stack, templates);
  };

  it.each([
    ['no health check', { health: { ...backend.health, test: [] } }],
    ['a health check that is switched off', { health: { ...backend.health, test: ['NONE'] } }],
    ['start', { command: ['start'] }],
    ['start_wsgi', { command: ['start_wsgi'] }],
    ['start_asgi', { command: ['start_asgi'] }],
    ['start in a shell', { entrypoint: ['bash', '-c', 'exec /openimis-be/script/entrypoint.sh "start"'] }],
    ['start through eval', { command: ['eval', './entrypoint.sh start; true'] }],
    ["the image's own command", { command: [] }],
    ["the image's own entrypoint", { entrypoint: [] }],
    ['a migration by variable', { environment: { DJANGO_MIGRATE: 'True' } }],
  ] as const)('%s', (_what, change) => {
    expect(attempt(change)).toThrow(expect.objectContaining({ code: 'BUG' }) as Error);
  });

  it('but not what only looks like it', () => {
    expect(attempt({ command: ['eval', 'exec', 'python', '/openimis/restart-start.py'] })).not.toThrow();
  });
});
