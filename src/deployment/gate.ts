import { Failure } from '../failure.ts';
import type { ContainerState } from '../engines/engine.ts';
import type { Service } from '../stack/stack.ts';
import type { DeploymentContext } from './context.ts';
import { serverLabels } from './context.ts';
import { redaction } from './redaction.ts';

/** Successful probes in a row before a container counts as healthy (design.md section 5). */
export const probesNeeded = 3;
const logLines = 20;
const pollSeconds = 0.5;

export type Verdict =
  | { readonly kind: 'ready' }
  | { readonly kind: 'waiting'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string; readonly memory: boolean };

/**
 * Judges one container.
 * @param restartsBefore restarts it already had when the watch began (a long-lived one may have some)
 */
export function judge(container: ContainerState, restartsBefore = 0, probes = probesNeeded): Verdict {
  const { state, health, exitCode, oomKilled, restarts, healthyProbes, lastProbe } = container;
  const failed = (why: string, memory = false): Verdict => ({ kind: 'failed', why, memory });
  if (oomKilled) return failed('was killed because it used more memory than it may (exit code 137)', true);
  if (state === 'exited' || state === 'dead' || state === 'restarting' || restarts > restartsBefore) {
    const ended = endWords(exitCode);
    const loop = restarts > restartsBefore ? ` and was restarted ${count(restarts - restartsBefore, 'time')}` : '';
    return failed(`${ended}${loop}`, exitCode === 137);
  }
  if (state === 'paused' || state === 'removing') return failed(`is ${state}: somebody else changed it`);
  if (state === 'created') return { kind: 'waiting', why: 'not started yet' };
  switch (health) {
    case 'none':
      return failed('has no health check, so nobody can know whether it works');
    case 'unhealthy':
      return failed(`is unhealthy${lastProbe === undefined || lastProbe === '' ? '' : `: ${lastProbe}`}`);
    case 'starting':
      return {
        kind: 'waiting',
        why: lastProbe === undefined || lastProbe === '' ? 'starting' : `starting: ${lastProbe}`,
      };
    case 'healthy':
      return healthyProbes >= probes
        ? { kind: 'ready' }
        : { kind: 'waiting', why: `healthy, probe ${healthyProbes} of ${probes}` };
  }
}

