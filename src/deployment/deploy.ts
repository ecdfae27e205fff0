import { Failure } from '../failure.ts';
import type { Progress, RunLock } from '../engines/engine.ts';
import { legacyTarget } from '../stack/gateway-plan.ts';
import { ensureBase } from './base-project.ts';
import { changeGatewayTo } from './change-gateway.ts';
import { type DeploymentContext, isSandbox } from './context.ts';
import type { DeploymentEvents } from './events.ts';
import { type Ending, endAfterFailure } from './failed-deploy.ts';
import { asInterruption, throwIfInterrupted } from './interruption.ts';
import { probeFromContainer } from './legacy-reach.ts';
import { type Observation, observe } from './observe.ts';
import { deploymentHash, renderFor } from './plan-deployment.ts';
import type { Plan } from './plan.ts';
import { type CheckedImage, requireImages } from './preflight.ts';
import { redaction } from './redaction.ts';
import { takeLock } from './run-lock.ts';
import { ownImage, ownImageNames, type RenderedServer } from './render.ts';
import { askOnce, removeRevision, startWebServices } from './revision-project.ts';
import { beginRevision } from './revision-store.ts';
import { checkRevision, checkRoutes, type RouteResult } from './route-checks.ts';
import { planSteps, type Steps, type StepWork } from './run-steps.ts';
import { handOverWorkers, reloadGateway, switchGateway } from './switch-over.ts';
import { tidyUp } from './tidy.ts';
import { undoList } from './undo.ts';

export type DeployOutcome = {
  readonly server: string;
  readonly changed: boolean;
  /** The revision that serves now. */
  readonly revision?: number;
  readonly before?: number;
  /** Where people go. */
  readonly address: string;
  readonly routes: readonly RouteResult[];
  readonly notes: readonly string[];
};

/**
 * Does what the plan says. A deploy that fails or is interrupted leaves what served before serving.
 * @throws Failure of the step; ROLLED_BACK after a switch that had to be taken back, ROLLBACK_FAILED when that failed too,
 * INTERRUPTED when `signal` fired, RUN_LOCKED when another run changes or has changed this server
 */
export async function deploy(
  context: DeploymentContext,
  plan: Plan,
  events: DeploymentEvents,
  signal?: AbortSignal,
): Promise<DeployOutcome> {
  const address = gatewayAddress(context);
  const serving = plan.serving === undefined ? {} : { revision: plan.serving };
  if (plan.kind === 'nothing')
    return { server: plan.server, changed: false, ...serving, address, routes: [], notes: [] };
  const lost = new AbortController();
  const stop = AbortSignal.any([lost.signal, ...(signal === undefined ? [] : [signal])]);
  const steps = planSteps(context, plan, events, redaction(context.secrets), stop);
  let lock: RunLock | undefined;
  try {
    const images = await prepareImages(context, steps);
    lock = await steps.run('lock', async () => {
      // Kept at once: a Ctrl-C that comes now must not leave it behind.
      lock = await takeLock(context, images.gateway, lost);
      return lock;
    });
    throwIfInterrupted(stop);
    const observation = await observeAsPlanned(context, plan, images.gateway);
    const applications = await requireImages(context);
    const wanted = renderFor(context, observation.highest + 1, plan.subnet, images, applications);
    await steps.run('tidy', (work) => tidyUp(context, observation, wanted.stack, images.gateway, work));
    if (plan.kind === 'tidy') return { server: plan.server, changed: true, ...serving, address, routes: [], notes: [] };
    if (plan.kind === 'gateway') {
      const routes = await changeGatewayTo(context, async (undo, gateway) => {
        await steps.run('gateway', (work) => reloadGateway(context, gateway, wanted, undo, work));
        return required(steps.run('verify', (work) => checkRoutes(context, gateway, wanted.stack, work.progress)));
      });
      return { server: plan.server, changed: true, ...serving, address, routes, notes: [] };
    }
    return await deployRevision({
      context,
      observation,
      wanted,
      own: images,
      images: applications,
      steps,
      signal: stop,
    });
  } catch (error) {
    throw asInterruption(error, stop);
  } finally {
    await lock?.release();
  }
}

export function gatewayAddress({ server }: Pick<DeploymentContext, 'server'>): string {
  const { dns, https } = server.gateway;
  const host = dns.includes(':') ? `[${dns}]` : dns;
  return `https://${host}${https === 443 ? '' : `:${https}`}/`;
}

type OwnReferences = { readonly gateway: string; readonly rabbitmq: string };

