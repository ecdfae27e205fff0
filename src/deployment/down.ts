import { Failure } from '../failure.ts';
import { label } from '../stack/labels.ts';
import { type DeploymentContext, serverLabels, serverNames } from './context.ts';
import type { DeploymentEvents } from './events.ts';
import { asInterruption, throwIfInterrupted } from './interruption.ts';

export type DownPlan = {
  readonly server: string;
  /** Compose projects to remove: revisions first, then the server's own. */
  readonly projects: readonly string[];
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  /** Volumes of the server; removed only when asked for. */
  readonly volumes: readonly string[];
  readonly removeVolumes: boolean;
  readonly nothingToDo: boolean;
  readonly steps: readonly { readonly id: string; readonly title: string }[];
  /** Image to take the run lock with; undefined: there is none on the engine any more. */
  readonly lockImage?: string;
};

/**
 * What `openimis down` would remove: only what carries our labels, whatever part of it is left.
 * @throws Failure FOREIGN_WORKSPACE when all there is belongs to another workspace
 */
export async function planDown(context: DeploymentContext, options: { readonly volumes: boolean }): Promise<DownPlan> {
  const { engine, server } = context;
  const own = serverLabels(context);
  const { project } = serverNames(context);
  const belongs = (name: string | undefined): name is string =>
    name === project ||
    (name !== undefined && /^-r[1-9]\d{0,8}$/.test(name.startsWith(project) ? name.slice(project.length) : ''));
  const containers = (await engine.containers(own)).filter((container) => belongs(container.project));
  const carriesOwn = (labels: Readonly<Record<string, string>>): boolean =>
    Object.entries(own).every(([name, value]) => labels[name] === value);
  const ofProject = ({ name, labels }: { name: string; labels: Readonly<Record<string, string>> }): boolean =>
    name.startsWith(`${project}_`) && carriesOwn(labels);
  const networks = (await engine.networks()).filter(ofProject).map(({ name }) => name);
  const volumes = (await engine.volumes(own)).filter(ofProject).map(({ name }) => name);
  const removed = options.volumes ? volumes : [];
  const nothingToDo = containers.length === 0 && networks.length === 0 && removed.length === 0;
  if (nothingToDo) await requireNoStranger(context, project);
  const revisions = [...new Set(containers.flatMap((container) => container.project ?? []))].filter(
    (name) => name !== project,
  );
  const lockImage = containers.find((container) => container.labels[label.component] === 'gateway')?.image;
  const usable = lockImage !== undefined && (await engine.image(lockImage)) !== undefined;
  const projects = nothingToDo ? [] : [...revisions.sort(), project];
  return {
    server: server.name,
    projects,
    containers: containers.map(({ name }) => name),
    networks,
    volumes,
    removeVolumes: options.volumes,
    nothingToDo,
    steps: projects.map((name) => ({ id: name, title: `Remove ${name}` })),
    ...(usable ? { lockImage } : {}),
  };
}

async function requireNoStranger(context: DeploymentContext, project: string): Promise<void> {
  const found = await context.engine.containers({ [label.server]: context.server.name });
  const stranger = found.find((container) => container.project === project);
  if (stranger === undefined) return;
  throw new Failure(
    'FOREIGN_WORKSPACE',
    `server ${context.server.name} on this engine belongs to another workspace (id ${(stranger.labels[label.workspace] ?? 'none').slice(0, 64)})`,
    ['work in the folder that it was deployed from'],
  );
}

/** Does what the plan says; steps are the projects. A second run goes on where one was cut. */
export async function down(
  context: DeploymentContext,
  plan: DownPlan,
  events: DeploymentEvents,
  signal?: AbortSignal,
): Promise<void> {
  if (plan.nothingToDo) return;
  const { engine } = context;
  const lock =
    plan.lockImage === undefined
      ? undefined
      : await engine.lock(serverNames(context).lock, plan.lockImage, serverLabels(context));
  try {
    for (const project of plan.projects) {
      throwIfInterrupted(signal);
      events.started(project);
      try {
        const volumes = plan.removeVolumes && project === plan.projects.at(-1);
        const progress = (line: string): void => events.progress(project, line);
        await engine.down(project, { volumes, labels: serverLabels(context), progress });
        events.done(project);
      } catch (error) {
        events.failed(project, error instanceof Error ? error.message : String(error));
        throw asInterruption(error, signal);
      }
    }
  } finally {
    await lock?.release();
  }
}
