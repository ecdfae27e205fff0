import { matrixHead, matrixRows } from '../../src/cli/views/matrix-view.ts';
import { csv } from '../../src/cli/views/sheets.ts';
import { matrixOf } from '../../src/modules/matrix-pins.ts';
import type { PinSet } from '../../src/modules/pin-set.ts';
import { type Line, median } from './line.ts';

const modules = 60;

/** Servers with modules whose versions differ, as a spreadsheet: compared and written out. */
export function matrix(rounds: number): readonly Line[] {
  const [few, many] = [500, 1000].map((servers) => Array.from({ length: servers }, (_, server) => setOf(server)));
  const [half, whole]: [number[], number[]] = [[], []];
  // The first rounds are for the compiler.
  for (let round = -3; round < rounds; round++) {
    const [short, long] = [timed(few!), timed(many!)];
    if (round < 0) continue;
    half.push(short);
    whole.push(long);
  }
  const growth = median(whole) / median(half);
  return [
    {
      what: `matrix of 1,000 servers x ${modules} modules`,
      found: `${median(whole).toFixed(0)} ms`,
      reach: '<= 1000 ms',
      reached: median(whole) <= 1000,
    },
    {
      what: 'the same against 500 servers',
      found: `${growth.toFixed(2)} x (${median(half).toFixed(0)} ms)`,
      reach: '<= 2.50 x (linear: 2)',
      reached: growth <= 2.5,
    },
  ];
}

function timed(sets: readonly PinSet[]): number {
  const begin = performance.now();
  const shown = { names: sets.map(({ name }) => name), rows: matrixOf(sets) };
  if (csv(matrixHead(shown), matrixRows(shown)).length < sets.length * modules) throw new Error('cells are missing');
  return performance.now() - begin;
}

function setOf(server: number): PinSet {
  const backend = Array.from({ length: modules }, (_, module) => {
    const version = `1.${(server * 7 + module) % 13}.${server % 5}`;
    const name = `openimis-be-module-${module}`;
    return { package: name, module: `module_${module}`, source: { kind: 'version', version }, spec: `==${version}`, origin: `openimis.yaml:${module}` } as const; // prettier-ignore
  });
  return { name: `server-${server}`, components: { backend }, extra: {} };
}
