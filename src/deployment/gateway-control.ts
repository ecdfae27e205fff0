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

/** Address bank that the gateway sends people to; undefined before the first deploy, or when it does not say. */
export async function activeBank(context: DeploymentContext, gateway: ContainerState): Promise<number | undefined> {
  const { code, stdout } = await control(context, gateway, ['bank']);
  const text = stdout.trim();
  return code === 0 && /^[0-7]$/.test(text) ? Number(text) : undefined;
}

/**
 * How the legacy lets the gateway know who is logged in, as it has last shown: its Home.aspx shows the login name, or
 * (1.2.0) none, and the typed one counts. Undefined before anybody has logged in.
 */
export async function signOnMode(
  context: DeploymentContext,
  gateway: ContainerState,
): Promise<'shown' | 'typed' | undefined> {
  const { code, stdout } = await control(context, gateway, ['sign-on']);
  const text = stdout.trim();
  return code === 0 && (text === 'shown' || text === 'typed') ? text : undefined;
}

/** Makes version `to` a copy of version `from`; nothing is activated. */
export async function deriveVersion(
  context: DeploymentContext,
  gateway: ContainerState,
  from: string,
  to: string,
): Promise<void> {
  const { code, stderr } = await control(context, gateway, ['derive', from, to]);
  if (code !== 0) throw rejected(context, `the gateway could not copy its configuration: ${stderr.trim()}`);
}

/** Tests a version and makes it the running one; the old one stays when nginx does not accept it. */
export async function activateVersion(
  context: DeploymentContext,
  gateway: ContainerState,
  version: string,
): Promise<void> {
  const { code, stderr } = await control(context, gateway, ['activate', version]);
  if (code === 0) return;
  throw rejected(
    context,
    `the gateway did not take its new configuration, the old one still serves:\n${stderr.trim()}`,
  );
}

export async function setBank(context: DeploymentContext, gateway: ContainerState, bank: number): Promise<void> {
  const { code, stderr } = await control(context, gateway, ['bank', String(bank)]);
  if (code !== 0) throw rejected(context, `the gateway did not switch to bank ${bank}: ${stderr.trim()}`);
}

function rejected(context: DeploymentContext, message: string): Failure {
  return new Failure('GATEWAY_REJECTED_CONFIGURATION', redaction(context.secrets)(message), [
    `openimis logs ${context.server.name} gateway`,
  ]);
}
