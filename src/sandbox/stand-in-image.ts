import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';

import type { Engine, ImageBuild, Progress } from '../engines/engine.ts';
import { packageRoot } from '../package-root.ts';
import { imageBuild } from '../rendering/images.ts';
import { loadTemplates } from '../rendering/templates/load.ts';
import { label } from '../stack/labels.ts';

/** One image for the stand-in legacy, SQL Server and applications: our small Node server on the Node that runs the CLI. */
export async function buildStandInImage(engine: Engine, progress: Progress, signal: AbortSignal): Promise<string> {
  const base = await engine.baseImage(progress, signal);
  const build = await standInBuild(base);
  if ((await engine.image(build.tag)) === undefined) await engine.buildImage(build, progress, signal);
  return build.tag;
}

export async function standInBuild(base: string): Promise<ImageBuild> {
  const root = packageRoot();
  const files = [
    { path: 'node', file: process.execPath, mode: 0o755 },
    { path: 'stand-ins.mjs', file: join(root, 'dist/stand-ins.mjs'), mode: 0o644 },
  ];
  const hashed = await Promise.all(files.map(async (file) => ({ ...file, hash: await sha256(file.file) })));
  const templates = await loadTemplates(root, ['images']);
  // Not the sandbox's label: containers inherit it, and one of somebody else would count as the sandbox's.
  return imageBuild('stand-in', base, templates, { [label.component]: 'stand-in' }, hashed);
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
