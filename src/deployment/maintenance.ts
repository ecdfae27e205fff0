import { Failure } from '../failure.ts';
import type { ContainerState } from '../engines/engine.ts';
import { recordAudit } from './audit.ts';
import { findGateway } from './base-project.ts';
import type { DeploymentContext } from './context.ts';

/** A maintenance of the new side as the gateway keeps it (templates/gateway/lua/maintenance.lua). */
export type Maintenance = {
  readonly message: string;
  /** ISO 8601. */
  readonly since: string;
  /** user@host */
  readonly by: string;
};

export type MaintenanceResult = {
  readonly server: string;
  readonly maintenance?: Maintenance;
  readonly changed: boolean;
  readonly notes: readonly string[];
};

/** Undefined: none, or the gateway does not say. */
export async function currentMaintenance(
  context: DeploymentContext,
  gateway: ContainerState,
): Promise<Maintenance | undefined> {
  const { code, stdout } = await context.engine.exec(gateway.id, ['openimis-gateway', 'maintenance'], { timeout: 10 });
  return code === 0 ? parseMaintenance(stdout) : undefined;
}

/** @throws Failure NOT_DEPLOYED */
export async function maintenanceStatus(context: DeploymentContext): Promise<MaintenanceResult> {
  const maintenance = await currentMaintenance(context, await runningGateway(context));
  return result(context, maintenance, false, []);
}

/**
 * Begins (with a message) or ends (without) the maintenance of the new side, at once and without a reload. Takes no run lock:
 * it is wanted while a deploy runs.
 * @throws Failure NOT_DEPLOYED, GATEWAY_REJECTED_CONFIGURATION
 */
export async function setMaintenance(
  context: DeploymentContext,
  message: string | undefined,
): Promise<MaintenanceResult> {
  const { engine, operator, clock, server } = context;
  const gateway = await runningGateway(context);
  const before = await currentMaintenance(context, gateway);
  if (before?.message === message) return result(context, before, false, []);
  const since = clock.now().toISOString();
  const wanted = message === undefined ? undefined : { message, since, by: `${operator.user}@${operator.host}` };
  const argv = ['openimis-gateway', 'maintenance', wanted === undefined ? 'off' : 'on'];
  const { code, stderr } = await engine.exec(gateway.id, argv, { stdin: wanted === undefined ? '' : JSON.stringify(wanted), timeout: 10 }); // prettier-ignore
  if (code !== 0)
    throw new Failure('GATEWAY_REJECTED_CONFIGURATION', `the gateway did not take it: ${stderr.trim()}`, [
      `openimis logs ${server.name} gateway`,
    ]);
  const event = wanted === undefined ? 'maintenance-off' : 'maintenance-on';
  const problem = await recordAudit(context, event, { message });
  return result(context, wanted, true, problem === undefined ? [] : [problem]);
}

/** Why a text cannot be shown to people as it is, or undefined. */
export function messageProblem(message: string): string | undefined {
  if (message.trim() === '') return 'is empty';
  if (message.length > 1000) return `has ${message.length} characters, at most 1000 are allowed`;
  return /(?!\n)[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u.test(message) ? 'holds a control character' : undefined;
}

async function runningGateway(context: DeploymentContext): Promise<ContainerState> {
  const gateway = await findGateway(context);
  if (gateway.state === 'running') return gateway;
  const { name } = context.server;
  throw new Failure('NOT_DEPLOYED', `the gateway of ${name} does not run (${gateway.state})`, [
    `openimis status ${name}`,
    `openimis deploy ${name}`,
  ]);
}

function result(
  { server }: DeploymentContext,
  maintenance: Maintenance | undefined,
  changed: boolean,
  notes: readonly string[],
): MaintenanceResult {
  return { server: server.name, ...(maintenance === undefined ? {} : { maintenance }), changed, notes };
}

function parseMaintenance(text: string): Maintenance | undefined {
  try {
    const { message, since, by } = JSON.parse(text) as Record<keyof Maintenance, unknown>;
    return typeof message === 'string' && typeof since === 'string' && typeof by === 'string'
      ? { message, since, by }
      : undefined;
  } catch {
    return undefined;
  }
}
