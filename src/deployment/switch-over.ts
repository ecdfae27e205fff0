import type { ContainerState } from '../engines/engine.ts';
import { bankOf } from '../stack/addresses.ts';
import { componentContainers, downloadSecrets, restoreSecrets, uploadSecrets, uploadVersion } from './base-project.ts';
import { type DeploymentContext, serverNames } from './context.ts';
import { activateVersion, runningVersion, setBank } from './gateway-control.ts';
import type { Observation } from './observe.ts';
import { alignQueuePassword } from './queue-password.ts';
import type { RenderedServer } from './render.ts';
import { startWorkers } from './revision-project.ts';
import type { StepWork } from './run-steps.ts';
import type { UndoList } from './undo.ts';

/**
 * Gives a running gateway its new configuration and secrets when they changed: tested first, then a reload. `undo` puts back
 * what was. Returns whether anything changed.
 */
export async function reloadGateway(
  context: DeploymentContext,
  gateway: ContainerState,
  wanted: RenderedServer,
  undo: UndoList,
  work: StepWork,
): Promise<boolean> {
  const version = await runningVersion(context, gateway);
  if (version === wanted.gatewayVersion) return false;
  work.progress('new configuration of the gateway');
  await uploadVersion(context, gateway, wanted);
  await changeVersion(context, gateway, { before: version, wanted: wanted.gatewayVersion }, undo);
  return true;
}

/** Makes a version that is in the gateway's volume the running one, with today's secrets (or one file of them). */
export async function changeVersion(
  context: DeploymentContext,
  gateway: ContainerState,
  {
    before,
    wanted,
    only,
  }: { readonly before?: string | undefined; readonly wanted: string; readonly only?: 'htpasswd' },
  undo: UndoList,
): Promise<void> {
  const secrets = await downloadSecrets(context, gateway, only);
  undo.add('the gateway takes its configuration before', async () => {
    await restoreSecrets(context, gateway, secrets);
    const now = await runningVersion(context, gateway);
    if (before !== undefined && now !== before) await activateVersion(context, gateway, before);
  });
  await uploadSecrets(context, gateway, only);
  await activateVersion(context, gateway, wanted);
}

/**
 * Sends people to the new revision: new configuration and secrets of the gateway when they changed (a reload), then the bank
 * (no reload, no lost request). Everything is put back by `undo`.
 * @param switched called when visitors may notice
 */
export async function switchGateway(
  context: DeploymentContext,
  gateway: ContainerState,
  observation: Observation,
  wanted: RenderedServer,
  undo: UndoList,
  work: StepWork,
  switched: () => void,
): Promise<void> {
  if (await reloadGateway(context, gateway, wanted, undo, work)) switched();
  const before = observation.serving;
  if (before !== undefined)
    undo.add(`the gateway goes back to r${before}`, () => setBank(context, gateway, bankOf(before)));
  work.progress(`bank ${bankOf(wanted.stack.revision)}`);
  switched();
  await setBank(context, gateway, bankOf(wanted.stack.revision));
}

/** The old worker ends its tasks and stops, then the new one starts: never two generations of workers. */
export async function handOverWorkers(
  context: DeploymentContext,
  observation: Observation,
  wanted: RenderedServer,
  undo: UndoList,
  work: StepWork,
): Promise<void> {
  const { engine } = context;
  const before = observation.serving;
  const old =
    before === undefined ? [] : await componentContainers(context, serverNames(context).revision(before), 'worker');
  const service = wanted.stack.current.services.find(({ component }) => component === 'worker');
  if (old.length > 0) {
    work.progress(`the worker of r${before ?? 0} ends its tasks, at most ${service?.stopGrace ?? 60} s`);
    const ids = old.map(({ id }) => id);
    undo.add(`the worker of r${before ?? 0} starts again`, () => engine.start(ids));
    await engine.stop(ids, service?.stopGrace ?? 60);
  }
  await alignQueuePassword(context, wanted.stack, work, (password) =>
    undo.add('RabbitMQ takes its password before', () =>
      alignQueuePassword(context, wanted.stack, { progress: work.progress }, undefined, password),
    ),
  );
  if (service === undefined) return;
  // Taken back first, so that the old worker never meets the new one.
  undo.add(`the worker of r${wanted.stack.revision} stops`, async () => {
    const started = await componentContainers(context, wanted.stack.current.name, 'worker');
    await engine.stop(
      started.map(({ id }) => id),
      service.stopGrace,
    );
  });
  await startWorkers(context, wanted, work);
}
