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

/** Of the ratios of each round: their median, and between what the middle half of them lies. */
export type Ratio = { readonly median: number; readonly low: number; readonly high: number };

/** Requests per second, latency and processor time of one target, each divided by that of the floor in the same round. */
export type Ratios = { readonly perSecond: Ratio; readonly p99: Ratio; readonly processor: Ratio };

export type Comparison = {
  readonly name: string;
  readonly rounds: number;
  /** Medians over the rounds. */
  readonly floor: Run;
  readonly measured: Run;
  readonly ratios: Ratios;
  /** The floor against itself, in the same rounds: what this machine calls equal. */
  readonly control: Ratios;
};

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
};

function ratioOf(values: readonly number[]): Ratio {
  const sorted = values.toSorted((a, b) => a - b);
  const quarter = Math.floor((sorted.length - 1) / 4);
  return { median: median(sorted), low: sorted[quarter]!, high: sorted[sorted.length - 1 - quarter]! };
}

function ratios(runs: readonly Run[], floors: readonly Run[]): Ratios {
  const of = (value: (run: Run) => number): Ratio =>
    ratioOf(runs.map((run, round) => value(run) / value(floors[round]!)));
  return { perSecond: of((run) => run.perSecond), p99: of((run) => run.p99), processor: of((run) => run.microseconds) };
}

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
 * Floor, measured and the floor once more in turn, and the order changes every round, so that what else the machine does
 * meets all of them.
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
  const [floors, runs, controls]: [Run[], Run[], Run[]] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    const order = [
      { into: floors, target: targets.floor },
      { into: runs, target: targets.measured },
      { into: controls, target: targets.floor },
    ];
    const turned = [...order.slice(round % 3), ...order.slice(0, round % 3)];
    for (const { into, target } of turned) into.push(await wrk(rig, target, connections, seconds));
  }
  const failed = [...floors, ...runs, ...controls].reduce((sum, { errors }) => sum + errors, 0);
  if (failed > 0) throw new Error(`${name}: ${failed} requests failed, so the ratio would say nothing`);
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
    ratios: ratios(runs, floors),
    control: ratios(controls, floors),
  };
}
