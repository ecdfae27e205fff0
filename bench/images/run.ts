/**
 * What one changed pin costs (docs/images-frontend.md, "What it costs"): time of the install and bytes over the network, against
 * the same box without anything cached.
 *   node bench/images/run.ts [--json]
 * Needs a Docker Engine and the npm registry. It has a cache of its own on the engine and empties it in the end.
 */
import { parseArgs } from 'node:util';

import { frontend } from './frontend.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const lines = await frontend(say);
if (values.json) process.stdout.write(`${JSON.stringify(lines, undefined, 2)}\n`);
else
  for (const { what, found, reach, reached } of lines)
    process.stdout.write(`${reached ? 'reached' : 'MISSED '}  ${what}: ${found} (${reach})\n`);
process.exitCode = lines.every(({ reached }) => reached) ? 0 : 1;
