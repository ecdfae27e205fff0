import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';

import { Failure } from '../failure.ts';
import { writeTextFile } from '../workspace/store/files.ts';
import { askSecret } from './prompts.ts';
import { readSecretInput } from './secret-input.ts';

export type PasswordFlags = {
  readonly 'password-file'?: string | undefined;
  readonly 'password-stdin'?: boolean | undefined;
  readonly 'generate-to'?: string | undefined;
};

/** Rounds are 2 to this power: a quarter of a second on a server (docs/decisions/006-api-users.md). */
const cost = 12;
const shortest = 12;
/** Bytes: bcrypt does not look at more. */
const longest = 72;

/** A password by file, standard input or variable; undefined when none was given. Throws SECRET_UNUSABLE. */
export async function givenPassword(flags: PasswordFlags): Promise<string | undefined> {
  return readSecretInput('the password', {
    file: flags['password-file'],
    stdin: flags['password-stdin'] ?? false,
    variable: process.env['OPENIMIS_PASSWORD'],
  });
}

/** Was a way to give a password named? */
export function namesPassword(flags: PasswordFlags): boolean {
  const { OPENIMIS_PASSWORD: variable = '' } = process.env;
  return (
    flags['password-file'] !== undefined ||
    flags['password-stdin'] === true ||
    flags['generate-to'] !== undefined ||
    variable !== ''
  );
}

export type Asking = { readonly interactive: boolean; readonly signal: AbortSignal };

/** The password of a new or changed API user, from wherever the flags say, else asked for twice. Throws VALUE_MISSING. */
export async function newPassword(name: string, flags: PasswordFlags, asking: Asking): Promise<string> {
  if (flags['generate-to'] !== undefined) return generatedTo(flags['generate-to']);
  const given = await givenPassword(flags);
  const password = given ?? (await askedTwice(name, asking));
  const problem = passwordProblem(password);
  if (problem !== undefined)
    throw new Failure('SECRET_UNUSABLE', `the password ${problem}`, [
      '--generate-to FILE makes one up and writes it to a file',
    ]);
  return password;
}

function passwordProblem(password: string): string | undefined {
  if ([...password].length < shortest) return `has fewer than ${shortest} characters`;
  if (Buffer.byteLength(password) > longest) return `has more than ${longest} bytes, which its hash would not look at`;
  return /\p{Cc}/u.test(password) || !password.isWellFormed() ? 'holds a control character' : undefined;
}

async function askedTwice(name: string, { interactive, signal }: Asking): Promise<string> {
  if (!interactive)
    throw new Failure(
      'VALUE_MISSING',
      `the password of the API user ${name} is missing, and there is no terminal to ask at`,
      ['--password-file FILE, --password-stdin or OPENIMIS_PASSWORD gives it; --generate-to FILE makes one up'],
    );
  const where = `at least ${shortest} characters; only its hash is kept`;
  const first = await askSecret({ question: `Password of the API user ${name}`, where }, signal);
  const second = await askSecret({ question: 'The same again', where: 'so that nobody mistypes it' }, signal);
  if (first !== second) throw new Failure('SECRET_UNUSABLE', 'the two passwords differ; nothing was changed');
  return first;
}

/** 192 random bits in a new file that only its owner reads. */
async function generatedTo(file: string): Promise<string> {
  const password = randomBytes(24).toString('base64url');
  const written = await writeTextFile(resolve(file), `${password}\n`, { mode: 0o600, create: true });
  if (!written) throw new Failure('USAGE', `--generate-to ${file}: there is such a file already`, ['name a new file']);
  return password;
}

export async function hashPassword(password: string): Promise<string> {
  const { hash } = await import('bcryptjs');
  return hash(password, cost);
}

export async function passwordMatches(password: string, hash: string): Promise<boolean> {
  const { compare } = await import('bcryptjs');
  return Buffer.byteLength(password) <= longest && (await compare(password, hash));
}
