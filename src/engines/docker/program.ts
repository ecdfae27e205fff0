import { execa } from 'execa';

import { Failure } from '../../failure.ts';
import type { CommandResult } from '../engine.ts';

export type ProgramOptions = {
  /** The whole environment of the child: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** File that becomes standard input; wins over `stdin`. */
  readonly stdinFile?: string;
  readonly folder?: string;
  /** Seconds; a program that needs longer is killed with its descendants. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
  /** Called for every line of both streams while the program runs. */
  readonly onLine?: (line: string) => void;
};

/** `missing`: there is no such program. `timedOut`: it was killed. In both cases `code` is not 0. */
export type ProgramResult = CommandResult & { readonly missing: boolean; readonly timedOut: boolean };

const inherited = /^(PATH|HOME|USER|LOGNAME|TMPDIR|LANG|LC_ALL|XDG_RUNTIME_DIR|SystemRoot|USERPROFILE)$/;
const families = /^(DOCKER_|SSH_)/;
const networkNames = /^(https?_proxy|no_proxy|all_proxy|SSL_CERT_FILE|SSL_CERT_DIR)$/i;

/** The few variables that docker, ssh and apt need; a COMPOSE_* or BUILDX_* of the operator must not change what runs. */
export function cleanEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && (inherited.test(name) || families.test(name) || networkNames.test(name)))
      clean[name] = value;
  return clean;
}

/**
 * Runs a program without a shell, in a process group of its own (so without a terminal: ssh fails instead of asking).
 * Never throws for an exit code. An aborted signal ends the group with TERM, after 5 s with KILL, and throws INTERRUPTED.
 */
export async function runProgram(
  file: string,
  argv: readonly string[],
  options: ProgramOptions,
): Promise<ProgramResult> {
  const { onLine } = options;
  if (options.signal?.aborted === true) throw interrupted(file, argv);
  const lines = function* (line: unknown): Generator<string> {
    const text = String(line);
    onLine?.(text);
    yield text;
  };
  const output = onLine === undefined ? 'pipe' : lines;
  const result = await execa(file, argv, {
    env: options.env,
    extendEnv: false,
    reject: false,
    killDescendants: true,
    forceKillAfterDelay: 5000,
    stripFinalNewline: false,
    stdout: output,
    stderr: output,
    timeout: options.timeout * 1000,
    ...(options.folder === undefined ? {} : { cwd: options.folder }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    ...(options.stdinFile === undefined ? { input: options.stdin ?? '' } : { inputFile: options.stdinFile }),
  });
  if (result.isCanceled) throw interrupted(file, argv);
  return {
    code: result.exitCode ?? 1,
    stdout: result.stdout,
    stderr: result.stderr,
    missing: result.exitCode === undefined && result.code === 'ENOENT',
    timedOut: result.timedOut,
  };
}

function interrupted(file: string, argv: readonly string[]): Failure {
  // Which program it was is of use to whoever looks for a bug, not to an operator.
  return new Failure('INTERRUPTED', 'interrupted', [], { cause: new Error([file, ...argv.slice(0, 2)].join(' ')) });
}
