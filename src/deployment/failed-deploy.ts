import { Failure } from '../failure.ts';
import type { Stack } from '../stack/stack.ts';
import type { DeploymentContext } from './context.ts';
import { redaction } from './redaction.ts';
import { keptLogs, removeRevision } from './revision-project.ts';
import type { RevisionFolder } from './revision-store.ts';
import type { Steps } from './run-steps.ts';
import type { UndoList } from './undo.ts';

/** How far a deploy of a revision got. */
export type Ending = {
  readonly context: DeploymentContext;
  readonly steps: Steps;
  /** What the switch of the gateway takes back; first, so that people are back soon. */
  readonly gatewayUndo: UndoList;
  readonly workerUndo: UndoList;
  readonly stack: Stack;
  /** Revision that served before. */
  readonly before?: number;
  /** Undefined: the revision was not begun. */
  folder?: RevisionFolder;
  /** People may have been sent to the new revision. */
  switched: boolean;
  /** The new revision serves for good; only what is old was still to be removed. */
  served?: boolean;
};

/**
 * Takes back what a deploy did that failed or was interrupted: the old revision serves, the new one's logs are kept and its
 * containers go. Never throws: returns what the operator is told.
 */
export async function endAfterFailure(ending: Ending, error: unknown): Promise<unknown> {
  const { context, stack, before, folder, steps } = ending;
  const { name } = context.server;
  const interrupted = error instanceof Failure && error.code === 'INTERRUPTED';
  const say = (line: string): Promise<void> => steps.note('undo', line).catch(() => {});
  if (ending.served === true) {
    if (!interrupted) return error;
    return new Failure(
      'INTERRUPTED',
      `interrupted: r${stack.revision} serves, what is left of the revision before was not removed yet`,
      [`openimis deploy ${name} removes it`],
    );
  }
  const lines: string[] = [];
  const tell = (line: string): void => void lines.push(line);
  const failed = [...(await ending.gatewayUndo.takeBack(tell)), ...(await ending.workerUndo.takeBack(tell))];
  if (folder !== undefined) {
    try {
      await folder.keep(await keptLogs(context, stack.revision));
      await removeRevision(context, stack.revision, () => {});
    } catch (second) {
      failed.push({ what: `removing the containers of r${stack.revision}`, error: second });
    }
  }
  for (const line of lines) await say(line);
  const redact = redaction(context.secrets);
  const message = redact(error instanceof Error ? error.message : String(error));
  const status = interrupted ? 'interrupted' : ending.switched && before !== undefined ? 'rolled-back' : 'failed';
  const code = error instanceof Failure ? { code: error.code } : {};
  await folder?.finish({ status, ...code, message }).catch((second: unknown) => {
    failed.push({ what: `recording how r${stack.revision} ended`, error: second });
  });
  const now = before === undefined ? 'no revision serves' : `r${before} serves`;
  if (failed.length > 0) {
    const whats = failed.map(
      ({ what, error: why }) => `${what}: ${why instanceof Error ? redact(why.message) : String(why)}`,
    );
    return new Failure(
      'ROLLBACK_FAILED',
      [message, 'and taking it back failed as well:', ...whats].join('\n'),
      [`openimis status ${name}`, `openimis deploy ${name} begins by finding out where this one stood`],
      { cause: error },
    );
  }
  if (interrupted)
    return new Failure(
      'INTERRUPTED',
      `interrupted; ${now}${folder === undefined ? '' : `, r${stack.revision} is removed`}`,
      [`openimis deploy ${name} starts again`],
    );
  if (!(error instanceof Failure)) return error;
  const kept =
    folder === undefined ? [] : [`what r${stack.revision} wrote: .openimis/${name}/r${stack.revision}/logs/`];
  if (status === 'rolled-back')
    return new Failure(
      'ROLLED_BACK',
      `r${stack.revision} was taken back, ${now} again: ${message}`,
      [...error.hints, ...kept],
      {
        cause: error,
      },
    );
  return new Failure(
    error.code,
    `${error.message}${before === undefined ? '' : `\nr${before} still serves, untouched`}`,
    [...error.hints, ...kept],
    {
      cause: error,
    },
  );
}
