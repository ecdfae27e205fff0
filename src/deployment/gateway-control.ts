import { Failure } from '../failure.ts';
import type { CommandResult, ContainerState } from '../engines/engine.ts';
import type { DeploymentContext } from './context.ts';
import { redaction } from './redaction.ts';

/** The program `openimis-gateway` inside the gateway's container (templates/images/gateway). */
async function control(
  context: DeploymentContext,
  gateway: ContainerState,
  argv: readonly string[],
): Promise<CommandResult> {
  return context.engine.exec(gateway.id, ['openimis-gateway', ...argv], { timeout: 60 });
}

/** The version that nginx's workers run; undefined when the gateway does not say. */
export async function runningVersion(context: DeploymentContext, gateway: ContainerState): Promise<string | undefined> {
  const { code, stdout } = await control(context, gateway, ['version']);
  return code === 0 && stdout.trim() !== '' ? stdout.trim() : undefined;
}

/** Tests a version and makes it the running one; the old one stays when nginx does not accept it. */
export async function activateVersion(
  context: DeploymentContext,
  gateway: ContainerState,
  version: string,
): Promise<void> {
  const { code, stderr } = await control(context, gateway, ['activate', version]);
  if (code === 0) return;
  throw new Failure(
    'GATEWAY_REJECTED_CONFIGURATION',
    redaction(context.secrets)(
      `the gateway did not take its new configuration, the old one still serves:\n${stderr.trim()}`,
    ),
    [`openimis logs ${context.server.name} gateway`],
  );
}

export async function setBank(context: DeploymentContext, gateway: ContainerState, bank: number): Promise<void> {
  const { code, stderr } = await control(context, gateway, ['bank', String(bank)]);
  if (code === 0) return;
  throw new Failure('GATEWAY_REJECTED_CONFIGURATION', `the gateway did not switch to bank ${bank}: ${stderr.trim()}`, [
    `openimis logs ${context.server.name} gateway`,
  ]);
}
