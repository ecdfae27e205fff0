import { bankOf } from '../stack/addresses.ts';
import type { Stack } from '../stack/stack.ts';
import { secretsHash } from '../workspace/secrets.ts';
import { componentContainers, uploadSecrets } from './base-project.ts';
import { type DeploymentContext, serverNames } from './context.ts';
import { activateVersion, runningVersion, setBank } from './gateway-control.ts';
import { leftoverRevisions, type Observation } from './observe.ts';
import { alignQueuePassword } from './queue-password.ts';
import { keptLogs, removeRevision } from './revision-project.ts';
import { openRevision } from './revision-store.ts';
import type { StepWork } from './run-steps.ts';

/**
 * Brings a server whose last run was cut back to the revision that serves: the gateway points at it again, its worker runs,
 * and what else there is of revisions goes. The run lock must be held.
 * @param image image to write the state volume with
 */
export async function tidyUp(
  context: DeploymentContext,
  observation: Observation,
  stack: Stack,
  image: string,
  work: StepWork,
): Promise<void> {
  const { serving, history = [] } = observation;
  if (serving !== undefined) await gatewayBack(context, observation, serving, stack, work);
  for (const revision of leftoverRevisions(observation)) {
    work.progress(`removing r${revision}`);
    const unfinished = history.find((record) => record.revision === revision)?.outcome === undefined;
    const logs = unfinished ? await keptLogs(context, revision) : [];
    await removeRevision(context, revision, work.progress);
    if (!unfinished) continue;
    const folder = openRevision(context, image, revision);
    if (logs.length > 0) await folder.keep(logs);
    await folder.finish({ status: 'abandoned', message: 'the run was cut; the next run removed its containers' });
  }
  if (serving === undefined) return;
  const workers = await componentContainers(context, serverNames(context).revision(serving), 'worker');
  const stopped = workers.filter(({ state }) => state === 'exited' || state === 'created').map(({ id }) => id);
  if (stopped.length === 0) return;
  work.progress(`the worker of r${serving} starts again`);
  await context.engine.start(stopped);
}

/** Gateway and queue as they were before the run that was cut. */
async function gatewayBack(
  context: DeploymentContext,
  { gateway, bank, history = [] }: Observation,
  serving: number,
  stack: Stack,
  work: StepWork,
): Promise<void> {
  if (gateway?.state !== 'running') return;
  const record = history.find(({ revision }) => revision === serving)?.plan;
  const cut = history.find(({ revision, outcome }) => revision > serving && outcome === undefined)?.plan;
  // With other secrets now, the deploy that follows brings its own; the old ones are nowhere any more.
  if (record?.secretsHash === secretsHash(context.secrets)) {
    await uploadSecrets(context, gateway);
    await alignQueuePassword(context, stack, work);
    if (cut?.gatewayBefore !== undefined && (await runningVersion(context, gateway)) !== cut.gatewayBefore) {
      work.progress('the gateway takes its configuration before');
      await activateVersion(context, gateway, cut.gatewayBefore);
    }
  }
  if (bank === bankOf(serving)) return;
  work.progress(`the gateway goes back to r${serving}`);
  await setBank(context, gateway, bankOf(serving));
}
