import type Dockerode from 'dockerode';

import { Failure } from '../../failure.ts';
import type { ContainerState, Labels } from '../engine.ts';
import { statusOf, type Api } from './api.ts';
import { carries, containerState, isOurs, labelFilter, temporaryLabel } from './states.ts';

/** Containers with these labels; the ones that live for one call only are left out unless asked for. */
export async function listContainers(api: Api, labels: Labels): Promise<readonly ContainerState[]> {
  const found = await api.ask('list containers', () =>
    api.docker.listContainers({ all: true, filters: labelFilter(labels) }),
  );
  const wanted = found.filter(({ Labels: own }) => temporaryLabel in labels || !(temporaryLabel in own));
  const states = await Promise.all(wanted.map(({ Id }) => inspect(api, Id)));
  return states
    .filter((state) => state !== undefined)
    .map(containerState)
    .filter((state) => carries(state.labels, labels))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** `undefined` for a container that is gone. */
export async function inspect(api: Api, container: string): Promise<Dockerode.ContainerInspectInfo | undefined> {
  try {
    return await api.ask('inspect a container', () => api.docker.getContainer(container).inspect());
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** The container, if it carries a label of ours: nothing else is ever touched. */
export async function ownContainer(api: Api, container: string): Promise<Dockerode.Container> {
  const found = await inspect(api, container);
  if (found === undefined) throw new Failure('NOT_DEPLOYED', `there is no container ${container}`, ['docker ps --all']);
  if (!isOurs(found.Config.Labels ?? {}))
    throw new Failure('NAME_TAKEN', `the container ${container} was not made by openimis and is not touched`);
  return api.docker.getContainer(found.Id);
}

/** Stops in parallel; a container that is gone or stopped is fine. */
export async function stopContainers(api: Api, containers: readonly string[], graceSeconds: number): Promise<void> {
  const handles = await Promise.all(containers.map((container) => ownContainer(api, container)));
  await Promise.all(
    handles.map((handle) =>
      api.ask('stop a container', () => handle.stop({ t: graceSeconds }), graceSeconds + 60).catch(unless(304, 404)),
    ),
  );
}

export async function startContainers(api: Api, containers: readonly string[]): Promise<void> {
  const handles = await Promise.all(containers.map((container) => ownContainer(api, container)));
  await Promise.all(handles.map((handle) => api.ask('start a container', () => handle.start(), 60).catch(unless(304))));
}

/** Swallows API errors with these HTTP statuses. */
export function unless(...statuses: readonly number[]): (error: unknown) => void {
  return (error) => {
    const status = statusOf(error);
    if (status === undefined || !statuses.includes(status)) throw error;
  };
}
