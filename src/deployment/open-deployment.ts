import { hostname, userInfo } from 'node:os';

import type { DeploymentContext } from './context.ts';
import { realClock } from './clock.ts';
import { localCopy } from './local-copy.ts';
import type { Engine, Progress } from '../engines/engine.ts';
import { Failure } from '../failure.ts';
import { lockedImages } from '../images/locked-images.ts';
import { probeDatabase } from '../legacy/database.ts';
import { nameResolves } from '../legacy/resolves.ts';
import { probeWebsite } from '../legacy/website.ts';
import type { Release } from '../modules/release.ts';
import { releaseNames } from '../modules/release-names.ts';
import { packageRoot } from '../package-root.ts';
import { loadTemplates } from '../rendering/templates/load.ts';
import { completeServer, notDeployable } from '../workspace/complete.ts';
import type { WorkspaceConfig } from '../workspace/schema.ts';
import type { Secrets, Server } from '../workspace/server.ts';
import { loadRelease } from '../workspace/store/release-store.ts';

export type DeploymentInput = {
  readonly config: WorkspaceConfig;
  readonly folder: string;
  readonly name: string;
  readonly secrets: Secrets;
  readonly projectPrefix?: 'openimis' | 'openimis-sandbox';
  /** Images may come from openimis.lock.json; `frozen`: from nowhere else. */
  readonly images?: { readonly frozen: boolean; readonly progress: Progress; readonly signal: AbortSignal };
};

/** Everything that a deployment of this server works with. Throws SERVER_NOT_DEPLOYABLE, SERVER_INCOMPLETE. */
export async function openDeployment(engine: Engine, input: DeploymentInput): Promise<DeploymentContext> {
  const { config, name, folder } = input;
  requireDeployable(config, name);
  const server = completeServer(config, name);
  const root = packageRoot();
  const { images } = input;
  const locked =
    images === undefined ? {} : { lockedImages: await lockedImages({ ...images, config, folder, name, engine }) };
  return {
    ...locked,
    engine,
    server,
    secrets: input.secrets,
    workspace: { id: config.id ?? 'not-yet-written', folder },
    projectPrefix: input.projectPrefix ?? 'openimis',
    templates: await loadTemplates(root, ['compose', 'gateway', 'images']),
    probes: { database: probeDatabase, website: probeWebsite, resolves: nameResolves },
    clock: realClock,
    operator: { user: userInfo().username, host: hostname() },
    localCopy: localCopy(folder),
    ...(await releaseOf(root, server)),
  };
}

/** Throws SERVER_NOT_DEPLOYABLE for a server that is only catalogued. */
export function requireDeployable(config: WorkspaceConfig, name: string): void {
  const reason = notDeployable(config, name);
  if (reason !== undefined)
    throw new Failure('SERVER_NOT_DEPLOYABLE', `server ${name} cannot be run with Docker: ${reason}`, [
      'it is catalogued for the record; choose another server: openimis servers list',
    ]);
}

/** The upstream release that the server names; none for 0.0.x pins. */
export async function releaseOf(root: string, server: Server): Promise<{ readonly release?: Release }> {
  const name = releaseNames.find((known) => known === server.release);
  return name === undefined ? {} : { release: await loadRelease(root, name) };
}
