import { formatSeconds } from './durations.ts';
import { harmless, paint } from './paint.ts';

export type ListedStep = { readonly id: string; readonly title: string };

/** What long work reports; ids are those of the listed steps. */
export type StepEvents = {
  readonly started: (id: string) => void;
  readonly progress: (id: string, line: string) => void;
  readonly done: (id: string, note?: string) => void;
  readonly failed: (id: string, reason: string) => void;
};

export type TaskList = {
  readonly events: StepEvents;
  /** Resolves when the list has been drawn for the last time; call it when the work has ended either way. */
  readonly end: () => Promise<void>;
};

/** Live on a terminal, a line per step in a pipe, every line of progress with `--verbose`, nothing under `--json`. */
export type ListMode = 'live' | 'lines' | 'verbose' | 'silent';

/** Shows steps on stderr. */
export async function taskList(steps: readonly ListedStep[], mode: ListMode): Promise<TaskList> {
  // Where stdout is no terminal, listr2 would write its list there, into the result.
  if (mode === 'live' && process.stdout.isTTY) return liveList(steps);
  if (mode === 'silent') return { events: silent, end: () => Promise.resolve() };
  return lineList(steps, process.stderr, mode === 'verbose');
}

const silent: StepEvents = { started: () => {}, progress: () => {}, done: () => {}, failed: () => {} };

const heartbeat = 10_000;

/** One line when a step starts and ends, and one every 10 s while it runs: never silence. */
export function lineList(steps: readonly ListedStep[], stream: NodeJS.WritableStream, verbose = false): TaskList {
  const titles = new Map(steps.map((step) => [step.id, step.title]));
  const running = new Map<string, { readonly since: number; last: string }>();
  const write = (line: string): void => void stream.write(`${harmless(line)}\n`);
  const timer = setInterval(() => {
    for (const [id, { since, last }] of running)
      write(
        `… ${titles.get(id) ?? id}: ${formatSeconds((Date.now() - since) / 1000)}${last === '' ? '' : `, ${last}`}`,
      );
  }, heartbeat);
  const ended = (id: string, mark: string, note: string): void => {
    const since = running.get(id)?.since ?? Date.now();
    running.delete(id);
    write(
      `${mark} ${titles.get(id) ?? id} (${formatSeconds((Date.now() - since) / 1000)})${note === '' ? '' : `: ${note}`}`,
    );
  };
  return {
    events: {
      started: (id) => {
        running.set(id, { since: Date.now(), last: '' });
        write(`→ ${titles.get(id) ?? id}`);
      },
      progress: (id, line) => {
        const step = running.get(id);
        if (step !== undefined) step.last = line;
        if (verbose) write(`  ${line}`);
      },
      done: (id, note = '') => ended(id, '✓', note),
      failed: (id, reason) => ended(id, '✗', reason.split('\n')[0] ?? ''),
    },
    end: () => {
      clearInterval(timer);
      return Promise.resolve();
    },
  };
}

type Deferred = {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
};

function deferred(): Deferred {
  let settle: Omit<Deferred, 'promise'> | undefined;
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  promise.catch(() => {});
  return { promise, ...settle! };
}

/** listr2 draws; the work itself runs elsewhere and settles one promise per step. */
async function liveList(steps: readonly ListedStep[]): Promise<TaskList> {
  const { Listr, ListrLogger, ProcessOutput, PRESET_TIMER } = await import('listr2');
  const parts = new Map(
    steps.map((step) => [
      step.id,
      { step, start: deferred(), end: deferred(), last: '', line: (_: string) => {}, title: (_: string) => {} },
    ]),
  );
  const list = new Listr(
    [...parts.values()].map((part) => ({
      title: part.step.title,
      task: async (_context, task): Promise<void> => {
        part.line = (line) => void (task.output = line);
        part.title = (title) => void (task.title = title);
        await part.start.promise;
        // Said before listr2 came here.
        if (part.last !== '') task.output = part.last;
        const ticking = setInterval(() => void (task.output = task.output ?? ''), 1000);
        await part.end.promise.finally(() => clearInterval(ticking));
      },
    })),
    {
      concurrent: false,
      exitOnError: true,
      registerSignalListeners: false,
      rendererOptions: {
        timer: PRESET_TIMER,
        logger: new ListrLogger({ useIcons: true, processOutput: new ProcessOutput(process.stderr, process.stderr) }),
        collapseErrors: true,
      },
    },
  );
  const drawn = list.run().catch(() => {});
  return {
    events: {
      started: (id) => parts.get(id)?.start.resolve(),
      progress: (id, line) => {
        const part = parts.get(id);
        if (part === undefined) return;
        part.last = harmless(line).slice(0, 200);
        part.line(part.last);
      },
      done: (id, note) => {
        const part = parts.get(id);
        if (note !== undefined && part !== undefined)
          part.title(`${part.step.title} ${paint('dim', note, process.stderr)}`);
        part?.start.resolve();
        part?.end.resolve();
      },
      failed: (id, reason) => parts.get(id)?.end.reject(new Error(reason.split('\n')[0])),
    },
    end: async () => {
      // Whatever was neither done nor failed was never reached: listr2 must not wait for it.
      for (const { start, end } of parts.values()) {
        start.reject(new Error('not reached'));
        end.reject(new Error('not reached'));
      }
      await drawn;
    },
  };
}
