import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { type Line, median } from './line.ts';

const program = resolve(import.meta.dirname, '../../bin/run.js');

/** `versions diff test qa` against an empty Node process: one after the other, many times, medians of both. */
export function startOfDiff(rounds: number): Line {
  const folder = mkdtempSync(join(tmpdir(), 'openimis-bench-'));
  try {
    const env = { PATH: process.env['PATH'], HOME: folder, NO_COLOR: '1' };
    const run = (argv: readonly string[]): number => {
      const begin = performance.now();
      const { status, stderr } = spawnSync(process.execPath, argv, { cwd: folder, env, encoding: 'utf8' });
      if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr}`);
      return performance.now() - begin;
    };
    for (const name of ['test', 'qa']) {
      const values = [
        '--legacy-ip',
        '127.0.0.1',
        '--legacy-dns',
        `legacy-${name}.example.org`,
        '--database-name',
        'IMIS',
        '--database-user',
        'u',
      ];
      run([program, 'init', name, '--from', name, ...values, '--gateway-dns', `${name}.example.org`]);
    }
    const empty = join(folder, 'empty.js');
    writeFileSync(empty, '');
    const diff = [program, 'versions', 'diff', 'test', 'qa'];
    // The first run fills the caches of Node and ours.
    run(diff);
    const [floor, found]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      floor.push(run([empty]));
      found.push(run(diff));
    }
    const ratio = median(found) / median(floor);
    const quiet = Math.min(...found) / Math.min(...floor);
    return {
      what: 'versions diff test qa',
      found: `${ratio.toFixed(2)} x an empty Node (${median(found).toFixed(0)} to ${median(floor).toFixed(0)} ms; quickest of each ${quiet.toFixed(2)} x)`,
      reach: '<= 4.00 x',
      reached: ratio <= 4,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