function endWords(exitCode: number | undefined): string {
  if (exitCode === undefined) return 'ended';
  if (exitCode === 137) return 'was killed (exit code 137: most likely too little memory)';
  if (exitCode === 0) return 'ended by itself (exit code 0)';
  return `ended with exit code ${exitCode}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Seconds after which a service that is neither healthy nor broken counts as stuck. */
export function patience({ health }: Pick<Service, 'health'>): number {
  return health.startPeriod + (health.retries + probesNeeded) * (health.interval + health.timeout) + 30;
}

export type Watch = {
  readonly project: string;
  readonly services: readonly Service[];
  /** How people name it: `r3`, or undefined for gateway and queue. */
  readonly revision?: string;
  /** Successful probes in a row that make it healthy. */
  readonly probes?: number;
  readonly signal?: AbortSignal | undefined;
  readonly progress: (line: string) => void;
};

/**
 * Waits until every container of the services is healthy.
 * @throws Failure CONTAINER_UNHEALTHY with the last log lines, the exit code and the next command
 */
export async function waitHealthy(context: DeploymentContext, watch: Watch): Promise<void> {
  const before = new Map(
    (await members(context, watch)).map(({ id, restarts, state }) => [id, state === 'running' ? restarts : 0]),
  );
  const began = context.clock.now().getTime();
  const limit = Math.max(...watch.services.map(patience));
  for (;;) {
    watch.signal?.throwIfAborted();
    const containers = await members(context, watch);
    const waiting: string[] = [];
    for (const service of watch.services) {
      const own = containers.filter((container) => container.service === service.name);
      for (const container of own) {
        const restarts = watch.revision === undefined ? (before.get(container.id) ?? 0) : 0;
        const verdict = judge(container, restarts, watch.probes);
        if (verdict.kind === 'failed') {
          const ended = await withExitCode(context, watch, container);
          throw await unhealthy(context, watch, service, ended, judgedAgain(ended, restarts, verdict));
        }
        if (verdict.kind === 'waiting') waiting.push(`${service.name}: ${verdict.why}`);
      }
      if (own.length < service.replicas) waiting.push(`${service.name}: no container yet`);
    }
    if (waiting.length === 0) return;
    watch.progress(waiting.join(', '));
    const waited = (context.clock.now().getTime() - began) / 1000;
    if (waited > limit) throw await stuck(context, watch, containers, waiting, waited);
    await context.clock.sleep(pollSeconds, watch.signal);
  }
}

type Failed = Extract<Verdict, { readonly kind: 'failed' }>;

function judgedAgain(container: ContainerState, restarts: number, first: Failed): Failed {
  const again = judge(container, restarts);
  return again.kind === 'failed' ? again : first;
}

/** The engine tells an exit code only while a container is down: one that is up again is watched until its next end. */
async function withExitCode(
  context: DeploymentContext,
  watch: Watch,
  container: ContainerState,
): Promise<ContainerState> {
  let now = container;
  for (let tries = 0; tries < 20 && now.state === 'running' && now.restarts > 0; tries++) {
    await context.clock.sleep(pollSeconds / 2, watch.signal);
    now = (await members(context, watch)).find(({ id }) => id === container.id) ?? now;
  }
  return now;
}

function members(context: DeploymentContext, { project }: Watch): Promise<readonly ContainerState[]> {
  return context.engine.containers({ ...serverLabels(context), 'com.docker.compose.project': project });
}

async function stuck(
  context: DeploymentContext,
  watch: Watch,
  containers: readonly ContainerState[],
  waiting: readonly string[],
  seconds: number,
): Promise<Failure> {
  const [line = ''] = waiting;
  const service = watch.services.find(({ name }) => line.startsWith(`${name}: `));
  const container = containers.find((candidate) => candidate.service === service?.name);
  const why = `did not become healthy in ${Math.round(seconds)} s (${line.slice((service?.name.length ?? 0) + 2)})`;
  if (service !== undefined && container !== undefined)
    return unhealthy(context, watch, service, container, { why, memory: false });
  return new Failure('CONTAINER_UNHEALTHY', `${service?.name ?? watch.project} ${why}`, [
    `openimis status ${context.server.name}`,
  ]);
}

async function unhealthy(
  context: DeploymentContext,
  watch: Watch,
  service: Service,
  container: ContainerState,
  verdict: { readonly why: string; readonly memory: boolean },
): Promise<Failure> {
  const { name } = context.server;
  const redact = redaction(context.secrets);
  const lines = await lastLines(context, [container.id]);
  const of = watch.revision === undefined ? '' : ` of ${watch.revision}`;
  const shown = lines.length === 0 ? ['it wrote nothing'] : ['its last lines:', ...lines.map((line) => `  ${line}`)];
  const megabytes = Math.round(service.memory / 1024 ** 2);
  return new Failure('CONTAINER_UNHEALTHY', redact([`${service.component}${of} ${verdict.why}`, ...shown].join('\n')), [
    ...(verdict.memory
      ? [
          `it may use ${megabytes} MB; look how much the box has left: free -m (other containers: docker stats --no-stream)`,
        ]
      : []),
    `openimis logs ${name} ${service.component}`,
  ]);
}

/** The newest lines of some containers; an engine that cannot say adds nothing to the failure at hand. */
export async function lastLines(
  context: DeploymentContext,
  containers: readonly string[],
  tail = logLines,
): Promise<readonly string[]> {
  const lines: string[] = [];
  try {
    for await (const { text } of context.engine.logs(containers, { tail })) lines.push(text);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    lines.push(`(the logs could not be read: ${error.message})`);
  }
  return lines.slice(-tail);
}
