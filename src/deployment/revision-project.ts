import { Failure } from '../failure.ts';
import type { ContainerState } from '../engines/engine.ts';
import type { RenderedFile } from '../rendering/rendered.ts';
import type { Service, Stack } from '../stack/stack.ts';
import { componentContainers } from './base-project.ts';
import { composeSecrets } from './compose-secrets.ts';
import { type DeploymentContext, serverLabels, serverNames } from './context.ts';
import { lastLines, waitHealthy } from './gate.ts';
import { redaction } from './redaction.ts';
import type { RenderedServer } from './render.ts';
import type { StepWork } from './run-steps.ts';

const keptLogLines = 2000;

/** Services by name, in the given order. */
function servicesNamed(stack: Stack, names: readonly string[]): readonly Service[] {
  return names.flatMap((name) => stack.current.services.find((service) => service.name === name) ?? []);
}

export function isWorker({ component }: Pick<Service, 'component'>): boolean {
  return component === 'worker';
}

/**
 * Starts the web services of a revision beside what runs: one backend alone first (two first starts at once on a fresh
 * database kill one), then the rest; returns when all of them have passed the gate.
 */
export async function startWebServices(
  context: DeploymentContext,
  wanted: RenderedServer,
  work: StepWork,
): Promise<void> {
  const { stack } = wanted;
  const web: Service[] = [];
  for (const names of stack.startOrder) {
    const services = servicesNamed(stack, names).filter((service) => !isWorker(service));
    if (services.length === 0) continue;
    await start(context, wanted, services, work);
    web.push(...services);
    await gate(context, stack, web, 1, work);
  }
  await gate(context, stack, web, undefined, work);
}

export async function startWorkers(context: DeploymentContext, wanted: RenderedServer, work: StepWork): Promise<void> {
  const workers = wanted.stack.current.services.filter(isWorker);
  await start(context, wanted, workers, work);
  await gate(context, wanted.stack, workers, undefined, work);
}

async function start(
  context: DeploymentContext,
  { rendered }: RenderedServer,
  services: readonly Service[],
  work: StepWork,
): Promise<void> {
  await context.engine.up(rendered.current, {
    services: services.map(({ name }) => name),
    noRecreate: true,
    secrets: composeSecrets(rendered.current, context.secrets, context.server.name),
    progress: work.progress,
    ...(work.signal === undefined ? {} : { signal: work.signal }),
  });
}

async function gate(
  context: DeploymentContext,
  stack: Stack,
  services: readonly Service[],
  probes: number | undefined,
  work: StepWork,
): Promise<void> {
  const revision = `r${stack.revision}`;
  await waitHealthy(context, {
    project: stack.current.name,
    services,
    revision,
    ...(probes === undefined ? {} : { probes }),
    ...work,
  });
}

/** Runs what upstream wants to be asked once after a start. @throws Failure CONTAINER_UNHEALTHY */
export async function askOnce(context: DeploymentContext, stack: Stack, work: StepWork): Promise<void> {
  for (const { service, argv } of stack.onceAfterStart) {
    const component = stack.current.services.find(({ name }) => name === service)?.component ?? service;
    const [container] = await componentContainers(context, stack.current.name, component);
    if (container === undefined) throw new Failure('CONTAINER_UNHEALTHY', `${service} of r${stack.revision} is gone`);
    work.progress(service);
    const { code, stdout, stderr } = await context.engine.exec(container.id, argv, { timeout: 120 });
    if (code === 0) continue;
    const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-5).join('\n  ');
    throw new Failure(
      'CONTAINER_UNHEALTHY',
      redaction(context.secrets)(`the health page of ${service} of r${stack.revision} reports a problem:\n  ${said}`),
      [`openimis logs ${context.server.name} ${service}`],
    );
  }
}

/** Containers of a revision, newest state. */
export async function revisionContainers(
  context: DeploymentContext,
  revision: number,
): Promise<readonly ContainerState[]> {
  return context.engine.containers({
    ...serverLabels(context),
    'com.docker.compose.project': serverNames(context).revision(revision),
  });
}

/** Last lines of every container of a revision, without secrets, as `logs/<service>.log`. */
export async function keptLogs(context: DeploymentContext, revision: number): Promise<readonly RenderedFile[]> {
  const redact = redaction(context.secrets);
  const byService = Map.groupBy(await revisionContainers(context, revision), ({ service = 'unknown' }) => service);
  const files: RenderedFile[] = [];
  for (const [service, containers] of byService) {
    const lines = await lastLines(
      context,
      containers.map(({ id }) => id),
      keptLogLines,
    );
    files.push({ path: `logs/${service}.log`, content: redact(lines.map((line) => `${line}\n`).join('')) });
  }
  return files;
}

/** Stops and removes the containers of a revision; only what is ours. */
export async function removeRevision(
  context: DeploymentContext,
  revision: number,
  progress: (line: string) => void,
): Promise<void> {
  await context.engine.down(serverNames(context).revision(revision), {
    volumes: false,
    labels: serverLabels(context),
    progress,
  });
}
