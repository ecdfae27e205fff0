/**
 * What one changed pin costs (docs/images.md and docs/images-frontend.md, "What it costs"): time and bytes over the network, against
 * the same box without anything cached.
 *   node bench/images/run.ts [--only backend|frontend] [--json]
 * Needs a Docker Engine, PyPI and the npm registry. It has a cache of its own on the engine and empties it in the end.
 */
import { parseArgs } from 'node:util';

import { backend } from './backend.ts';
import { frontend } from './frontend.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, only: { type: 'string' } } });
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const benches = { backend, frontend };
const lines = [];
for (const [name, bench] of Object.entries(benches))
  if (values.only === undefined || values.only === name) lines.push(...(await bench(say)));
if (values.json) process.stdout.write(`${JSON.stringify(lines, undefined, 2)}\n`);
else
  for (const { what, found, reach, reached } of lines)
    process.stdout.write(`${reached ? 'reached' : 'MISSED '}  ${what}: ${found} (${reach})\n`);
process.exitCode = lines.every(({ reached }) => reached) ? 0 : 1;
