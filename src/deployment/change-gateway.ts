import { Failure } from '../failure.ts';
import type { ContainerState, RunLock } from '../engines/engine.ts';
import { gatewayOnlyHash } from '../workspace/secrets.ts';
import { findGateway } from './base-project.ts';
import type { DeploymentContext } from './context.ts';
import type { DeploymentEvents } from './events.ts';
import { deriveVersion, runningVersion } from './gateway-control.ts';
import { asInterruption } from './interruption.ts';
import { type Observation, observe } from './observe.ts';
import { deploymentHash, renderFor } from './plan-deployment.ts';
import { gatewayChangeSteps } from './plan-steps.ts';
import type { PlanStep } from './plan.ts';
import { redaction } from './redaction.ts';
import type { RenderedServer } from './render.ts';
import { checkRoutes, type RouteResult } from './route-checks.ts';
import { takeLock } from './run-lock.ts';
import { planSteps, type StepWork } from './run-steps.ts';
import { changeVersion, reloadGateway } from './switch-over.ts';
import { undoList, type UndoList } from './undo.ts';

/**
 * What of the gateway changes. `secrets`: only the API users, with the files and keys that it has; possible whatever
 * else is not deployed yet. `configuration`: its files too, as openimis.yaml says now.
 */
export type GatewayScope = 'configuration' | 'secrets';

export type GatewayChange = {
  readonly scope: GatewayScope;
  /** `not-deployed`: it counts from the next deploy on. `unchanged`: the gateway works like that already. */
  readonly state: 'not-deployed' | 'unchanged' | 'changes';
  /** Empty unless something changes. */
  readonly steps: readonly PlanStep[];
};

/**
 * Finds out what a change of the gateway alone would do; changes nothing, takes no lock.
 * @throws Failure DEPLOY_PENDING when `configuration` would also need a new revision
 */
export async function planGatewayChange(context: DeploymentContext, scope: GatewayScope): Promise<GatewayChange> {
  const found = await find(context, scope);
  if (found === undefined) return { scope, state: 'not-deployed', steps: [] };
  if (found.version === found.wanted) return { scope, state: 'unchanged', steps: [] };
  return { scope, state: 'changes', steps: gatewayChangeSteps(context.server.name, found.rendered?.stack) };
}

/**
 * Gives the running gateway its new configuration or secrets: run lock, upload, test, reload, proof that the new workers
 * answer; no container is made anew and no answer is cut. A change that fails is put back.
 * @throws Failure GATEWAY_REJECTED_CONFIGURATION, ROLLED_BACK, ROLLBACK_FAILED, RUN_LOCKED, DEPLOY_PENDING, INTERRUPTED
 */
export async function changeGateway(
  context: DeploymentContext,
  change: GatewayChange,
  events: DeploymentEvents,
  signal?: AbortSignal,
): Promise<GatewayChange> {
  if (change.state !== 'changes') return change;
  const lost = new AbortController();
  const stop = AbortSignal.any([lost.signal, ...(signal === undefined ? [] : [signal])]);
  const steps = planSteps(context, change, events, redaction(context.secrets), stop);
  let lock: RunLock | undefined;
  try {
    const { image } = await findGateway(context);
    lock = await steps.run('lock', async () => (lock = await takeLock(context, image, lost)));
    const found = await find(context, change.scope);
    if (found === undefined) return { ...change, state: 'not-deployed', steps: [] };
    const { gateway, rendered } = found;
    await withUndo(context, async (undo) => {
      await steps.run('gateway', (work) => activate(context, found, undo, work));
      if (rendered !== undefined)
        await steps.run('verify', (work) => checkRoutes(context, gateway, rendered.stack, work.progress));
    });
    return change;
  } catch (error) {
    throw asInterruption(error, stop);
  } finally {
    await lock?.release();
  }
}

