import { createReadStream } from 'node:fs';

import { Failure } from '../failure.ts';

export type SecretSources = {
  /** Value of the `--x-file` flag. */
  readonly file: string | undefined;
  /** `--x-stdin` was given. */
  readonly stdin: boolean;
  /** Value of `OPENIMIS_X`. */
  readonly variable: string | undefined;
};

/** Bytes of a secret at most. */
const longest = 4096;

/** A secret from a file, standard input or the environment, never from an argument; undefined when none was given. */
export async function readSecretInput(name: string, sources: SecretSources): Promise<string | undefined> {
  if (sources.file !== undefined && sources.stdin)
    throw new Failure('USAGE', `${name}: give it by file or by standard input, not both`);
  if (sources.file !== undefined) return firstLine(name, await fromFile(name, sources.file));
  if (sources.stdin) return firstLine(name, await fromStdin(name));
  return sources.variable === undefined || sources.variable === '' ? undefined : firstLine(name, sources.variable);
}

async function fromFile(name: string, file: string): Promise<string> {
  try {
    // Also a pipe of the shell, <(pass show imis); /dev/zero never ends.
    let text = '';
    for await (const chunk of createReadStream(file, { encoding: 'utf8', end: 4 * longest })) text += chunk as string;
    return text;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    const why = { ENOENT: 'is not there', EISDIR: 'is a folder', EACCES: 'may not be read by you' }[code];
    throw new Failure('USAGE', `${name}: ${file} ${why ?? `cannot be read (${code})`}`, [`ls -l ${file}`]);
  }
}

async function fromStdin(name: string): Promise<string> {
  if (process.stdin.isTTY) throw new Failure('USAGE', `${name}: standard input is a terminal; pipe the secret in`);
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk as string;
    if (text.length > longest) break;
  }
  return text;
}

/** The text without its last line break; a secret has one line. */
function firstLine(name: string, text: string): string {
  const value = text.replace(/\r?\n$/, '');
  if (value === '') throw new Failure('SECRET_UNUSABLE', `${name} is empty`);
  if (/[\r\n\0]/.test(value)) throw new Failure('SECRET_UNUSABLE', `${name} holds a line break or a NUL`);
  if (value.length > longest) throw new Failure('SECRET_UNUSABLE', `${name} is longer than ${longest} characters`);
  return value;
}
