import { setTimeout as delay } from 'node:timers/promises';

import type { LogLine } from '../engine.ts';
import type { Api } from './api.ts';
import { frameReader, timedLines } from './log-frames.ts';
import { inspect } from './own-containers.ts';
import { composeLabel } from './states.ts';

export type LogOptions = {
  readonly follow?: boolean;
  readonly tail?: number;
  readonly since?: string;
  readonly signal?: AbortSignal;
};

/** Without `follow`: all lines by time. With it: as they come, across restarts of a container, until aborted. */
export async function* logs(
  api: Api,
  containers: readonly string[],
  options: LogOptions,
): AsyncGenerator<LogLine, void, undefined> {
  if (options.follow === true) {
    yield* merged(containers.map((container) => followed(api, container, options)));
    return;
  }
  const found = await Promise.all(containers.map((container) => collected(api, container, options)));
  yield* found.flat().sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

async function collected(api: Api, container: string, options: LogOptions): Promise<readonly LogLine[]> {
  const lines: LogLine[] = [];
  for await (const line of once(api, container, { ...options, follow: false })) lines.push(line);
  return lines;
}

/** The engine ends a followed stream when the container stops; a restarted one is followed on from its last line. */
async function* followed(api: Api, container: string, options: LogOptions): AsyncGenerator<LogLine, void, undefined> {
  let next: LogOptions = options;
  let last = '';
  while (options.signal?.aborted !== true) {
    for await (const line of once(api, container, next))
      if (line.time === '' || line.time > last) {
        last = line.time === '' ? last : line.time;
        yield line;
      }
    let state = (await inspect(api, container))?.State.Status;
    // Between two runs a container that restarts is `exited` for a moment.
    for (let pause = 0; pause < 4 && state !== 'running' && state !== undefined; pause++) {
      await delay(250, undefined, options.signal === undefined ? {} : { signal: options.signal }).catch(() => {});
      state = (await inspect(api, container))?.State.Status;
    }
    if (state !== 'running' && state !== 'restarting') return;
    if (last !== '')
      next = { follow: true, since: last, ...(options.signal === undefined ? {} : { signal: options.signal }) };
  }
}

/** One request; lines of stdout and stderr as they come. Ends quietly when aborted or when the container is gone. */
async function* once(api: Api, container: string, options: LogOptions): AsyncGenerator<LogLine, void, undefined> {
  const found = await inspect(api, container);
  if (found === undefined) return;
  const name = found.Name.replace(/^\//, '');
  const service = found.Config.Labels?.[composeLabel.service] ?? name;
  const query = {
    stdout: true,
    stderr: true,
    timestamps: true,
    ...(options.tail === undefined ? {} : { tail: options.tail }),
    ...(options.since === undefined ? {} : { since: unixTime(options.since) }),
  };
  const handle = api.docker.getContainer(found.Id);
  const chunks: AsyncIterable<Buffer> =
    options.follow === true
      ? stoppable(await api.ask('read logs', () => handle.logs({ ...query, follow: true })), options.signal)
      : whole(await api.ask('read logs', () => handle.logs({ ...query, follow: false }), 120));
  const frames = frameReader();
  const streams = { out: timedLines(), err: timedLines() };
  const named = ({ time, text }: { readonly time: string; readonly text: string }): LogLine => ({
    service,
    container: name,
    time,
    text,
  });
  for await (const chunk of chunks)
    for (const { stderr, data } of found.Config.Tty ? [{ stderr: false, data: chunk }] : frames(chunk))
      for (const line of (stderr ? streams.err : streams.out).push(data)) yield named(line);
  for (const line of [...streams.out.end(), ...streams.err.end()]) yield named(line);
}

/** The API wants seconds with nanoseconds since 1970; more digits than a number has. */
function unixTime(since: string): string {
  const milliseconds = Date.parse(since);
  if (Number.isNaN(milliseconds)) return since;
  const fraction = /\.(\d{1,9})Z?$/.exec(since)?.[1]?.padEnd(9, '0') ?? '000000000';
  return `${Math.floor(milliseconds / 1000)}.${fraction}`;
}

async function* whole(buffer: Buffer): AsyncGenerator<Buffer, void, undefined> {
  yield await Promise.resolve(buffer);
}

async function* stoppable(
  stream: NodeJS.ReadableStream,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  const source = stream as NodeJS.ReadableStream & { destroy(): void };
  const stop = (): void => source.destroy();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    if (signal?.aborted === true) return;
    for await (const chunk of source) yield chunk as Buffer;
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    source.destroy();
  }
}

/** Values of several sources as they come; ends with the last of them, and ends all of them when left early. */
async function* merged<T>(sources: readonly AsyncGenerator<T, void, undefined>[]): AsyncGenerator<T, void, undefined> {
  const step = async (source: AsyncGenerator<T, void, undefined>) => ({ source, result: await source.next() });
  const pending = new Map(sources.map((source) => [source, step(source)]));
  try {
    while (pending.size > 0) {
      const { source, result } = await Promise.race(pending.values());
      if (result.done === true) pending.delete(source);
      else {
        pending.set(source, step(source));
        yield result.value;
      }
    }
  } finally {
    for (const [source, waiting] of pending) {
      waiting.catch(() => {});
      void source.return().catch(() => {});
    }
  }
}
