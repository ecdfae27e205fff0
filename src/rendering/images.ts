import { createHash } from 'node:crypto';

import type { RenderedFile } from './rendered.ts';
import type { Templates } from './templates/load.ts';

export type ImageName = 'gateway' | 'rabbitmq' | 'stand-in';

/** A file of this machine that goes into an image; `hash` (any hex) says what is in it. */
export type LocalFile = { readonly path: string; readonly file: string; readonly mode?: number; readonly hash: string };

/** What an engine's `buildImage` takes. */
export type RenderedImage = {
  readonly tag: string;
  readonly context: readonly (RenderedFile | LocalFile)[];
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
};

/**
 * The build of one of our images from `templates/images/<name>/` on a base image. The tag is
 * `openimis-<name>:<16 hex>`, a SHA-256 over base, files, modes and labels: same tag, same content. So `base` must name its
 * content too (the engine's `baseImage()` does).
 */
export function imageBuild(
  name: ImageName,
  base: string,
  templates: Templates,
  labels: Readonly<Record<string, string>>,
  extraFiles: readonly (RenderedFile | LocalFile)[] = [],
): RenderedImage {
  return namedBuild(`openimis-${name}`, templateFiles(templates, `images/${name}/`), {
    identity: base,
    args: { BASE: base },
    labels,
    extraFiles,
  });
}

/** The files of a folder of templates/ as a build context; there is a Dockerfile among them. */
export function templateFiles(templates: Templates, folder: string): readonly RenderedFile[] {
  const own = [...templates]
    .filter(([path]) => path.startsWith(folder))
    .map(([path, content]) => ({ path: path.slice(folder.length), content, mode: modeOf(content) }));
  if (!own.some(({ path }) => path === 'Dockerfile')) throw new Error(`templates/${folder}Dockerfile is missing`);
  return own;
}

/** A build whose tag is a hash over `identity`, labels and files. */
export function namedBuild(
  repository: string,
  files: readonly RenderedFile[],
  build: {
    readonly identity: unknown;
    readonly args: RenderedImage['args'];
    readonly labels: RenderedImage['labels'];
    readonly extraFiles?: readonly (RenderedFile | LocalFile)[];
  },
): RenderedImage {
  const { identity, args, labels, extraFiles = [] } = build;
  const context = [...files, ...extraFiles].sort((a, b) => (a.path < b.path ? -1 : 1));
  const hash = createHash('sha256').update(
    JSON.stringify([identity, Object.entries(labels).sort(), context.map(described)]),
  );
  return { tag: `${repository}:${hash.digest('hex').slice(0, 16)}`, context, args, labels };
}

/** A script is executable: the templates are read as text, without their modes. */
function modeOf(content: string): number {
  return content.startsWith('#!') ? 0o755 : 0o644;
}

/** Path, mode and content of a file; where a local file lies on this machine does not matter. */
function described(file: RenderedFile | LocalFile): readonly unknown[] {
  return [file.path, file.mode ?? 0o644, 'hash' in file ? { hash: file.hash } : file.content];
}
