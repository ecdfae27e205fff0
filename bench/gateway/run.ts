/**
 * What the gateway costs, as ratios against the same nginx without it (docs/gateway.md, "What it costs").
 *   node bench/gateway/run.ts [--rounds 10] [--seconds 3] [--minutes 5] [--only iapi,iapi-5ms,...] [--json]
 * Needs a Docker Engine; wrk comes from Debian into an image of its own. Nothing leaves the containers' 127.0.0.1 but a few
 * requests of this program to the published port on this machine's 127.0.0.1.
 */
import { parseArgs } from 'node:util';

import { floorPorts } from './floor.ts';
import { reloadUnderLoad, requestsToLegacy, switchUnderLoad } from './operation.ts';
import { openRig, type Rig } from './rig.ts';
import { compare, type Comparison, type Ratio, type Target } from './rounds.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '3' },
    minutes: { type: 'string', default: '5' },
    only: { type: 'string', default: 'iapi,iapi-5ms,api,legacy-5ms,legacy,operation,checks' },
    json: { type: 'boolean', default: false },
  },
});
const [rounds, seconds, minutes] = [Number(values.rounds), Number(values.seconds), Number(values.minutes)];
const wanted = new Set(values.only.split(','));
const say = (line: string): void => void process.stderr.write(`${line}\n`);

type Line = {
  readonly what: string;
  readonly found: string;
  readonly control?: string;
  readonly reach: string;
  readonly reached: boolean;
};

function ratioLine(result: Comparison, least: number, mostP99?: number): Line {
  const { floor, measured, ratios, control } = result;
  const whole = (value: number): string => Math.round(value).toString();
  const late = mostP99 === undefined ? '' : `, p99 <= ${mostP99.toFixed(1)}`;
  const show = ({ median, low, high }: Ratio): string => `${median.toFixed(3)} [${low.toFixed(3)}-${high.toFixed(3)}]`;
  return {
    what: result.name,
    found:
      `requests ${show(ratios.perSecond)} (${whole(measured.perSecond)} of ${whole(floor.perSecond)} a second); ` +
      `p99 ${show(ratios.p99)} (${measured.p99.toFixed(1)} to ${floor.p99.toFixed(1)} ms); ` +
      `processor ${show(ratios.processor)} (${whole(measured.microseconds)} to ${whole(floor.microseconds)} us each)`,
    control: `requests ${show(control.perSecond)}; p99 ${show(control.p99)}; processor ${show(control.processor)}`,
    reach: `>= ${least.toFixed(2)}${late}`,
    reached: ratios.perSecond.median >= least && (mostP99 === undefined || ratios.p99.median <= mostP99),
  };
}

const comparisons: readonly {
  readonly id: string;
  readonly name: string;
  readonly bank: string;
  readonly connections: number;
  readonly least: number;
  readonly mostP99?: number;
  readonly targets: (rig: Rig) => { readonly floor: Target; readonly measured: Target };
}[] = [
  {
    id: 'iapi',
    name: 'signed-on /iapi at saturation, 64 connections, 50 users',
    bank: '0',
    connections: 64,
    least: 0.9,
    mostP99: 1.2,
    targets: (rig) => both('/iapi/graphql', floorPorts.application, () => rig.visitors(50)),
  },
  {
    id: 'iapi-5ms',
    name: 'signed-on /iapi, upstream of 5 ms, 32 connections',
    bank: '2',
    connections: 32,
    least: 0.99,
    targets: (rig) => both('/iapi/graphql', floorPorts.slow, () => rig.visitors(50)),
  },
  {
    id: 'api',
    name: '/api with Basic Auth, warm, upstream of 5 ms, 32 connections',
    bank: '2',
    connections: 32,
    least: 0.98,
    targets: (rig) => both('/api/claims', floorPorts.slow, rig.apiUser),
  },
  {
    id: 'legacy-5ms',
    name: '/ of the legacy, signed on, a page of 5 ms, 32 connections',
    bank: '0',
    connections: 32,
    least: 0.98,
    targets: (rig) => both('/Slow.aspx', floorPorts.legacy, () => rig.visitors(50)),
  },
  {
    id: 'legacy',
    name: '/ of the legacy at saturation, signed on, 64 connections',
    bank: '0',
    connections: 64,
    least: 0.98,
    targets: (rig) => both('/FindClaims.aspx', floorPorts.legacy, () => rig.visitors(50)),
  },
];

function both(path: string, floor: number, headers: () => string): { floor: Target; measured: Target } {
  return { floor: { port: floor, path, headers }, measured: { port: 8443, path, headers } };
}

async function measure(rig: Rig): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const { id, name, bank, connections, least, mostP99, targets } of comparisons) {
    if (!wanted.has(id)) continue;
    say(`measuring: ${name}, ${rounds} rounds of 3 x ${seconds} s`);
    await rig.gateway.run('openimis-gateway', 'bank', bank);
    lines.push(ratioLine(await compare(rig, name, targets(rig), { rounds, seconds, connections }), least, mostP99));
  }
  if (wanted.has('operation')) {
    await rig.gateway.run('openimis-gateway', 'bank', '0');
    say('measuring: switches of generations under load');
    const { requests, errors, switches } = await switchUnderLoad(rig, Math.max(5, seconds));
    lines.push({
      what: `${switches} switches of generations under load, 32 connections`,
      found: `${errors} errors in ${requests} requests`,
      reach: '0 errors',
      reached: errors === 0,
    });
    say('measuring: reloads under load');
    await rig.gateway.run('openimis-gateway', 'bank', '2');
    const { answers, reloads, cut, closedIdle, met } = await reloadUnderLoad(rig, 5);
    lines.push({
      what: `${reloads} reloads under load, 32 connections`,
      found: `${cut} of ${answers} answers cut; ${closedIdle} idle connections closed, ${met} requests met one that was closing`,
      reach: 'no answer cut',
      reached: cut === 0,
    });
  }
  if (wanted.has('checks')) {
    await rig.gateway.run('openimis-gateway', 'bank', '0');
    const users = 50;
    say(`measuring: what the legacy is asked for ${users} active users in ${minutes} minutes`);
    const { asked, answers, refused } = await requestsToLegacy(rig, users, minutes);
    const each = asked / users / minutes;
    lines.push({
      what: `requests added to the legacy, ${users} active users, ${minutes} minutes`,
      found: `${asked} for ${answers} answers: ${each.toFixed(2)} per user and minute; ${refused} refused`,
      reach: '<= 2 per user and minute',
      reached: each <= 2 && refused === 0,
    });
  }
  return lines;
}

const rig = await openRig();
try {
  const lines = await measure(rig);
  const text = lines.map(({ what, found, control, reach, reached }) =>
    [
      `${reached ? 'reached' : 'MISSED '}  ${what}`,
      `         ${found}`,
      ...(control === undefined ? [] : [`         the floor against itself: ${control}`]),
      `         reach ${reach}`,
    ].join('\n'),
  );
  process.stdout.write(values.json ? `${JSON.stringify(lines, undefined, 2)}\n` : `${text.join('\n')}\n`);
  process.exitCode = lines.every(({ reached }) => reached) ? 0 : 1;
} finally {
  await rig.close();
}
