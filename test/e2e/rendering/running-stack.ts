import { once } from 'node:events';
import { createServer } from 'node:net';

import type { ContainerState, Engine } from '../../../src/engines/engine.ts';
import { renderProject, secretVariable } from '../../../src/rendering/compose.ts';
import { candidateSubnets } from '../../../src/stack/addresses.ts';
import { label } from '../../../src/stack/labels.ts';
import type { Stack } from '../../../src/stack/stack.ts';
import type { SecretName } from '../../../src/workspace/server.ts';
import { templates } from '../../rendering/compose-reading.ts';
import { stackOf, testServer } from '../../stack/fixture.ts';
import { upstreamImage } from './upstream-image.ts';

const workspace = '3f6b8f60-58a1-4f0e-9a57-5a1c0f0e7e11';
export const labels = { [label.workspace]: workspace };
const revision = 12;

/** What YAML, Compose, Docker, two shells and an environment have to carry without a change. */
export const hostile = {
  name: `yes: "a'b" \${HOME} $$ $(id) \`id\` \\n;{[#|>&*!%@ é漢😀\u2028\u0085 {{x}} \n second line `,
  user: `'${'$x"\\'.repeat(2500)}'`,
  password: 'first | $HOME "two"  \\\n\n third ${X} `id` ;{\'é漢\t \n',
} as const;

export const secrets: Readonly<Record<string, string>> = {
  DATABASE_PASSWORD: hostile.password,
  DJANGO_SECRET_KEY: '(#$%^&*)-_=+ 0123',
  RABBITMQ_PASSWORD: 'feedc0de'.repeat(8),
  IDENTITY_HEADER: 'ABCDEF01'.repeat(8),
};
const secretEnvironment = Object.fromEntries(
  Object.entries(secrets).map(([name, value]) => [secretVariable(name as SecretName), value]),
);

/** Two revisions of one server, started from their rendered files; healthy. */
export type RunningStack = {
  readonly engine: Engine;
  readonly first: Stack;
  readonly second: Stack;
  /** By service; those of the second revision end in `+`, second replicas in `-2`. */
  readonly containers: Readonly<Record<string, ContainerState>>;
  remove(): Promise<void>;
};

export async function startStacks(engine: Engine): Promise<RunningStack> {
  const image = await upstreamImage(engine);
  const taken = (await engine.networks()).flatMap(({ subnets }) => subnets);
  const subnet = candidateSubnets('e2e-rendering', [...taken, ...(await engine.hostSubnets())])[0]!;
  const [http, https] = await freePorts();
  const stackAt = (number: number): Stack =>
    stackOf(
      {
        name: 'e2e-rendering',
        generation: '24.10',
        legacy: { ip: '127.0.0.1', url: 'http://127.0.0.1/' },
        database: { ...testServer.database, host: '127.0.0.1', name: hostile.name, user: hostile.user },
        gateway: { ...testServer.gateway, http, https, address: '127.0.0.1' },
        components: { frontend: {}, backend: {}, ibackend: {}, worker: { replicas: 2 } },
        healthInterval: 1,
      },
      {
        workspace,
        revision: number,
        subnet,
        images: { gateway: image, rabbitmq: image, frontend: image, backend: image, ibackend: image, worker: image },
      },
    );
  const [first, second] = [stackAt(revision), stackAt(revision + 1)];
  const remove = async (): Promise<void> => {
    for (const project of [first.current.name, second.current.name, first.base.name])
      await engine.down(project, { volumes: true, labels });
  };
  await remove();
  try {
    await engine.up(renderProject(first.base, first, templates), { secrets: secretEnvironment });
    for (const stack of [first, second])
      await engine.up(renderProject(stack.current, stack, templates), { secrets: secretEnvironment });
    return { engine, first, second, containers: await allHealthy(engine, 14), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()].map((server) => server.listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return [ports[0]!, ports[1]!];
}

/** By service; those of the second revision and second replicas have a suffix. */
async function allHealthy(engine: Engine, count: number): Promise<Readonly<Record<string, ContainerState>>> {
  const end = Date.now() + 120_000;
  for (;;) {
    const found = await engine.containers(labels);
    if (found.length === count && found.every(({ health }) => health === 'healthy'))
      return Object.fromEntries(found.map((one) => [keyOf(one), one]));
    if (Date.now() > end || found.some(({ restarts }) => restarts > 0)) throw new Error(JSON.stringify(found, null, 1));
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

export function keyOf({ name, service, labels: labelsOf }: ContainerState): string {
  const number = /-2$/.test(name) ? '-2' : '';
  return `${service}${number}${labelsOf[label.revision] === String(revision + 1) ? '+' : ''}`;
}
