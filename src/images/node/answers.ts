import { randomBytes } from 'node:crypto';

import { z } from 'zod';

import type { Labels } from '../../engines/engine.ts';
import { Failure, type FailureCode } from '../../failure.ts';
import { type LocalFile, templateFiles } from '../../rendering/images.ts';
import type { RenderedFile } from '../../rendering/rendered.ts';
import type { Workshop } from '../ecosystem.ts';
import type { NpmAccess } from './access.ts';

const line = z
  .string()
  .min(1)
  .max(2000)
  .regex(/^\P{Cc}+$/u);
const commit = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);
const onePackage = z.object({
  path: line,
  name: line,
  version: line,
  url: z.string().max(2000),
  integrity: line.optional(),
  git: z.object({ git: line, ref: line.optional(), commit }).optional(),
  unpacked: z.int().min(0).optional(),
  npm: z.record(z.string().max(100), z.json()),
});
export type ResolvedPackage = z.infer<typeof onePackage>;

/** The assembly's own openimis.json: only what is looked up in it. */
const configModule = z.object({ name: z.string().optional(), npm: z.string() });
export const resolvedSchema = z.object({
  node: line,
  npm: line,
  assembly: z.object({ commit: commit.optional(), hash: z.string().optional() }),
  config: z.looseObject({ modules: z.array(z.unknown()).optional() }),
  packages: z.array(onePackage).min(1),
});
export const fetchedSchema = z.object({ bytes: z.int(), files: z.int() });

/** Export name of each package, as upstream's file has it. */
export function exportNames({ config }: z.infer<typeof resolvedSchema>): ReadonlyMap<string, string> {
  return new Map(
    (config.modules ?? []).flatMap((entry): [string, string][] => {
      const { name, npm } = configModule.safeParse(entry).data ?? {};
      return name === undefined || npm === undefined ? [] : [[npm.slice(0, npm.lastIndexOf('@')), name]];
    }),
  );
}

const refused = z.object({ error: z.object({ kind: line, message: z.string().max(20_000) }) });
const codes: Readonly<Record<string, FailureCode>> = {
  hash: 'LOCK_HASH_CHANGED',
  impossible: 'LOCK_IMPOSSIBLE',
  git: 'LOCK_IMPOSSIBLE',
};

/**
 * Runs one of our programs as the step of a build that has the network and the secrets, and reads what it answers. The
 * image is taken away again: what stays is the cache of the box.
 */
export async function askNode<T>(
  step: 'resolve' | 'fetch',
  options: {
    readonly tools: string;
    readonly files: readonly (RenderedFile | LocalFile)[];
    readonly access: NpmAccess;
    readonly schema: z.ZodType<T>;
  },
  { engine, templates, progress, signal }: Workshop,
): Promise<T> {
  const tag = `openimis-node-${step}:${randomBytes(8).toString('hex')}`;
  const labels = { 'org.openimis.image': `frontend-${step}` };
  const context = [...templateFiles(templates, `images/frontend/${step}/`), ...options.files];
  const { registry, secrets } = options.access;
  const args = { TOOLS: options.tools, REGISTRY: registry };
  let told: string | undefined;
  const listen = (text: string): void => {
    if (text.startsWith(answerMark)) told = text.slice(answerMark.length);
    else progress(text);
  };
  await engine.buildImage({ tag, context, args, labels, secrets }, listen, signal);
  try {
    const data: unknown = JSON.parse(told ?? (await longAnswer(engine, tag, labels)));
    const trouble = refused.safeParse(data);
    if (trouble.success) throw refusal(trouble.data.error.kind, trouble.data.error.message);
    return options.schema.parse(data);
  } finally {
    await engine.removeImage(tag);
  }
}

/** How a short answer begins in the output of a build (templates/images/frontend/tools/common.cjs). */
const answerMark = 'openimis-answer ';

async function longAnswer(engine: Workshop['engine'], image: string, labels: Labels): Promise<string> {
  const { code, stdout, stderr } = await engine.runOnce({ image, argv: ['cat', '/result.json'], labels, timeout: 60 });
  if (code !== 0) throw new Error(`there is no answer in ${image}: ${stderr}`);
  return stdout;
}

/** What a program in a container said of its trouble, as a failure. */
export function refusal(kind: string, message: string): Failure {
  // These words reach a terminal.
  const clean = message.replace(/[^\P{Cc}\n]/gu, '');
  return new Failure(codes[kind] ?? 'IMAGE_BUILD_FAILED', clean, hints[kind] ?? []);
}

const hints: Readonly<Record<string, readonly string[]>> = {
  hash: ['ask who runs the registry; if the new file is right: openimis versions lock SERVER --upgrade PACKAGE'],
  impossible: [
    'openimis versions pin SERVER MODULE=VERSION --component frontend',
    'a package of the closure can be fixed as extra in openimis.yaml',
  ],
  git: ['openimis versions list SERVER --origin says where each pin is written'],
  fetch: ['run the same command again: every package that was downloaded is kept'],
};
