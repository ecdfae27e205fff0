import { buildStack, type StackInputs } from '../../src/stack/build-stack.ts';
import type { Stack } from '../../src/stack/stack.ts';
import type { Server } from '../../src/workspace/server.ts';

/** The catalogue's `test` server with its missing values filled in. */
export const testServer: Server = {
  name: 'test',
  legacy: { dns: 'imistest.hib.gov.np', ip: '203.0.113.10', url: 'http://imistest.hib.gov.np/' },
  database: {
    host: '203.0.113.10',
    port: 1433,
    name: 'openIMIS-demo-1.3.0',
    user: 'imisuser',
    encryption: 'required',
  },
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
  components: { frontend: {}, ibackend: {}, backend: {}, worker: { replicas: 1 } },
  pins: {},
  extra: {},
  healthInterval: 10,
};

export const testInputs: StackInputs = {
  workspace: '5b1f4a4e-6d2b-4a39-9d0a-3c0d8f0c1a11',
  revision: 1,
  projectPrefix: 'openimis',
  subnet: '172.16.5.0/24',
  images: {
    gateway: 'openimis-gateway:0123456789abcdef',
    rabbitmq: 'openimis-rabbitmq:0123456789abcdef',
    frontend: 'registry.example.org/openimis/fe:1',
    backend: 'registry.example.org/openimis/be:1',
    ibackend: 'registry.example.org/openimis/ibe:1',
    worker: 'registry.example.org/openimis/be:1',
  },
  sandbox: false,
  secretsHash: '1111111111111111',
  pinsHash: '2222222222222222',
};

export function stackFrom(server: Server, inputs: Partial<StackInputs> = {}): Stack {
  return buildStack(server, { ...testInputs, ...inputs });
}

/** The `test` server with some values replaced. */
export function stackOf(server: Partial<Server> = {}, inputs: Partial<StackInputs> = {}): Stack {
  return stackFrom({ ...testServer, ...server }, inputs);
}

export function withoutLegacy(server: Server): Server {
  const rest: { -readonly [Key in keyof Server]: Server[Key] } = { ...server };
  delete rest.legacy;
  return { ...rest, gateway: { ...server.gateway, signOn: 'application' } };
}
