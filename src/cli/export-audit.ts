import { type AuditLine, type AuditSpan, readAudit } from '../deployment/audit.ts';
import { Failure } from '../failure.ts';
import { defaults } from '../workspace/defaults.ts';
import type { CommandRequest } from './base-command.ts';
import { instant } from './print-logs.ts';
import { drained } from './standard-output.ts';
import { withServerOnEngine } from './server-session.ts';

type ExportFlags = { readonly from?: string | undefined; readonly to?: string | undefined };
export type AuditExport = AuditSpan & {
  readonly server: string;
  readonly lines: readonly AuditLine[];
  readonly damaged: number;
};

/** Prints the audit as lines of JSON while it is read; with `--json` returns them. */
export async function exportAudit(
  request: CommandRequest<ExportFlags>,
  json: boolean,
): Promise<AuditExport | undefined> {
  const now = new Date();
  return withServerOnEngine(request, async (context) => {
    const { flags, signal } = request;
    const days = context.server.gateway.audit?.days ?? defaults.auditDays;
    const span = { from: instant(flags.from ?? `${days}d`, now, '--from'), to: endOf(flags.to ?? '0s', now) };
    if (span.from >= span.to) throw new Failure('USAGE', '--from is not before --to');
    const kept: AuditLine[] = [];
    let damaged = 0;
    for await (const day of readAudit(context, span)) {
      signal.throwIfAborted();
      damaged += day.damaged;
      if (json) kept.push(...day.lines);
      else for (const line of day.lines) if (!process.stdout.write(`${auditText(line)}\n`)) await drained();
    }
    if (!json && damaged > 0) process.stderr.write(`${damaged} lines were only half written and are left out\n`);
    return json ? { server: context.server.name, ...span, lines: kept, damaged } : undefined;
  });
}

/** A day alone means all of it. */
function endOf(text: string, now: Date): string {
  const at = instant(text, now, '--to');
  return /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(Date.parse(at) + 86_400_000).toISOString() : at;
}

/** JSON escapes C0 itself; DEL and C1 must not reach a terminal either. */
export function auditText(line: AuditLine): string {
  return JSON.stringify(line).replace(/[\u007f-\u009f]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
}
