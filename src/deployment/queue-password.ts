import type { DeploymentContext } from './context.ts';
import { serverNames } from './context.ts';
import { componentContainers } from './base-project.ts';
import { requireSecret } from './compose-secrets.ts';
import { waitHealthy } from './gate.ts';
import type { Stack } from '../stack/stack.ts';
import type { StepWork } from './run-steps.ts';

const folder = '/run/secrets';
const file = 'RABBITMQ_PASSWORD';

/**
 * Gives RabbitMQ the current password when it has another: Compose neither notices nor updates a changed secret of a
 * container that exists. It reads the file when it starts, so it is restarted.
 * @param changing called with the password it had, before anything changes
 */
export async function alignQueuePassword(
  context: DeploymentContext,
  stack: Stack,
  work: StepWork,
  changing: (before: string) => void = () => {},
  password = requireSecret(context.secrets, file, context.server.name),
): Promise<void> {
  const { engine } = context;
  const [queue] = await componentContainers(context, serverNames(context).project, 'rabbitmq');
  const service = stack.base.services.find(({ component }) => component === 'rabbitmq');
  if (queue === undefined || service === undefined) return;
  const before = (await engine.download(queue.id, folder)).find(({ path }) => path === file)?.content;
  if (before === undefined || before.trimEnd() === password) return;
  changing(before.trimEnd());
  work.progress('RabbitMQ takes its new password');
  // Stopped first: a run that is cut here leaves no broker with another password than its file.
  await engine.stop([queue.id], service.stopGrace);
  await engine.upload(queue.id, folder, [{ path: file, content: password, mode: 0o444 }]);
  await engine.start([queue.id]);
  await waitHealthy(context, { project: stack.base.name, services: [service], probes: 1, ...work });
}
