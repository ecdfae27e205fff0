import { randomBytes } from 'node:crypto';
import { chmod, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { Failure } from '../../failure.ts';
import { formatSecrets, generatedSecrets, parseSecrets, secretsFileLimit } from '../secrets.ts';
import { type SecretName, secretNames, type Secrets } from '../server.ts';
import { serverNameProblem } from '../server-name.ts';
import { errorCode, readTextFile, trusted, writeFailure, writeTextFile } from './files.ts';

/** Path below the workspace. The name is checked: it becomes part of a path. */
function secretsFile(server: string): string {
  const problem = serverNameProblem(server);
  if (problem !== undefined) throw new Failure('USAGE', problem);
  return `secrets/${server}.env`;
}

/**
 * The server's secrets; empty when there is no file yet. Throws SECRET_UNUSABLE when others may read the file (with
 * the chmod command) or it cannot be parsed.
 */
export async function readSecrets(folder: string, server: string): Promise<Secrets> {
  const name = secretsFile(server);
  const file = join(folder, name);
  await refuseStranger(folder, join(folder, 'secrets'));
  const read = await readTextFile(file, secretsFileLimit, 'SECRET_UNUSABLE');
  if (read === undefined) return {};
  await refuseStranger(folder, file, read.uid);
  if ((read.mode & 0o077) !== 0) {
    const octal = read.mode.toString(8).padStart(4, '0');
    throw new Failure('SECRET_UNUSABLE', `${file} may be used by others (mode ${octal}, must be 0600)`, [
      `chmod 600 ${file}`,
      'if this box has other users, change the passwords in it',
    ]);
  }
  return parseSecrets(read.text, name);
}

/**
 * Keys that somebody else chose sign for him on: what another user left in a folder that many may write is refused.
 * Whoever owns the workspace itself is trusted.
 */
async function refuseStranger(workspace: string, path: string, known?: number): Promise<void> {
  const owner = async (of: string): Promise<number | undefined> => (await stat(of).catch(() => undefined))?.uid;
  const uid = known ?? (await owner(path));
  if (uid === undefined || trusted(uid) || uid === (await owner(workspace))) return;
  throw new Failure('SECRET_UNUSABLE', `${path} belongs to another user (uid ${uid})`, [
    `ls -ld ${path}`,
    'if it is not yours: openimis init in a folder that only you can write',
  ]);
}

/** Writes secrets/<server>.env (mode 0600, folder 0700) in one step. Throws SECRET_UNUSABLE, WORKSPACE_READ_ONLY, DISK_FULL. */
export async function writeSecrets(folder: string, server: string, secrets: Secrets): Promise<void> {
  await write(folder, server, secrets, false);
}

/**
 * Changes secrets/<server>.env from what it says at this moment (mode 0600, in one step) and makes up what is missing of the
 * generated ones. Returns the secrets before and after. Throws what `change` throws; then nothing was written.
 */
export async function editSecrets(
  folder: string,
  server: string,
  change: (secrets: Secrets) => Secrets,
): Promise<{ readonly before: Secrets; readonly after: Secrets }> {
  const before = await readSecrets(folder, server);
  const after = ensureGenerated(change(before));
  if (formatSecrets(after) !== formatSecrets(before)) await write(folder, server, after, false);
  return { before, after };
}

async function write(folder: string, server: string, secrets: Secrets, create: boolean): Promise<boolean> {
  const file = join(folder, secretsFile(server));
  const text = formatSecrets(secrets);
  const parent = join(folder, 'secrets');
  try {
    await mkdir(parent, { recursive: true, mode: 0o700 });
    await refuseStranger(folder, parent);
    if (((await stat(parent)).mode & 0o077) !== 0) await chmod(parent, 0o700);
  } catch (error) {
    if (errorCode(error) === 'EEXIST' || errorCode(error) === 'ENOTDIR')
      throw new Failure('SECRET_UNUSABLE', `${parent} is not a folder`, [`ls -ld ${parent}`]);
    throw writeFailure(error, file);
  }
  return writeTextFile(file, text, { mode: 0o600, create });
}

/** The secrets plus those that are generated (32 random bytes each) and not there yet. What is there is never changed. */
export function ensureGenerated(secrets: Secrets): Secrets {
  const complete: Partial<Record<SecretName, string>> = { ...secrets };
  for (const name of generatedSecrets) {
    if (complete[name] !== undefined && complete[name] !== '') continue;
    const hex = randomBytes(32).toString('hex');
    complete[name] = name === 'IDENTITY_HEADER' ? hex.toUpperCase() : hex;
  }
  return complete;
}

/**
 * Reads the secrets, puts `given` over them, generates what is missing, and writes the file if that changed it.
 * Of two first runs at once only one generates; the other takes over what the first wrote.
 */
export async function ensureSecrets(folder: string, server: string, given: Secrets = {}): Promise<Secrets> {
  const there = await readSecrets(folder, server);
  const wanted = ensureGenerated({ ...there, ...given });
  if (formatSecrets(wanted) === formatSecrets(there)) return there;
  const first = Object.keys(there).length === 0;
  if (await write(folder, server, wanted, first)) return wanted;
  const merged = ensureGenerated({ ...(await readSecrets(folder, server)), ...given });
  await write(folder, server, merged, false);
  return merged;
}

/** Throws SECRET_MISSING naming each of `names` that is not there (or empty). */
export function requireSecrets(secrets: Secrets, server: string, names: readonly SecretName[]): void {
  const lacking = secretNames.filter((name) => names.includes(name) && (secrets[name] ?? '') === '');
  if (lacking.length === 0) return;
  const flags = lacking
    .filter((name) => name.startsWith('DATABASE_'))
    .map((name) => name.toLowerCase().replaceAll('_', '-'))
    .map((word) => `--${word}-file FILE or --${word}-stdin gives it`);
  throw new Failure('SECRET_MISSING', `${secretsFile(server)} lacks ${lacking.join(', ')}`, [
    ...flags,
    `if a colleague deployed ${server} before: get ${secretsFile(server)} from him by a safe way, it is nowhere else`,
  ]);
}
