import type { NetworkName } from './stack.ts';

export type ProjectPrefix = 'openimis' | 'openimis-sandbox';

/** Project of what lives long: `openimis-test`, in the sandbox `openimis-sandbox-test`. */
export function projectName(prefix: ProjectPrefix, server: string): string {
  return `${prefix}-${server}`;
}

/** Project of one revision: `openimis-test-r7`. */
export function revisionProjectName(project: string, revision: number): string {
  return `${project}-r${revision}`;
}

export function networkName(project: string, network: NetworkName): string {
  return `${project}_${network}`;
}

/**
 * Volumes of a server: RabbitMQ's data; the gateway's configuration versions, secrets and active bank; revisions and journal.
 */
export type VolumeName = 'rabbitmq' | 'gateway' | 'gateway-secrets' | 'gateway-state' | 'gateway-audit' | 'state';

export function volumeName(project: string, volume: VolumeName): string {
  return `${project}_${volume}`;
}

/** The container whose existence is the run lock of a server. */
export function lockName(project: string): string {
  return `${project}-lock`;
}
