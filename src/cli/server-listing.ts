import { packageRoot } from '../package-root.ts';
import { completeServer, type MissingValue, missingValues, notDeployable } from '../workspace/complete.ts';
import { findServer, serverNames } from '../workspace/parse.ts';
import type { ServerConfig } from '../workspace/schema.ts';
import type { Server } from '../workspace/server.ts';
import { loadCatalogue } from '../workspace/store/catalogue-store.ts';
import { openWorkspace } from '../workspace/store/workspace-store.ts';
import { chooseServer } from './session.ts';

export type ListedServer = {
  readonly name: string;
  /** Release, or the generation that its pins start like. */
  readonly release: string;
  readonly components: readonly string[];
  readonly gateway: string;
  readonly state: string;
};

/** The servers of the workspace, or of the catalogue, in the order of the file. */
export async function listServers(folder: string | undefined, catalogue: boolean): Promise<readonly ListedServer[]> {
  if (catalogue) {
    const entries = [...(await loadCatalogue(packageRoot())).values()];
    return entries.map(({ name, server, description }) => ({ ...listed(name, server), state: description }));
  }
  const { config } = await openWorkspace(folder);
  return serverNames(config).map((name) => {
    const missing = missingValues(config, name).length;
    const complete = missing === 0 ? 'complete' : `lacks ${missing} value${missing === 1 ? '' : 's'}`;
    return {
      ...listed(name, findServer(config, name)),
      state: notDeployable(config, name) === undefined ? complete : 'not deployable',
    };
  });
}

function listed(name: string, server: ServerConfig): Omit<ListedServer, 'state'> {
  return {
    name,
    release: server.release ?? (server.generation === undefined ? '-' : `like ${server.generation}`),
    components: Object.keys(server.components ?? {}),
    gateway: server.gateway?.dns ?? '-',
  };
}

export type ShownServer = {
  readonly name: string;
  readonly file: string;
  /** As written in openimis.yaml. */
  readonly written: ServerConfig;
  /** With every default; absent while values are missing. */
  readonly complete?: Server;
  readonly missing: readonly MissingValue[];
  readonly notDeployable?: string;
};

export async function showServer(folder: string | undefined, asked: string | undefined): Promise<ShownServer> {
  const workspace = await openWorkspace(folder);
  const name = chooseServer(workspace.config, asked);
  const missing = missingValues(workspace.config, name);
  const reason = notDeployable(workspace.config, name);
  return {
    name,
    file: workspace.file,
    written: findServer(workspace.config, name),
    ...(missing.length === 0 ? { complete: completeServer(workspace.config, name) } : {}),
    missing,
    ...(reason === undefined ? {} : { notDeployable: reason }),
  };
}
