import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { expect } from 'vitest';

/** Runs a program that has to succeed. */
export async function run(file: string, argv: readonly string[]): Promise<void> {
  const child = spawn(file, argv, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'close')) as [number];
  expect(code, `${file} ${argv.join(' ')}`).toBe(0);
}
