/** What bin/test runs: set-up, static checks, vitest. The last line is `N passed, N failed[, N skipped]`. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

import { ownImages } from './own-images.ts';
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

type Report = Record<'numPassedTests' | 'numFailedTests' | 'numPendingTests' | 'numTodoTests', number>;

/** Runs projects at the same time. The first one's output is shown as it comes, that of the others when they are done. */
async function vitest(...projects: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'openimis-test-'));
  await Promise.all(
    projects.map(async (project, at) => {
      const report = join(folder, `${project}.json`);
      const log = join(folder, `${project}.log`);
      const options = ['--passWithNoTests', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
      const argv = ['run', '--project', project, ...options, ...patterns];
      console.log(`\n$ vitest ${argv.join(' ')}`);
      const output = at === 0 ? 'inherit' : openSync(log, 'w');
      const status = await new Promise<number>((resolve) => {
        const child = spawn('vitest', argv, { cwd: root, stdio: ['ignore', output, output], env });
        child.on('error', () => resolve(1));
        child.on('close', (code) => resolve(code ?? 1));
      });
      if (at > 0) console.log(`\n${project}:\n${readFileSync(log, 'utf8')}`);
      count(project, report, status);
    }),
  );
  rmSync(folder, { recursive: true, force: true });
}

function count(project: string, file: string, status: number): void {
  const before = counts.failed;
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    counts.passed += report.numPassedTests;
    counts.failed += report.numFailedTests;
    counts.skipped += report.numPendingTests + report.numTodoTests;
  } catch {
    console.error(`vitest left no report for ${project}`);
  }
  // A hook or a file that broke before its first test counts as a failure too.
  if (status !== 0 && counts.failed === before) counts.failed += 1;
}

if (layer !== 'unit') await setUp();
if (layer === undefined || layer === 'checks')
  for (const check of checks) {
    if (run(check) === 0) counts.passed += 1;
    else counts.failed += 1;
  }
if (layer === undefined || layer === 'unit') await vitest('unit');
if (layer === undefined || layer === 'e2e') {
  await ownImages();
  await vitest('e2e-boxes', 'e2e-parts');
}

const skipped = counts.skipped === 0 ? '' : `, ${counts.skipped} skipped`;
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
