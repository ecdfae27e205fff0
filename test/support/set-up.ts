import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

import { applySetup, setupNeeded } from '../../src/engines/docker/setup.ts';
import { buildPebble } from './go-programs.ts';

/** Programs that only the tests need, and the Debian/Ubuntu package that brings each. */
const programs = [
  { file: '/usr/bin/tsql', package: 'freetds-bin', why: 'second client for the SQL Server stand-in' },
  { file: '/usr/bin/chromium', package: 'chromium', why: 'a real browser' },
  { file: '/usr/bin/openssl', package: 'openssl', why: 'throw-away certificates' },
  { file: '/usr/bin/curl', package: 'curl', why: 'requests as a script would make them' },
  { file: '/usr/bin/git', package: 'git', why: 'fresh checkouts' },
  { file: '/usr/bin/ip', package: 'iproute2', why: 'a network of its own for an engine whose power is cut' },
] as const;

/** Installs what is missing (idempotent, root on Debian/Ubuntu) and starts dockerd when none runs; says what it does. */
export async function setUp(): Promise<void> {
  const missing = programs.filter(({ file }) => !existsSync(file));
  if (missing.length > 0) {
    for (const { package: name, why } of missing) console.log(`set-up: installing ${name} (${why})`);
    aptGet(['update', '-qq']);
    aptGet(['install', '-y', '-qq', '--no-install-recommends', ...missing.map((program) => program.package)]);
  }
  buildPebble((name) => {
    aptGet(['update', '-qq']);
    aptGet(['install', '-y', '-qq', '--no-install-recommends', name]);
  });
  const steps = await setupNeeded();
  for (const step of steps) console.log(`set-up: ${step.title}`);
  if (steps.length > 0) await applySetup(steps, (line) => console.log(`set-up: ${line}`));
  console.log('set-up: everything is here');
}

function aptGet(argv: readonly string[]): void {
  const result = spawnSync('apt-get', argv, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (result.status !== 0)
    throw new Error(
      `apt-get ${argv[0]} failed (${result.error?.message ?? `exit ${result.status}`}); run bin/test as root on Debian or Ubuntu`,
    );
}
