/** What bin/test runs: set-up, static checks, vitest. The last line is `N passed, N failed[, N skipped]`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

import { setUp } from './set-up.ts';

type Counts = { passed: number; failed: number; skipped: number };

const root = resolve(import.meta.dirname, '../..');
const [layer, ...patterns] = process.argv.slice(2);
const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
// npm scripts and tools must find the pinned Node first, whatever the machine has.
const env = {
  ...process.env,
  PATH: `${dirname(process.execPath)}${delimiter}${join(root, 'node_modules/.bin')}${delimiter}${process.env['PATH']}`,
};

function run(argv: readonly string[]): number {
  console.log(`\n$ ${argv.join(' ')}`);
  return spawnSync(argv[0]!, argv.slice(1), { cwd: root, stdio: 'inherit', env }).status ?? 1;
}

const checks: readonly (readonly string[])[] = [
  ['prettier', '--check', '.'],
  ['eslint', '.'],
  ['tsc', '--noEmit'],
  ['knip'],
  ['publint', '--strict'],
  ['node', 'test/support/check-lock.ts'],
];

function vitest(project: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'openimis-test-'));
  const output = join(folder, 'report.json');
  const status = run([
    'vitest',
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${output}`,
    ...patterns,
  ]);
  const before = counts.failed;
  try {
    const report = JSON.parse(readFileSync(output, 'utf8')) as Record<
      'numPassedTests' | 'numFailedTests' | 'numPendingTests' | 'numTodoTests',
      number
    >;
    counts.passed += report.numPassedTests;
    counts.failed += report.numFailedTests;
    counts.skipped += report.numPendingTests + report.numTodoTests;
  } catch {
    console.error(`vitest left no report for ${project}`);
  }
  // A hook or a file that broke before its first test counts as a failure too.
  if (status !== 0 && counts.failed === before) counts.failed += 1;
  rmSync(folder, { recursive: true, force: true });
}

if (layer !== 'unit') await setUp();
if (layer === undefined || layer === 'checks')
  for (const check of checks) {
    if (run(check) === 0) counts.passed += 1;
    else counts.failed += 1;
  }
if (layer === undefined || layer === 'unit') vitest('unit');
if (layer === undefined || layer === 'e2e') vitest('e2e');

const skipped = counts.skipped === 0 ? '' : `, ${counts.skipped} skipped`;
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