/** Images of ours are content-addressed: one that is there is the right one. */
async function prepareImages(context: DeploymentContext, steps: Steps): Promise<OwnReferences> {
  const { engine, templates } = context;
  const build = async ({ progress, signal }: StepWork): Promise<OwnReferences> => {
    const base = await engine.baseImage(progress, signal);
    const references: Record<string, string> = {};
    for (const name of ownImageNames) {
      const wanted = ownImage(name, base, templates);
      if ((await engine.image(wanted.tag)) === undefined) {
        progress(`building ${wanted.tag}`);
        await engine.buildImage(wanted, progress, signal);
      }
      references[name] = wanted.tag;
    }
    await buildLocked(context, progress, signal);
    return { gateway: references['gateway'] ?? '', rabbitmq: references['rabbitmq'] ?? '' };
  };
  // A plan that only tidies has no such step; its gateway runs, so the images are there.
  return (await steps.run('images', build)) ?? build({ progress: () => {} });
}

/** Images of the lock file that are not on the box; backend and worker (and an ibackend with equal pins) are one. */
async function buildLocked(
  { engine, lockedImages = {} }: DeploymentContext,
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  for (const image of Object.values(lockedImages)) {
    if ((await engine.image(image.reference)) !== undefined) continue;
    progress(`building ${image.reference}`);
    await image.build(progress, signal);
  }
}

/** Under the lock: is everything still as it was when the plan was shown? */
async function observeAsPlanned(context: DeploymentContext, plan: Plan, image: string): Promise<Observation> {
  const observation = await observe(context, image);
  const subnetMoved = observation.subnet !== undefined && observation.subnet !== plan.subnet;
  if (observation.serving === plan.serving && !subnetMoved) return observation;
  throw new Failure(
    'RUN_LOCKED',
    `another run has changed server ${plan.server} since the plan was shown: ${observation.serving === undefined ? 'nothing of it serves now' : `r${observation.serving} serves now`}`,
    [`openimis deploy ${plan.server}`],
  );
}

type Work = {
  readonly context: DeploymentContext;
  readonly observation: Observation;
  readonly wanted: RenderedServer;
  readonly own: OwnReferences;
  readonly images: Readonly<Record<string, CheckedImage>>;
  readonly steps: Steps;
  readonly signal: AbortSignal;
};

async function deployRevision({
  context,
  observation,
  wanted,
  own,
  images,
  steps,
  signal,
}: Work): Promise<DeployOutcome> {
  const { server } = context;
  const { stack } = wanted;
  const { revision } = stack;
  const before = observation.serving;
  const ending: Ending = {
    context,
    steps,
    stack,
    gatewayUndo: undoList(),
    workerUndo: undoList(),
    ...(before === undefined ? {} : { before }),
    switched: false,
  };
  try {
    await steps.run('legacy', () =>
      probeFromContainer(context, own.gateway, server.legacy === undefined ? undefined : legacyTarget(server.legacy)),
    );
    const gateway = await required(steps.run('base', (work) => ensureBase(context, observation, wanted, work)));
    await steps.run('start', async (work) => {
      const plan = {
        revision,
        hash: deploymentHash(wanted, images),
        gatewayVersion: wanted.gatewayVersion,
        subnet: stack.subnet,
        images,
        secretsHash: stack.secretsHash,
        pinsHash: stack.pinsHash,
        ...(server.release === undefined ? {} : { release: server.release }),
        ...(before === undefined ? {} : { before }),
        ...(observation.gatewayVersion === undefined ? {} : { gatewayBefore: observation.gatewayVersion }),
      };
      ending.folder = await beginRevision(context, own.gateway, plan, wanted);
      await steps.keepIn(ending.folder);
      await startWebServices(context, wanted, work);
    });
    await steps.run('once', (work) => askOnce(context, stack, work));
    await steps.run('test', () => checkRevision(context, gateway, stack));
    await steps.run('switch', (work) =>
      switchGateway(context, gateway, observation, wanted, ending.gatewayUndo, work, () => (ending.switched = true)),
    );
    await steps.run('worker', (work) => handOverWorkers(context, observation, wanted, ending.workerUndo, work));
    const routes = await required(steps.run('verify', (work) => checkRoutes(context, gateway, stack, work.progress)));
    throwIfInterrupted(signal);
    await ending.folder?.finish({ status: 'serving' });
    ending.served = true;
    await steps.run('finish', async (work) => {
      if (before !== undefined) await removeRevision(context, before, work.progress);
    });
    await steps.end();
    const problem = ending.folder?.copyProblem();
    return {
      server: server.name,
      changed: true,
      revision,
      ...(before === undefined ? {} : { before }),
      address: gatewayAddress(context),
      routes,
      notes: [
        ...(isSandbox(context) ? ['everything here is a stand-in'] : []),
        ...(problem === undefined ? [] : [`there is no copy of r${revision} in the workspace: ${problem}`]),
      ],
    };
  } catch (error) {
    throw await endAfterFailure(ending, asInterruption(error, signal));
  }
}

async function required<T>(work: Promise<T | undefined>): Promise<T> {
  const result = await work;
  if (result === undefined) throw new Error('a step of the plan brought no result');
  return result;
}
