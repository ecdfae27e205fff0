import type { Rig } from './rig.ts';

/** One run of wrk. */
export type Run = {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p99: number;
  /** Connections refused, cut or timed out, and answers other than 2xx and 3xx. */
  readonly errors: number;
  readonly requests: number;
  /** Processor time that the gateway's nginx spent on one request, in microseconds. */
  readonly microseconds: number;
};

export type Target = { readonly port: number; readonly path: string; readonly headers: () => string };

export type Comparison = {
  readonly name: string;
  readonly rounds: number;
  /** Medians over the rounds. */
  readonly floor: Run;
  readonly measured: Run;
  /** Medians of the ratios of each round: measured / floor. */
  readonly perSecond: number;
  readonly p99: number;
  readonly processor: number;
};

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
};

export async function wrk(rig: Rig, target: Target, connections: number, seconds: number): Promise<Run> {
  await rig.load(['sh', '-c', 'cat > /tmp/headers'], `${target.headers()}\n`);
  const before = await rig.processor();
  const output = await rig.load([
    ...['wrk', '--threads', '1', '--connections', String(connections), '--duration', `${seconds}s`, '--timeout', '10s'],
    ...['--script', '/load.lua', `https://127.0.0.1:${target.port}`, '--', target.path, '/tmp/headers'],
  ]);
  const spent = (await rig.processor()) - before;
  const line = output.split('\n').findLast((text) => text.startsWith('{'));
  if (line === undefined) throw new Error(`wrk said: ${output}`);
  const found = JSON.parse(line) as Record<string, number>;
  const { requests = 0, seconds: took = 1, p99 = 0, connect = 0, read = 0, write = 0, status = 0, timeout = 0 } = found;
  const errors = connect + read + write + status + timeout;
  return { perSecond: requests / took, p99, errors, requests, microseconds: (spent / requests) * 1e6 };
}

/**
 * Floor and measured in turn, and which of them begins changes every round, so that what else the machine does meets both.
 * @throws Error when a single request of a round failed: a ratio of errors says nothing
 */
export async function compare(
  rig: Rig,
  name: string,
  targets: { readonly floor: Target; readonly measured: Target },
  options: { readonly rounds: number; readonly seconds: number; readonly connections: number },
): Promise<Comparison> {
  const { rounds, seconds, connections } = options;
  for (const target of [targets.floor, targets.measured]) await wrk(rig, target, connections, 1);
  const floors: Run[] = [];
  const runs: Run[] = [];
  for (let round = 0; round < rounds; round++) {
    const measureFloor = async (): Promise<void> =>
      void floors.push(await wrk(rig, targets.floor, connections, seconds));
    if (round % 2 === 0) await measureFloor();
    runs.push(await wrk(rig, targets.measured, connections, seconds));
    if (round % 2 === 1) await measureFloor();
  }
  const failed = [...floors, ...runs].reduce((sum, { errors }) => sum + errors, 0);
  if (failed > 0) throw new Error(`${name}: ${failed} requests failed, so the ratio would say nothing`);
  const ratio = (of: (run: Run) => number): number => median(runs.map((run, at) => of(run) / of(floors[at]!)));
  const middle = (all: readonly Run[]): Run => ({
    perSecond: median(all.map((run) => run.perSecond)),
    p99: median(all.map((run) => run.p99)),
    errors: 0,
    requests: all.reduce((sum, { requests }) => sum + requests, 0),
    microseconds: median(all.map((run) => run.microseconds)),
  });
  return {
    name,
    rounds,
    floor: middle(floors),
    measured: middle(runs),
    perSecond: ratio((run) => run.perSecond),
    p99: ratio((run) => run.p99),
    processor: ratio((run) => run.microseconds),
  };
}
