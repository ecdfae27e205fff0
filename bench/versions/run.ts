/**
 * What commands about versions cost (docs/versions.md, "What it costs"): ratios against floors of the same run.
 *   node bench/versions/run.ts [--rounds 15] [--only diff,matrix,verify] [--json]
 * Needs a built dist/ (node build.js). Nothing leaves 127.0.0.1. Ends with 1 when something is not reached.
 */
import { parseArgs } from 'node:util';

import type { Line } from './line.ts';
import { matrix } from './matrix.ts';
import { startOfDiff } from './start.ts';
import { verify } from './verify.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    only: { type: 'string', default: 'diff,matrix,verify' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const wanted = new Set(values.only.split(','));
const lines: readonly Line[] = [
  ...(wanted.has('diff') ? [startOfDiff(rounds)] : []),
  ...(wanted.has('matrix') ? matrix(15) : []),
  ...(wanted.has('verify') ? await verify(Math.min(rounds, 7)) : []),
];
if (values.json) console.log(JSON.stringify(lines, undefined, 2));
else for (const { what, found, reach, reached } of lines) console.log(`${reached ? '✓' : '✗'} ${what}: ${found}; to reach ${reach}`); // prettier-ignore
process.exitCode = lines.every(({ reached }) => reached) ? 0 : 1;
