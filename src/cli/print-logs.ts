import { type LogSelection, selectLogs } from '../deployment/logs.ts';
import type { Engine, LogLine } from '../engines/engine.ts';
import { Failure } from '../failure.ts';
import { serverNames } from '../workspace/parse.ts';
import { openWorkspace } from '../workspace/store/workspace-store.ts';
import type { CommandRequest } from './base-command.ts';
import { accessText } from './access-line.ts';
import { harmless, paint } from './paint.ts';
import { withServerOnEngine } from './server-session.ts';
import { drained } from './standard-output.ts';

export type LogFlags = {
  readonly follow: boolean;
  readonly tail: number;
  readonly since?: string | undefined;
  /** Lines as the containers wrote them. */
  readonly raw: boolean;
};
export type LogsRequest = CommandRequest<LogFlags> & { readonly component: string | undefined; readonly json: boolean };

/** Prints lines as they come; with `--json` (never with --follow) returns them. */
export async function printLogs(request: LogsRequest): Promise<{ readonly lines: readonly LogLine[] } | undefined> {
  const { flags, json } = request;
  if (json && flags.follow)
    throw new Failure('USAGE', '--json gives one document at the end, --follow has no end', ['leave one of them out']);
  const since = flags.since === undefined ? undefined : instant(flags.since, new Date(), '--since');
  const { name, component } = await serverOrComponent(request);
  return withServerOnEngine({ folder: request.folder, name }, async (context) => {
    const selection = await selectLogs(context, component);
    const lines: LogLine[] = [];
    if (!json) printKept(selection);
    for await (const line of read(context.engine, selection, request, since)) {
      if (json) lines.push(line);
      else if (!process.stdout.write(`${logText(line, flags.raw)}\n`)) await drained();
      if (process.stdout.destroyed || process.stdout.errored !== null) break;
    }
    return json ? { lines } : undefined;
  });
}

function read(
  engine: Engine,
  { containers }: LogSelection,
  request: LogsRequest,
  since: string | undefined,
): AsyncIterable<LogLine> {
  const { follow, tail } = request.flags;
  return engine.logs(
    containers.map(({ id }) => id),
    { follow, tail, signal: request.signal, ...(since === undefined ? {} : { since }) },
  );
}

/** `openimis logs backend` in a workspace of one server means its backend. */
async function serverOrComponent({
  folder,
  name,
  component,
}: LogsRequest): Promise<{ name: string | undefined; component: string | undefined }> {
  if (name === undefined || component !== undefined) return { name, component };
  const names = serverNames((await openWorkspace(folder)).config);
  return !names.includes(name) && names.length === 1 && /^(frontend|i?backend|worker|rabbitmq|gateway)$/.test(name)
    ? { name: undefined, component: name }
    : { name, component };
}

function printKept({ kept }: LogSelection): void {
  for (const { service, text } of kept?.logs ?? [])
    for (const line of text.trimEnd().split('\n'))
      process.stdout.write(`${service} (r${kept?.revision ?? '?'}, failed) | ${harmless(line)}\n`);
}

function logText({ service, time, text }: LogLine, raw: boolean): string {
  if (raw) return harmless(text);
  const access = service === 'gateway' ? accessText(text) : undefined;
  if (access !== undefined) return `${paint('cyan', service.padEnd(9))} ${access}`;
  return `${paint('cyan', service.padEnd(9))} ${paint('dim', time.replace(/\.\d+Z$/, 'Z'))} ${harmless(text)}`;
}

const units = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** `10m` or a time -> ISO 8601. `flag` is what it was typed after. */
export function instant(text: string, now: Date, flag: string): string {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (amount !== undefined)
    return new Date(now.getTime() - Number(amount) * units[unit as keyof typeof units] * 1000).toISOString();
  const time = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?)?$/.test(text)
    ? Date.parse(text)
    : NaN;
  if (Number.isNaN(time))
    throw new Failure('USAGE', `${flag} ${text.slice(0, 40)} is not a time`, [
      `${flag} 10m, ${flag} 2h, ${flag} 2026-11-24T08:00:00Z`,
    ]);
  return new Date(time).toISOString();
}
