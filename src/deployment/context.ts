import type { Engine, Labels } from '../engines/engine.ts';
import type { LockedImages } from '../images/locked-images.ts';
import type { probeDatabase } from '../legacy/database.ts';
import type { nameResolves } from '../legacy/resolves.ts';
import type { probeWebsite } from '../legacy/website.ts';
import type { Release } from '../modules/release.ts';
import type { Templates } from '../rendering/templates/load.ts';
import { label } from '../stack/labels.ts';
import { lockName, projectName, type ProjectPrefix, revisionProjectName, volumeName } from '../stack/names.ts';
import type { Secrets, Server } from '../workspace/server.ts';
import type { LocalCopy } from './local-copy.ts';

export type Clock = {
  readonly now: () => Date;
  /** Resolves after so many seconds; rejects with the signal's reason when that fires first. */
  readonly sleep: (seconds: number, signal?: AbortSignal) => Promise<void>;
};

/** The only ways a deployment looks at the legacy from this machine; both only read. */
export type Probes = {
  readonly database: typeof probeDatabase;
  readonly website: typeof probeWebsite;
  readonly resolves: typeof nameResolves;
};

/** Everything a deployment works with; nothing else is reached from here. */
export type DeploymentContext = {
  readonly engine: Engine;
  readonly server: Server;
  /** The upstream release that `server.release` names. */
  readonly release?: Release;
  readonly secrets: Secrets;
  readonly workspace: { readonly id: string; readonly folder: string };
  readonly projectPrefix: ProjectPrefix;
  /** Folders `compose`, `gateway` and `images`. */
  readonly templates: Templates;
  readonly probes: Probes;
  readonly clock: Clock;
  /** Who deploys from where: for the journal and the run lock. */
  readonly operator: { readonly user: string; readonly host: string };
  readonly localCopy: LocalCopy;
  /** What openimis.lock.json says for components that no image is given for. */
  readonly lockedImages?: LockedImages;
};

export type ServerNames = {
  readonly project: string;
  readonly lock: string;
  readonly state: string;
  readonly revision: (revision: number) => string;
};

/** Names on the engine (design.md section 5). */
export function serverNames(context: Pick<DeploymentContext, 'projectPrefix' | 'server'>): ServerNames {
  const project = projectName(context.projectPrefix, context.server.name);
  return {
    project,
    lock: lockName(project),
    state: volumeName(project, 'state'),
    revision: (revision) => revisionProjectName(project, revision),
  };
}

/** Labels that make a thing on the engine one of this server of this workspace. */
export function serverLabels(context: Pick<DeploymentContext, 'workspace' | 'server' | 'projectPrefix'>): Labels {
  return {
    [label.workspace]: context.workspace.id,
    [label.server]: context.server.name,
    ...(context.projectPrefix === 'openimis-sandbox' ? { [label.sandbox]: 'true' } : {}),
  };
}

export function isSandbox(context: Pick<DeploymentContext, 'projectPrefix'>): boolean {
  return context.projectPrefix === 'openimis-sandbox';
}
