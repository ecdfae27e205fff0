import { randomBytes } from 'node:crypto';

import { Failure } from '../failure.ts';
import type { ContainerState } from '../engines/engine.ts';
import { componentContainers } from './base-project.ts';
import { gatewayUser } from './compose-secrets.ts';
import { type DeploymentContext, serverNames } from './context.ts';

/** The audit's volume inside the gateway's container; a folder per day (UTC), lines of JSON in it. */
const auditFolder = '/var/lib/openimis-audit';

export type AuditLine = Readonly<Record<string, unknown>> & { readonly time: string; readonly event: string };

/**
 * Writes down what a command has changed: who, from where. A change that has worked does not fail because of it: the problem
 * comes back in words. Nothing is written where no gateway is.
 */
export async function recordAudit(
  context: DeploymentContext,
  event: string,
  fields: Readonly<Record<string, string | number | readonly string[] | undefined>> = {},
): Promise<string | undefined> {
  const time = context.clock.now().toISOString();
  const line = { time, event, by: 'openimis', ...context.operator, ...fields };
  const path = `${time.slice(0, 10)}/${time.slice(11, 23).replaceAll(/[:.]/g, '')}-${randomBytes(4).toString('hex')}.jsonl`;
  try {
    const gateway = await gatewayOf(context);
    const file = { path, content: `${JSON.stringify(line)}\n`, mode: 0o600, uid: gatewayUser };
    if (gateway !== undefined) await context.engine.upload(gateway.id, auditFolder, [file]);
    return undefined;
  } catch (error) {
    return `the audit has no line of this: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function gatewayOf(context: DeploymentContext): Promise<ContainerState | undefined> {
  const [gateway] = await componentContainers(context, serverNames(context).project, 'gateway');
  return gateway;
}

export type AuditSpan = {
  /** Inclusive, ISO 8601. */
  readonly from: string;
  /** Exclusive, ISO 8601. */
  readonly to: string;
};

export type AuditDay = {
  readonly lines: readonly AuditLine[];
  /** Lines that a full disk or a power cut left half written. */
  readonly damaged: number;
};

/**
 * The audit of a span of time, day by day, each in the order of time. Changes nothing; works with a stopped gateway too.
 * @throws Failure NOT_DEPLOYED when there is no gateway to read it from
 */
export async function* readAudit(context: DeploymentContext, span: AuditSpan): AsyncGenerator<AuditDay> {
  const { engine, server } = context;
  const gateway = await gatewayOf(context);
  if (gateway === undefined)
    throw new Failure('NOT_DEPLOYED', `server ${server.name} has no gateway on the engine to read the audit from`, [
      `its volume ${serverNames(context).project}_gateway-audit stays: openimis deploy ${server.name}, then export`,
    ]);
  const there = gateway.state === 'running' ? await engine.exec(gateway.id, ['ls', auditFolder]) : undefined;
  const listed = there?.code === 0 ? new Set(there.stdout.split('\n')) : undefined;
  for (const day of daysOf(span)) {
    if (listed !== undefined && !listed.has(day)) continue;
    const files = await engine.download(gateway.id, `${auditFolder}/${day}`);
    const parsed = files.flatMap(({ content }) =>
      content
        .split('\n')
        .filter((line) => line !== '')
        .map(parseLine),
    );
    const lines = parsed.filter((line) => line !== undefined);
    yield {
      lines: lines.filter(({ time }) => time >= span.from && time < span.to).sort((a, b) => (a.time < b.time ? -1 : 1)),
      damaged: parsed.length - lines.length,
    };
  }
}

/** Days (UTC) that a span touches, oldest first. */
export function daysOf({ from, to }: AuditSpan): readonly string[] {
  const days: string[] = [];
  for (let at = Date.parse(from.slice(0, 10)); at < Date.parse(to); at += 86_400_000)
    days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}

function parseLine(text: string): AuditLine | undefined {
  try {
    const line = JSON.parse(text) as Partial<AuditLine> | null;
    return typeof line?.time === 'string' && typeof line.event === 'string' ? (line as AuditLine) : undefined;
  } catch {
    return undefined;
  }
}
