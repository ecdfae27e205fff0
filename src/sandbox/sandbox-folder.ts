import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { z } from 'zod';

import { writeTextFile } from '../workspace/store/files.ts';

const stateSchema = z.object({
  schema: z.literal(1),
  legacyVersion: z.string(),
  ports: z.object({ http: z.int(), https: z.int(), legacy: z.int(), database: z.int() }),
  /** One password for every user of the stand-ins; it opens nothing else. */
  userPassword: z.string(),
  databasePassword: z.string(),
});

export type SandboxPorts = z.infer<typeof stateSchema>['ports'];
export type SandboxState = z.infer<typeof stateSchema>;

/** The sandbox's own workspace: never a folder of the operator. */
export function sandboxFolder(env: NodeJS.ProcessEnv = process.env): string {
  const state = env['XDG_STATE_HOME'];
  return join(state === undefined || state === '' ? join(homedir(), '.local/state') : state, 'openimis/sandbox');
}

const stateFile = (folder: string): string => join(folder, 'secrets/sandbox.json');

/** What an earlier `sandbox up` chose; undefined when there is none, or it cannot be read any more. */
export async function readSandboxState(folder: string): Promise<SandboxState | undefined> {
  try {
    return stateSchema.parse(JSON.parse(await readFile(stateFile(folder), 'utf8')));
  } catch {
    return undefined;
  }
}

export async function writeSandboxState(folder: string, state: SandboxState): Promise<void> {
  await mkdir(join(folder, 'secrets'), { recursive: true, mode: 0o700 });
  await writeTextFile(stateFile(folder), `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
}

/** A password for the stand-ins that a person can type. */
export function sandboxPassword(): string {
  return `sandbox-${randomBytes(5).toString('hex')}`;
}

export async function removeSandboxFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
