import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';

/** A program at a terminal of its own (script of util-linux makes it): what a person sees and types. */
export type Terminal = {
  /** Waits until the text is on the screen below what was waited for before. */
  readonly sees: (text: string) => Promise<void>;
  readonly types: (keys: string) => void;
  /** Exit code and everything that was shown, when the program has ended. */
  readonly end: () => Promise<{ readonly code: number | null; readonly screen: string }>;
};

export const enter = '\r';
export const ctrlC = '\u0003';

/** Milliseconds until a text must be there, or the program must have ended. */
const patience = 15_000;

export function atTerminal(
  argv: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Terminal {
  const quoted = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  // Wide, so that no text is broken; -e: the program's own exit code.
  const child = spawn(
    '/usr/bin/script',
    ['--quiet', '--flush', '--return', '--command', `/usr/bin/stty cols 400 rows 50; ${quoted}`, '/dev/null'],
    {
      cwd: options.cwd,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TERM: 'xterm', SHELL: '/bin/sh', ...options.env },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const ended = once(child, 'exit') as Promise<[number | null]>;
  let shown = '';
  let seen = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
  const screen = (): string => stripVTControlCharacters(shown);

  async function within<T>(what: string, work: Promise<T>): Promise<T> {
    const timer = new AbortController();
    const late = once(AbortSignal.any([AbortSignal.timeout(patience), timer.signal]), 'abort').then(() => {
      // Closing the terminal ends what runs at it.
      if (!timer.signal.aborted) child.kill();
      throw new Error(`${what}; the screen has:\n${screen()}`);
    });
    late.catch(() => {});
    try {
      return await Promise.race([work, late]);
    } finally {
      timer.abort();
    }
  }

  return {
    sees: (text) =>
      within(
        `${JSON.stringify(text)} did not appear`,
        (async () => {
          for (;;) {
            const at = screen().indexOf(text, seen);
            if (at !== -1) {
              seen = at + text.length;
              return;
            }
            await Promise.race([once(child.stdout, 'data'), ended]);
            if (child.exitCode !== null && !screen().includes(text)) throw new Error(`it ended:\n${screen()}`);
          }
        })(),
      ),
    types: (keys) => void child.stdin.write(keys),
    end: async () => {
      const [code] = await within('it did not end', ended);
      return { code, screen: screen() };
    },
  };
}
