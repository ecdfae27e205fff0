import { randomBytes } from 'node:crypto';

import { z } from 'zod';

import { Failure, type FailureCode } from '../../failure.ts';
import { templateFiles, type LocalFile } from '../../rendering/images.ts';
import type { RenderedFile } from '../../rendering/rendered.ts';
import type { Workshop } from '../ecosystem.ts';
import type { BuildSecrets } from './access.ts';

const line = z
  .string()
  .min(1)
  .max(2000)
  .regex(/^\P{Cc}+$/u);
const hex = z.string().regex(/^[0-9a-f]{64}$/);
const commit = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);
const git = z.object({ git: line, ref: line.nullish(), commit });
const onePackage = z.object({
  name: line,
  version: line,
  index: line.optional(),
  archive: line.optional(),
  commit: git.optional(),
  file: line.optional(),
  sha256: hex.optional(),
  size: z.int().nullish(),
});
export type ResolvedPackage = z.infer<typeof onePackage>;
const error = z.object({ error: z.object({ kind: line, message: z.string().max(20_000) }) });
export const resolvedSchema = z.object({
  python: z.string().regex(/^3\.\d+$/),
  assembly: z.looseObject({ commit: commit.optional(), hash: z.string().optional() }),
  packages: z.array(onePackage).min(1),
  build: z.array(onePackage),
});
export const fetchedSchema = z.object({ bytes: z.int(), files: z.int() });

const codes: Readonly<Record<string, FailureCode>> = {
  hash: 'LOCK_HASH_CHANGED',
  impossible: 'LOCK_IMPOSSIBLE',
  git: 'LOCK_IMPOSSIBLE',
};

/**
 * Runs one of our programs as the step of a build that has the network and the secrets, and reads what it answers. The
 * image is taken away again: what stays is the cache of the box.
 */
export async function askInBuild<T>(
  step: 'resolve' | 'fetch',
  options: {
    readonly tools: string;
    readonly files: readonly (RenderedFile | LocalFile)[];
    readonly secrets: BuildSecrets;
    readonly schema: z.ZodType<T>;
  },
  { engine, templates, progress, signal }: Workshop,
): Promise<T> {
  const tag = `openimis-python-${step}:${randomBytes(8).toString('hex')}`;
  const labels = { 'org.openimis.image': `backend-${step}` };
  const context = [...templateFiles(templates, `images/backend/${step}/`), ...options.files];
  const { secrets, tools } = options;
  await engine.buildImage({ tag, context, args: { TOOLS: tools }, labels, secrets }, progress, signal);
  try {
    const answer = await engine.runOnce({ image: tag, argv: ['cat', '/result.json'], labels, timeout: 60 });
    if (answer.code !== 0) throw new Error(`there is no answer in ${tag}: ${answer.stderr}`);
    const data: unknown = JSON.parse(answer.stdout);
    const refused = error.safeParse(data);
    if (refused.success) throw refusal(refused.data.error.kind, refused.data.error.message);
    return options.schema.parse(data);
  } finally {
    await engine.removeImage(tag);
  }
}

function refusal(kind: string, message: string): Failure {
  const code = codes[kind] ?? 'IMAGE_BUILD_FAILED';
  // Words of a program in a container: they reach a terminal.
  const clean = message.replace(/[^\P{Cc}\n]/gu, '');
  return new Failure(code, clean, hints[kind] ?? []);
}

const hints: Readonly<Record<string, readonly string[]>> = {
  hash: ['ask who runs the registry; if the new file is right: openimis versions lock SERVER --upgrade PACKAGE'],
  impossible: [
    'openimis versions pin SERVER MODULE=VERSION',
    'a package of the closure can be fixed as extra in openimis.yaml',
  ],
  git: ['openimis versions list SERVER --origin says where each pin is written'],
  fetch: ['run the same command again: what was downloaded is kept, and an interrupted file goes on where it stopped'],
};
