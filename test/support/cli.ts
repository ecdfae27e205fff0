import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { execa } from 'execa';

export const packageFolder = resolve(import.meta.dirname, '../..');

export type CliRun = { readonly code: number | undefined; readonly stdout: string; readonly stderr: string };

/** Runs the built program (bin/run.js) without a terminal and without the caller's OPENIMIS_* variables. */
export async function openimis(
  argv: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly input?: string;
    readonly timeout?: number;
  } = {},
): Promise<CliRun> {
  const { PATH, HOME, SSL_CERT_FILE, DOCKER_HOST } = process.env;
  const base = { PATH, HOME, SSL_CERT_FILE, DOCKER_HOST, NO_COLOR: '1' };
  const result = await execa(process.execPath, [join(packageFolder, 'bin/run.js'), ...argv], {
    reject: false,
    extendEnv: false,
    env: {
      ...Object.fromEntries(Object.entries(base).filter(([, value]) => value !== undefined)),
      ...options.env,
    } as Record<string, string>,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    timeout: options.timeout ?? 60_000,
  });
  return { code: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}

/** A folder that is removed after `use`. */
export async function inTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'openimis-test-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
