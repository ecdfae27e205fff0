import { z } from 'zod';

import { pinComponents } from '../modules/pin-set.ts';
import type { Pin } from '../modules/pins.ts';
import type { RenderedFile } from '../rendering/rendered.ts';

const image = z.object({ reference: z.string(), id: z.string() });

/** `r<N>/plan.json`: what revision N is; written once, before anything of it starts. */
const planSchema = z.object({
  schema: z.literal(1),
  revision: z.int().positive(),
  /** Hash over the rendered files, the keyed hash of the secrets and the image ids. */
  hash: z.string(),
  gatewayVersion: z.string(),
  subnet: z.string(),
  images: z.record(z.string(), image),
  secretsHash: z.string(),
  pinsHash: z.string(),
  release: z.string().optional(),
  /** Revision that served when this one began. */
  before: z.int().positive().optional(),
  /** Version of the gateway's configuration when this one began: what a cut run goes back to. */
  gatewayBefore: z.string().optional(),
  startedAt: z.string(),
  by: z.object({ user: z.string(), host: z.string() }),
});

/** `r<N>/outcome.json`: how it ended; written once. Absent: the run was cut. */
const outcomeSchema = z.object({
  schema: z.literal(1),
  status: z.enum(['serving', 'failed', 'rolled-back', 'interrupted', 'abandoned']),
  finishedAt: z.string(),
  code: z.string().optional(),
  message: z.string().optional(),
});

const one = z.string().max(2000);
/** `r<N>/pins.json`: modules and extra packages of revision N, each as openimis.yaml or the release said it then. */
const pinsSchema = z.object({
  schema: z.literal(1),
  pins: z
    .array(
      z.object({
        component: z.enum(pinComponents),
        package: one,
        name: one.exactOptional(),
        spec: one,
        origin: one,
        extra: z.literal(true).exactOptional(),
        hotfix: z.object({ reason: one, until: one }).exactOptional(),
      }),
    )
    .max(20_000),
});

export type RevisionPlan = z.infer<typeof planSchema>;
export type RevisionOutcome = z.infer<typeof outcomeSchema>;

export type RevisionRecord = {
  readonly revision: number;
  /** Undefined when the run was cut before the plan was written, or a newer openimis wrote it. */
  readonly plan?: RevisionPlan;
  readonly outcome?: RevisionOutcome;
  /** Text of the base project's compose.yaml as of this revision. */
  readonly base?: string;
  /** Undefined for a revision of an openimis that did not keep them. */
  readonly pins?: readonly Pin[];
};

/** Reads what the state volume holds; anything that is not ours or not readable is left out. Ordered by number. */
export function readRecords(files: readonly RenderedFile[]): readonly RevisionRecord[] {
  const byRevision = new Map<number, Map<string, string>>();
  for (const { path, content } of files) {
    const [, digits, name] = /^r([1-9]\d{0,8})\/(.+)$/.exec(path) ?? [];
    if (digits === undefined || name === undefined) continue;
    const revision = byRevision.get(Number(digits)) ?? new Map<string, string>();
    byRevision.set(Number(digits), revision.set(name, content));
  }
  return [...byRevision]
    .sort(([a], [b]) => a - b)
    .map(([revision, contents]) => {
      const plan = parsed(planSchema, contents.get('plan.json'));
      const outcome = parsed(outcomeSchema, contents.get('outcome.json'));
      const base = contents.get('base/compose.yaml');
      const pins = readRecordedPins(contents.get('pins.json'));
      return {
        revision,
        ...(plan?.revision === revision ? { plan } : {}),
        ...(outcome === undefined ? {} : { outcome }),
        ...(base === undefined ? {} : { base }),
        ...(pins === undefined ? {} : { pins }),
      };
    });
}

/** Text of a `pins.json`; undefined when there is none, or none that can be read. */
export function readRecordedPins(text: string | undefined): readonly Pin[] | undefined {
  return parsed(pinsSchema, text)?.pins;
}

function parsed<T>(schema: z.ZodType<T>, text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
