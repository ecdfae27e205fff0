import { Failure } from '../failure.ts';
import type { Secrets } from '../workspace/server.ts';
import { askSecret } from './prompts.ts';
import { readSecretInput } from './secret-input.ts';

export type PasswordFlags = {
  readonly 'database-password-file'?: string | undefined;
  readonly 'database-password-stdin'?: boolean | undefined;
};

/** The password of the database login when one was given by file, standard input or variable. */
export async function givenPassword(flags: PasswordFlags): Promise<Secrets> {
  const password = await readSecretInput('the database password', {
    file: flags['database-password-file'],
    stdin: flags['database-password-stdin'] ?? false,
    variable: process.env['OPENIMIS_DATABASE_PASSWORD'],
  });
  return password === undefined ? {} : { DATABASE_PASSWORD: password };
}

/** `init` asks too, and takes an empty answer for "later": a DBA may not have made the login yet. */
export async function offeredPassword(there: Secrets, user: string, signal: AbortSignal): Promise<Secrets> {
  if ((there.DATABASE_PASSWORD ?? '') !== '') return {};
  const where = 'your DBA set it; it is kept in secrets/, mode 0600; empty: deploy asks again';
  const password = await askSecret({ question: `Password of the database login ${user}`, where }, signal, true);
  return password === '' ? {} : { DATABASE_PASSWORD: password };
}

/** Asks for the password when it is not there; VALUE_MISSING without a terminal. */
export async function askedPassword(
  there: Secrets,
  user: string,
  interactive: boolean,
  signal: AbortSignal,
): Promise<Secrets> {
  if ((there.DATABASE_PASSWORD ?? '') !== '') return {};
  if (!interactive)
    throw new Failure(
      'VALUE_MISSING',
      `the password of the database login ${user} is missing, and there is no terminal to ask at`,
      ['--database-password-file FILE, or --database-password-stdin, or OPENIMIS_DATABASE_PASSWORD gives it'],
    );
  const password = await askSecret(
    { question: `Password of the database login ${user}`, where: 'it is kept in secrets/, mode 0600; your DBA set it' },
    signal,
  );
  return { DATABASE_PASSWORD: password };
}
