import { lstat, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { renderFiles } from '../deployment/render.ts';
import { Failure } from '../failure.ts';
import { packageRoot } from '../package-root.ts';
import type { RenderedFile } from '../rendering/rendered.ts';
import { loadTemplates } from '../rendering/templates/load.ts';
import { completeServer } from '../workspace/complete.ts';
import { parseWorkspace } from '../workspace/parse.ts';
import { makeFolders } from '../workspace/store/files.ts';
import { openWorkspace, workspaceFile } from '../workspace/store/workspace-store.ts';
import { releaseOf, requireDeployable } from '../deployment/open-deployment.ts';
import { withValues } from './init-server.ts';
import { type ServerFlagValues, valuesOf } from './server-flags.ts';
import { chooseServer } from './session.ts';

export type RenderRequest = {
  readonly folder: string | undefined;
  readonly name: string | undefined;
  /** Override openimis.yaml for this rendering only. */
  readonly flags: ServerFlagValues;
  readonly output: string | undefined;
  readonly dryRun: boolean;
};

export type RenderResult = {
  readonly server: string;
  readonly output: string | undefined;
  readonly files: readonly RenderedFile[];
};

/** Marks a folder that `render` made, so that the next `render` may replace it and nothing else is ever removed. */
const marker = '.openimis-rendered';

/** What would run, as files; no engine is asked and no secret is read. */
export async function renderServerFiles(request: RenderRequest): Promise<RenderResult> {
  const { config, text } = await openWorkspace(request.folder);
  const name = chooseServer(config, request.name);
  requireDeployable(config, name);
  const server = completeServer(parseWorkspace(withValues(text, name, valuesOf(request.flags)), workspaceFile), name);
  const templates = await loadTemplates(packageRoot(), ['compose', 'gateway', 'images']);
  const files = renderFiles({
    server,
    ...(await releaseOf(packageRoot(), server)),
    workspace: config.id ?? 'not-yet-deployed',
    projectPrefix: 'openimis',
    templates,
  });
  const output = request.output === undefined ? undefined : resolve(request.output);
  if (output !== undefined && !request.dryRun) await writeFolder(output, files);
  return { server: name, output, files };
}

/** Writes beside the target, then renames: a cut leaves the old folder or the new one. */
async function writeFolder(folder: string, files: readonly RenderedFile[]): Promise<void> {
  try {
    await refuseOthersFolder(folder);
    const temporary = join(dirname(folder), `.${basename(folder)}.new-${process.pid}`);
    await rm(temporary, { recursive: true, force: true });
    await makeFolders(dirname(folder));
    await mkdir(temporary);
    for (const file of [...files, { path: marker, content: '' }]) {
      const target = join(temporary, file.path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, file.content, { mode: file.mode ?? 0o644 });
    }
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof Failure || code === undefined) throw error;
    throw new Failure(
      code === 'ENOSPC' ? 'DISK_FULL' : 'WORKSPACE_READ_ONLY',
      `${folder} cannot be written (${code})`,
      ['choose another folder with --output'],
    );
  }
}

async function refuseOthersFolder(folder: string): Promise<void> {
  const there = await lstat(folder).catch(() => undefined);
  if (there === undefined) return;
  const entries = there.isDirectory() ? await readdir(folder) : undefined;
  if (entries?.length === 0 || entries?.includes(marker) === true) return;
  throw new Failure('USAGE', `${folder} exists and was not made by openimis render; it is not touched`, [
    'give a new or an empty folder with --output',
  ]);
}
