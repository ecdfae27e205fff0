import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { flush, run, settings } from '@oclif/core';

import { exitCodes, Failure } from '../failure.ts';
import { packageRoot } from '../package-root.ts';
import { asFailure, errorDocument, errorText, exitCodeOf } from './error-view.ts';
import { unknownCommand } from './unknown-command.ts';

/** Runs the command line and ends the process with a code of the table in failure.ts. */
export async function main(argv: readonly string[]): Promise<void> {
  tolerateClosedPipes();
  // Warnings about the insides of libraries help no operator.
  process.noDeprecation = process.env['OPENIMIS_DEBUG'] !== '1';
  // There is one bundle: whatever NODE_ENV says, nothing is looked for in sources.
  settings.enableAutoTranspile = false;
  if (argv.includes('--no-color')) process.env['NO_COLOR'] = '1';
  if (process.env['NO_COLOR'] !== undefined) delete process.env['FORCE_COLOR'];
  try {
    await run([...argv], programOf(packageRoot(), argv));
    await flush();
  } catch (error) {
    process.exitCode = report(unknownCommand(error, argv) ?? error, argv);
  }
  // Sockets of an engine or a pool that a failure left open must not keep the process alive.
  await drained(process.stdout);
  await drained(process.stderr);
  process.exit();
}

/** oclif's plugins are the commands `help` and `autocomplete`: only who may want these waits until they are found. */
function programOf(root: string, argv: readonly string[]): Parameters<typeof run>[1] {
  const wanted = argv[0] === undefined || /^(?:-|help$|autocomplete)/.test(argv[0]) || argv.includes('--help');
  if (wanted) return { root };
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { oclif: object };
  return { root, isRoot: true, pjson: { ...pjson, oclif: { ...pjson.oclif, plugins: [] } } as never };
}

function report(error: unknown, argv: readonly string[]): number {
  const failure = asFailure(error);
  if (failure === undefined) return exitCodeOf(error);
  if (wantsJson(argv)) process.stdout.write(`${JSON.stringify(errorDocument(failure), undefined, 2)}\n`);
  else process.stderr.write(`${errorText(failure, process.stderr)}\n`);
  if (process.env['OPENIMIS_DEBUG'] === '1') process.stderr.write(`${traceOf(failure)}\n`);
  return failure.exitCode;
}

function traceOf(failure: Error): string {
  const cause = failure.cause instanceof Error ? `\ncaused by ${traceOf(failure.cause)}` : '';
  return `${failure.stack ?? failure.message}${cause}`;
}

export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json');
}

/** `openimis … | head -1` closes our stdout: the rest of the output is dropped, the work goes on. */
function tolerateClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr])
    // First of all: oclif's own listener throws.
    stream.prependListener('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') return;
      // A redirection to a full disk. When it is stderr, nobody is left to tell.
      if (stream === process.stdout) writeSync(2, `${errorText(unwritable(error), process.stderr)}\n`);
      process.exit(exitCodes.failed);
    });
}

function unwritable(error: NodeJS.ErrnoException): Failure {
  const why = error.code === 'ENOSPC' ? 'no space is left where it goes' : (error.code ?? error.message);
  return new Failure('DISK_FULL', `the result cannot be written to standard output: ${why}`, [
    'free some space (df -h), then run the same command again',
  ]);
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) resolve();
    else stream.write('', () => resolve());
  });
}
