import { Args, Command, Flags } from '@oclif/core';

import { Failure } from '../failure.ts';
import type { ListMode } from './task-list.ts';

/** The server is always the first argument after the command's words; `--server` says the same. */
export const serverArgument = {
  server: Args.string({
    description: 'name of the server (default: the only one of the workspace)',
    env: 'OPENIMIS_SERVER',
    // Standard input may be the password, never the name of a server.
    ignoreStdin: true,
  }),
};

export const serverFlag = Flags.string({ description: 'the same as the argument' });
export const yesFlag = Flags.boolean({
  char: 'y',
  description: 'agree to what the plan shows, ask nothing',
  env: 'OPENIMIS_YES',
});
export const dryRunFlag = Flags.boolean({
  description: 'show what would be done and change nothing',
  env: 'OPENIMIS_DRY_RUN',
});

type CommonFlags = {
  readonly workspace?: string | undefined;
  readonly server?: string | undefined;
  readonly yes?: boolean;
  readonly verbose?: boolean;
};

export type CommandRequest<F> = {
  /** Value of `--workspace`. */
  readonly folder: string | undefined;
  /** The server that was named, if any. */
  readonly name: string | undefined;
  readonly flags: F;
  readonly interactive: boolean;
  /** How long work is shown. */
  readonly mode: ListMode;
  readonly yes: boolean;
  readonly signal: AbortSignal;
};

/**
 * What all commands share (design.md section 6): common flags, one JSON document on stdout, an abort signal for
 * Ctrl-C, and failures that always reach cli/main.ts, which prints them.
 */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = {
    workspace: Flags.string({
      char: 'w',
      description: 'folder with openimis.yaml (default: this one or one above)',
      env: 'OPENIMIS_WORKSPACE',
    }),
    verbose: Flags.boolean({
      char: 'v',
      description: 'print every line of progress, not only the last one',
      env: 'OPENIMIS_VERBOSE',
    }),
    'no-color': Flags.boolean({ description: 'no colours (NO_COLOR=1 does the same)' }),
  };

  private readonly controller = new AbortController();

  /** Aborted by the first Ctrl-C, SIGTERM or a closed terminal; the second Ctrl-C ends the process at once. */
  protected get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** A person is at the terminal and may be asked. */
  protected get interactive(): boolean {
    return process.stdin.isTTY && process.stderr.isTTY && !this.jsonEnabled();
  }

  protected override async init(): Promise<void> {
    await super.init();
    const interrupt = (): void => {
      if (this.controller.signal.aborted) process.exit(130);
      if (!this.jsonEnabled()) process.stderr.write('\nstopping at a safe place (Ctrl-C again ends at once)\n');
      this.controller.abort(new Failure('INTERRUPTED', 'interrupted'));
    };
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt);
  }

  /** What a command needs to know of its line besides flags of its own. */
  protected request<F extends CommonFlags>(
    args: { readonly server?: string | undefined },
    flags: F,
  ): CommandRequest<F> {
    if (args.server !== undefined && flags.server !== undefined && args.server !== flags.server)
      throw new Failure('USAGE', 'the server was named twice, differently: as argument and with --server');
    return {
      folder: flags.workspace,
      name: args.server ?? flags.server,
      flags,
      interactive: this.interactive,
      mode: this.jsonEnabled() ? 'silent' : flags.verbose === true ? 'verbose' : this.interactive ? 'live' : 'lines',
      yes: flags.yes ?? false,
      signal: this.signal,
    };
  }

  /** Prints `text` for people, or returns the data for `--json`. */
  protected show<T>(data: T, text: (data: T) => string): T {
    const shown = this.jsonEnabled() ? '' : text(data);
    if (shown !== '') process.stdout.write(shown.endsWith('\n') ? shown : `${shown}\n`);
    return data;
  }

  protected override toSuccessJson(data: unknown): unknown {
    return { schema: 1, ok: true, data };
  }

  override logJson(json: unknown): void {
    process.stdout.write(`${JSON.stringify(json, undefined, 2)}\n`);
  }

  // oclif would print here; main.ts does it in one place for text and JSON.
  protected override catch(error: Error): Promise<never> {
    return Promise.reject(
      this.signal.aborted && !(error instanceof Failure) ? new Failure('INTERRUPTED', 'interrupted') : error,
    );
  }
}
