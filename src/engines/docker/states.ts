import type Dockerode from 'dockerode';

import type { ContainerState, Labels } from '../engine.ts';

/** Compose's own labels; a project is found again by them. */
export const composeLabel = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  volume: 'com.docker.compose.volume',
} as const;

/** Marks what lives for one call only: left out of `containers()` unless it is asked for by this label. */
export const temporaryLabel = 'org.openimis.temporary';

/** Labels that say whose a thing is; the others may change from one deploy to the next. */
const identity = ['org.openimis.workspace', 'org.openimis.server'] as const;

/** Containers inherit the labels of their image, so `org.openimis.component` alone proves nothing. */
export function isOurs(labels: Labels): boolean {
  return identity[0] in labels;
}

/** Has every one of `wanted`. */
export function carries(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

/** Belongs to another workspace or server than `wanted` says, or to nobody. */
export function isForeign(labels: Labels, wanted: Labels): boolean {
  return !isOurs(labels) || identity.some((name) => wanted[name] !== undefined && labels[name] !== wanted[name]);
}

/** Query of the engine's API for things with these labels. */
export function labelFilter(labels: Labels): { readonly label: string[] } {
  return { label: Object.entries(labels).map(([name, value]) => `${name}=${value}`) };
}

const zeroTime = '0001-01-01T00:00:00Z';

type Probe = { readonly Start?: string; readonly ExitCode?: number; readonly Output?: string };

/** `docker inspect` in the words of the contract. */
export function containerState(inspected: Dockerode.ContainerInspectInfo): ContainerState {
  const { State: state, Config: config } = inspected;
  const labels: Labels = config.Labels ?? {};
  const health = state.Health;
  // The log survives a restart: only probes of this run count.
  const probes = ((health?.Log ?? []) as readonly Probe[]).filter(
    (probe) => probe.Start === undefined || Date.parse(probe.Start) >= Date.parse(state.StartedAt),
  );
  const newest = probes.at(-1);
  const firstFailure = probes.toReversed().findIndex((probe) => probe.ExitCode !== 0);
  const project = labels[composeLabel.project];
  const service = labels[composeLabel.service];
  return {
    id: inspected.Id,
    name: inspected.Name.replace(/^\//, ''),
    ...(project === undefined ? {} : { project }),
    ...(service === undefined ? {} : { service }),
    image: config.Image,
    labels,
    state: state.Status as ContainerState['state'],
    health: healthOf(health?.Status),
    healthyProbes: firstFailure === -1 ? probes.length : firstFailure,
    ...(newest?.Output === undefined ? {} : { lastProbe: newest.Output.trim() }),
    restarts: inspected.RestartCount,
    ...(state.Status === 'exited' || state.Status === 'dead' || state.Status === 'restarting'
      ? { exitCode: state.ExitCode }
      : {}),
    oomKilled: state.OOMKilled,
    ...(state.StartedAt === zeroTime ? {} : { startedAt: state.StartedAt }),
    addresses: addressesOf(inspected),
  };
}

function healthOf(status: string | undefined): ContainerState['health'] {
  if (status === 'starting' || status === 'healthy' || status === 'unhealthy') return status;
  return 'none';
}

/** Address per network; of a container that does not run, the one that it will have. */
function addressesOf(inspected: Dockerode.ContainerInspectInfo): Readonly<Record<string, string>> {
  const addresses: Record<string, string> = {};
  for (const [name, network] of Object.entries(inspected.NetworkSettings.Networks ?? {})) {
    const planned = (network.IPAMConfig as { readonly IPv4Address?: string } | null | undefined)?.IPv4Address;
    const address = network.IPAddress === '' ? planned : network.IPAddress;
    if (address !== undefined && address !== '') addresses[name] = address;
  }
  return addresses;
}
