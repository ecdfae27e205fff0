import { stat } from 'node:fs/promises';

import type { DeploymentEvents } from '../deployment/events.ts';
import type { Engine, Labels } from '../engines/engine.ts';
import { label } from '../stack/labels.ts';
import { removeSandboxFolder } from './sandbox-folder.ts';
import { isSandboxProject } from './stand-in-project.ts';

export type SandboxDownPlan = {
  /** Compose projects, those that depend on others first. */
  readonly projects: readonly string[];
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  readonly folder: string;
  readonly nothingToDo: boolean;
};

/** Only what carries the sandbox's label is the sandbox's. */
const labels: Labels = { [label.sandbox]: 'true' };

/** Everything that `sandbox up` made and that is still there. */
export async function planSandboxDown(engine: Engine, folder: string): Promise<SandboxDownPlan> {
  const containers = (await engine.containers(labels)).filter(({ project }) => isSandboxProject(project));
  const volumes = (await engine.volumes(labels)).map(({ name }) => name);
  const networks = (await engine.networks()).filter((network) => network.labels[label.sandbox] === 'true');
  const ofNetworks = networks.map(({ name }) => name.replace(/_[a-z]+$/, ''));
  const ofVolumes = volumes.map((name) => name.replace(/_[a-z-]+$/, ''));
  const ofContainers = containers.flatMap(({ project }) => (project === undefined ? [] : [project]));
  const projects = [...new Set([...ofContainers, ...ofNetworks, ...ofVolumes])]
    .filter(isSandboxProject)
    // Revisions use the networks of their server: they go first, the stand-ins last.
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const folderThere = await stat(folder).then(
    () => true,
    () => false,
  );
  return {
    projects,
    containers: containers.map(({ name }) => name),
    volumes,
    folder,
    nothingToDo: projects.length === 0 && !folderThere,
  };
}

export async function sandboxDown(
  engine: Engine,
  folder: string,
  plan: SandboxDownPlan,
  events: DeploymentEvents,
  signal: AbortSignal,
): Promise<void> {
  for (const project of plan.projects) {
    signal.throwIfAborted();
    events.started(project);
    try {
      await engine.down(project, { volumes: true, labels, progress: (line) => events.progress(project, line) });
      events.done(project);
    } catch (error) {
      events.failed(project, error instanceof Error ? error.message : String(error));
      throw error;
    }
  }
  await removeSandboxFolder(folder);
}
