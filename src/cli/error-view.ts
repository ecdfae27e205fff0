import { Errors } from '@oclif/core';

import { exitCodes, Failure } from '../failure.ts';
import { paint } from './paint.ts';

/** The one shape of a failure for `--json` (design.md section 6). */
export type ErrorDocument = {
  readonly schema: 1;
  readonly ok: false;
  readonly error: { readonly code: string; readonly message: string; readonly hints: readonly string[] };
};

const ansi = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/** Turns whatever was thrown into a `Failure`; undefined for a plain exit (help, --version). */
export function asFailure(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (error instanceof Errors.ExitError) return undefined;
  if (isInterruption(error)) return new Failure('INTERRUPTED', 'interrupted', []);
  if (error instanceof Errors.CLIError && !isMissingModule(error)) {
    // oclif breaks and indents these: "Parsing --tail \n\tExpected an integer …".
    const plain = error.message.replace(ansi, '').replace(/^Parsing (--\S+)\s+/, '$1: ');
    const [message = '', ...rest] = plain.split('\n').map((line) => line.trim());
    const detail = rest.filter((line) => line !== '' && !line.startsWith('See more help'));
    return new Failure('USAGE', [message, ...detail].join('\n'), ['add --help to the command to see what it takes']);
  }
  const message = error instanceof Error ? error.message : String(error);
  return new Failure(
    'BUG',
    `this is a bug in openimis: ${message}`,
    ['run the same command with OPENIMIS_DEBUG=1 and report what it prints'],
    { cause: error },
  );
}

/** oclif makes a usage error of a part of the program itself that is not there. */
function isMissingModule(error: Error): boolean {
  return 'code' in error && (error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND');
}

/** inquirer's prompts and aborted work end like this on Ctrl-C. */
function isInterruption(error: unknown): boolean {
  return error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortError');
}

/** Cause, then the next command; never a stack trace. */
export function errorText(failure: Failure, stream: NodeJS.WriteStream): string {
  const [first = '', ...rest] = failure.message.split('\n');
  const head = `${paint('red', 'Error', stream)} ${first}`;
  const hints = failure.hints.map(
    (hint) => `  ${paint('cyan', 'Next:', stream)} ${hint.replaceAll('\n', '\n        ')}`,
  );
  const explain =
    failure.code === 'INTERRUPTED'
      ? []
      : [paint('dim', `  (${failure.code}; openimis explain ${failure.code})`, stream)];
  return [head, ...rest.map((line) => `  ${line}`), ...hints, ...explain].join('\n');
}

export function errorDocument(failure: Failure): ErrorDocument {
  return { schema: 1, ok: false, error: { code: failure.code, message: failure.message, hints: failure.hints } };
}

/** Exit code of anything thrown: the table of failure.ts, or what a plain exit asked for. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Errors.ExitError) return error.oclif.exit ?? exitCodes.done;
  return asFailure(error)?.exitCode ?? exitCodes.failed;
}
