import type { RenderedFile } from '../rendering/rendered.ts';
import { type DeploymentContext, serverLabels, serverNames } from './context.ts';
import type { RenderedServer } from './render.ts';
import { readRecords, type RevisionOutcome, type RevisionPlan, type RevisionRecord } from './revision-record.ts';

/** One line of `r<N>/journal.jsonl`. */
export type JournalLine = {
  readonly at: string;
  readonly step: string;
  readonly event: 'started' | 'done' | 'failed' | 'note';
  readonly text?: string;
};

/** The folder of one revision on the engine's state volume; the local copy follows. */
export type RevisionFolder = {
  readonly revision: number;
  /** Writes all lines of the run so far; the engine has them when the promise resolves. */
  readonly journal: (lines: readonly JournalLine[]) => Promise<void>;
  readonly keep: (files: readonly RenderedFile[]) => Promise<void>;
  readonly finish: (outcome: Omit<RevisionOutcome, 'schema' | 'finishedAt'>) => Promise<void>;
  /** Why there is no copy on the operator's machine, if so. */
  readonly copyProblem: () => string | undefined;
};

/** Every revision that the engine remembers. `image` is any image of the engine with a file system (the gateway's). */
export async function readHistory(context: DeploymentContext, image: string): Promise<readonly RevisionRecord[]> {
  const { engine } = context;
  return readRecords(await engine.readVolume(serverNames(context).state, image, serverLabels(context)));
}

/** Makes the folder of a new revision: plan and rendered files, never changed afterwards. The run lock must be held. */
export async function beginRevision(
  context: DeploymentContext,
  image: string,
  plan: Omit<RevisionPlan, 'schema' | 'startedAt' | 'by'>,
  { rendered, pins }: Pick<RenderedServer, 'rendered' | 'pins'>,
): Promise<RevisionFolder> {
  const folder = openRevision(context, image, plan.revision);
  await folder.keep([
    ...rendered.gateway.map((file) => ({ ...file, path: `gateway/${file.path}` })),
    { path: 'base/compose.yaml', content: rendered.base.compose },
    { path: 'revision/compose.yaml', content: rendered.current.compose },
    { path: 'pins.json', content: json({ schema: 1, pins }) },
    {
      path: 'plan.json',
      content: json({ schema: 1, ...plan, startedAt: context.clock.now().toISOString(), by: context.operator }),
    },
  ]);
  return folder;
}

/** The folder of a revision that exists: to end one that a cut run left without an outcome. */
export function openRevision(context: DeploymentContext, image: string, revision: number): RevisionFolder {
  const { engine, server } = context;
  let problem: string | undefined;
  const keep = async (files: readonly RenderedFile[]): Promise<void> => {
    const placed = files.map((file) => ({ ...file, path: `r${revision}/${file.path}` }));
    await engine.writeVolume(serverNames(context).state, image, placed, serverLabels(context));
    try {
      await context.localCopy.write(server.name, placed);
    } catch (error) {
      problem ??= error instanceof Error ? error.message : String(error);
    }
  };
  return {
    revision,
    keep,
    journal: async (lines) => {
      await keep([{ path: 'journal.jsonl', content: lines.map((line) => `${JSON.stringify(line)}\n`).join('') }]);
    },
    finish: async (outcome) => {
      await keep([
        {
          path: 'outcome.json',
          content: json({ schema: 1, ...outcome, finishedAt: context.clock.now().toISOString() }),
        },
      ]);
    },
    copyProblem: () => problem,
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
