import type { DeploymentContext } from './context.ts';
import type { DeploymentEvents } from './events.ts';
import { asInterruption, throwIfInterrupted } from './interruption.ts';
import type { Plan, StepId } from './plan.ts';
import type { Redact } from './redaction.ts';
import type { JournalLine, RevisionFolder } from './revision-store.ts';

/** What a step may use while it runs. */
export type StepWork = { readonly signal?: AbortSignal | undefined; readonly progress: (line: string) => void };

/** Runs the steps of a plan one after the other, reports and journals each. */
export type Steps = {
  /** Does the work of a step of the plan; one that the plan does not have is not run. */
  readonly run: <T>(
    id: StepId,
    work: (step: StepWork) => Promise<T>,
    note?: (result: T) => string,
  ) => Promise<T | undefined>;
  /** From now on the journal is kept in this folder, what was written before included. */
  readonly keepIn: (folder: RevisionFolder) => Promise<void>;
  readonly note: (step: string, text: string) => Promise<void>;
  /** Writes the lines that were to go with a next step. */
  readonly end: () => Promise<void>;
};

export function planSteps(
  context: DeploymentContext,
  plan: Pick<Plan, 'steps'>,
  events: DeploymentEvents,
  redact: Redact,
  signal?: AbortSignal,
): Steps {
  const lines: JournalLine[] = [];
  let folder: RevisionFolder | undefined;
  const write = async (step: string, event: JournalLine['event'], text?: string): Promise<void> => {
    const said = text === undefined ? {} : { text: redact(text) };
    lines.push({ at: context.clock.now().toISOString(), step, event, ...said });
    // The end of a step is written with the start of the next: half as many containers made for it.
    if (event !== 'done') await folder?.journal(lines);
  };
  return {
    keepIn: async (kept) => {
      folder = kept;
      await folder.journal(lines);
    },
    note: (step, text) => write(step, 'note', text),
    end: async () => folder?.journal(lines),
    run: async (id, work, note) => {
      if (!plan.steps.some((step) => step.id === id)) return undefined;
      throwIfInterrupted(signal);
      events.started(id);
      try {
        await write(id, 'started');
        const result = await work({ signal, progress: (line) => events.progress(id, redact(line)) });
        throwIfInterrupted(signal);
        await write(id, 'done');
        events.done(id, note?.(result));
        return result;
      } catch (error) {
        const cause = asInterruption(error, signal);
        const reason = redact(cause instanceof Error ? cause.message : String(cause));
        events.failed(id, reason);
        // A journal that cannot be written must not hide why the step failed.
        await write(id, 'failed', reason).catch(() => {});
        throw cause;
      }
    },
  };
}
