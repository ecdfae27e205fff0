import { isIPv4 } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import type { Engine, Progress } from '../engines/engine.ts';
import { Failure } from '../failure.ts';
import { label } from '../stack/labels.ts';
import type { SandboxState } from './sandbox-folder.ts';
import { sandboxDatabase } from './sandbox-workspace.ts';
import { sandboxProject, standInProject, standInSecrets } from './stand-in-project.ts';

export type StandIns = {
  readonly image: string;
  readonly workspace: string;
  readonly state: SandboxState;
  readonly progress: Progress;
  readonly signal: AbortSignal;
};

/** Seconds until both must be healthy. */
const patience = 60;

/** Starts (or keeps) the two stand-ins and waits until both are healthy. */
export async function startStandIns(
  engine: Engine,
  { image, workspace, state, progress, signal }: StandIns,
): Promise<void> {
  const labels = { [label.workspace]: workspace, [label.server]: 'sandbox' };
  const project = standInProject({
    image,
    workspace,
    ports: state.ports,
    addresses: ['127.0.0.1', await bridgeAddress(engine, image, labels)],
    legacyVersion: state.legacyVersion,
    database: sandboxDatabase,
  });
  const secrets = {
    [standInSecrets.databasePassword]: state.databasePassword,
    [standInSecrets.userPassword]: state.userPassword,
  };
  await engine.up(project, { secrets, progress, signal });
  for (let second = 0; second < patience; second++) {
    const containers = await engine.containers({ 'com.docker.compose.project': sandboxProject, ...labels });
    const waiting = containers.filter(({ health }) => health !== 'healthy');
    if (containers.length >= 2 && waiting.length === 0) return;
    progress(`waiting for ${waiting.map(({ service, health }) => `${service ?? ''} (${health})`).join(', ')}`);
    await wait(1000, undefined, { signal });
  }
  throw new Failure('CONTAINER_UNHEALTHY', `the stand-ins did not become healthy within ${patience} s`, [
    `docker compose -p ${sandboxProject} logs`,
    'openimis sandbox down, then openimis sandbox up',
  ]);
}

/** The address that `host-gateway` stands for on this engine. */
async function bridgeAddress(engine: Engine, image: string, labels: Readonly<Record<string, string>>): Promise<string> {
  const { stdout } = await engine.runOnce({
    image,
    argv: ['cat', '/etc/hosts'],
    extraHosts: { 'host.docker.internal': 'host-gateway' },
    labels,
    timeout: 30,
  });
  const address = stdout
    .split('\n')
    .find((line) => line.split(/\s+/).includes('host.docker.internal'))
    ?.split(/\s+/)[0];
  if (address === undefined || !isIPv4(address))
    throw new Failure('ENGINE_TOO_OLD', 'the engine does not tell the address of its own box (host-gateway)', [
      'upgrade Docker to 20.10 or later',
    ]);
  return address;
}
