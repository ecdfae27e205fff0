import { parse } from 'yaml';
import { z } from 'zod';

import { normalisePythonName } from './package-name.ts';
import { isReleaseName, releaseNames } from './release-names.ts';

/** A module as upstream pinned it: a version range (PEP 440 or npm), or a git repository and ref. */
export type ReleaseModule = {
  /** Django app (backend) or export name (frontend). */
  readonly name: string;
  /** Backend: PEP 503 normalised. */
  readonly package: string;
  readonly spec?: string;
  readonly git?: string;
  readonly ref?: string;
  /** The upstream string where it differs from the canonical form. */
  readonly raw?: string;
};

/** Where something was read: tag or branch, the commit it pointed to, date of that commit (YYYY-MM-DD). */
type UpstreamRef = {
  readonly ref: string;
  readonly commit: string;
  readonly date?: string;
  /** The ref is a branch: it moves. */
  readonly branch?: boolean;
};

type Locale = { readonly languages: readonly string[]; readonly intl: string; readonly fileNames: string };
type ReleaseAssembly = UpstreamRef & {
  readonly modules: readonly ReleaseModule[];
  readonly locales?: readonly Locale[];
};

export type Release = {
  readonly name: string;
  readonly note?: string;
  /** openimis-be_py; some releases lack it. */
  readonly backend?: ReleaseAssembly;
  /** openimis-fe_js; some releases lack it. */
  readonly frontend?: ReleaseAssembly;
  readonly gateway?: UpstreamRef;
  readonly dist?: UpstreamRef;
};

const line = z
  .string()
  .min(1)
  .regex(/^[\x20-\x7e]+$/);
const commit = z.string().regex(/^[0-9a-f]{40}$/);
const date = z.iso.date();
const moduleSchema = z
  .strictObject({
    name: line,
    package: line,
    spec: line.exactOptional(),
    git: z.url({ protocol: /^https$/ }).exactOptional(),
    ref: line.exactOptional(),
    raw: line.exactOptional(),
  })
  .refine(
    ({ spec, git, ref }) => (spec === undefined) !== (git === undefined) && (git === undefined) === (ref === undefined),
    {
      message: 'a module has a spec, or git and ref',
    },
  );
const upstream = { ref: line, commit, date: date.exactOptional(), branch: z.literal(true).exactOptional() };
const reference = z.strictObject(upstream);
const backend = z
  .strictObject({ ...upstream, modules: z.array(moduleSchema).min(1) })
  .refine(({ modules }) => modules.every((one) => one.package === normalisePythonName(one.package)), {
    message: 'packages of a backend are written in PEP 503 form',
  });
const frontend = z.strictObject({
  ...upstream,
  locales: z.array(z.strictObject({ languages: z.array(line).min(1), intl: line, fileNames: line })).exactOptional(),
  modules: z.array(moduleSchema).min(1),
});
const distinct = (assembly: ReleaseAssembly | undefined) =>
  assembly === undefined || new Set(assembly.modules.map((one) => one.package)).size === assembly.modules.length;

const releaseSchema = z
  .strictObject({
    name: z.string().refine(isReleaseName, { message: `is one of ${releaseNames.join(', ')}` }),
    note: line.exactOptional(),
    backend: backend.exactOptional(),
    frontend: frontend.exactOptional(),
    gateway: reference.exactOptional(),
    dist: reference.exactOptional(),
  })
  .refine((release) => distinct(release.backend) && distinct(release.frontend), {
    message: 'a package is there twice',
  });

/**
 * One file of templates/releases/. These files are ours: what is wrong with one is a bug, so it throws a plain error
 * that names the file.
 */
export function parseRelease(text: string, file: string): Release {
  const parsed = releaseSchema.safeParse(parse(text));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