/** The gateway part of a deploy whose plan is `gateway`. The run lock must be held. */
export async function changeGatewayTo(
  context: DeploymentContext,
  run: (undo: UndoList, gateway: ContainerState) => Promise<readonly RouteResult[]>,
): Promise<readonly RouteResult[]> {
  const gateway = await findGateway(context);
  return withUndo(context, (undo) => run(undo, gateway));
}

type Found = {
  readonly gateway: ContainerState;
  /** Version that the gateway runs now. */
  readonly version: string;
  /** Version that it should run. */
  readonly wanted: string;
  /** Only for `configuration`. */
  readonly rendered?: RenderedServer;
};

async function find(context: DeploymentContext, scope: GatewayScope): Promise<Found | undefined> {
  const observation = await observe(context);
  const { gateway, gatewayVersion: version } = observation;
  if (gateway === undefined || version === undefined) return undefined;
  if (scope === 'secrets') {
    // Files and keys stay as they are: changed keys that no deploy has brought yet are unknown to the backends.
    const kept = version.split('-').slice(0, 2);
    return { gateway, version, wanted: [...kept, gatewayOnlyHash(context.secrets)].join('-') };
  }
  const rendered = renderAsDeployed(context, observation);
  return { gateway, version, wanted: rendered.gatewayVersion, rendered };
}

/** The server as openimis.yaml says it now, when nothing but the gateway's configuration is new in it. */
function renderAsDeployed(context: DeploymentContext, observation: Observation): RenderedServer {
  const { gateway, rabbitmq, serving, subnet, history, highest } = observation;
  const record = history?.find(({ revision }) => revision === serving)?.plan;
  if (record !== undefined && gateway !== undefined && rabbitmq !== undefined && subnet !== undefined) {
    const own = { gateway: gateway.image, rabbitmq: rabbitmq.image };
    const rendered = renderFor(context, highest + 1, subnet, own, record.images);
    if (deploymentHash(rendered, record.images) === record.hash) return rendered;
  }
  const { name } = context.server;
  throw new Failure(
    'DEPLOY_PENDING',
    `the gateway of ${name} cannot change alone: openimis.yaml or the secrets have more that is not deployed yet`,
    [`openimis deploy ${name} --dry-run shows it`, `openimis deploy ${name} brings all of it`],
  );
}

async function activate(
  context: DeploymentContext,
  { gateway, rendered, wanted }: Found,
  undo: UndoList,
  work: StepWork,
): Promise<void> {
  if (rendered !== undefined) {
    await reloadGateway(context, gateway, rendered, undo, work);
    return;
  }
  const version = await runningVersion(context, gateway);
  if (version === undefined || version === wanted) return;
  await deriveVersion(context, gateway, version, wanted);
  await changeVersion(context, gateway, { before: version, wanted, only: 'htpasswd' }, undo);
}

/** Takes back what `work` did when it fails, and says how that went. */
async function withUndo<T>(context: DeploymentContext, work: (undo: UndoList) => Promise<T>): Promise<T> {
  const undo = undoList();
  try {
    return await work(undo);
  } catch (error) {
    const { name } = context.server;
    const done: string[] = [];
    const failed = await undo.takeBack((what) => void done.push(what));
    const redact = redaction(context.secrets);
    const message = error instanceof Error ? error.message : String(error);
    if (failed.length === 0) {
      // nginx itself refused: nothing but the files was ever there to take back.
      if (done.length === 0 || !(error instanceof Failure) || error.code !== 'ROUTE_FAILED') throw error;
      const back = `the gateway works by its configuration before again: ${message}`;
      throw new Failure('ROLLED_BACK', back, error.hints, { cause: error });
    }
    const words = failed.map(({ what, error: why }) => `${what}: ${why instanceof Error ? why.message : String(why)}`);
    throw new Failure(
      'ROLLBACK_FAILED',
      redact([message, 'and taking it back failed as well:', ...words].join('\n')),
      [`openimis status ${name}`, `openimis deploy ${name} begins by finding out where this one stood`],
      { cause: error },
    );
  }
}
