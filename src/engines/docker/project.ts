import { Failure } from '../../failure.ts';
import type { RenderedProject } from '../../rendering/rendered.ts';
import type { ComposeUp, Labels, Progress } from '../engine.ts';
import type { Api } from './api.ts';
import { upArguments, validateArguments } from './arguments.ts';
import { diagnose, lastLines, type Circumstances } from './failures.ts';
import { unless } from './own-containers.ts';
import { runProgram, type ProgramResult } from './program.ts';
import { carries, composeLabel, labelFilter } from './states.ts';

type Environment = Readonly<Record<string, string>>;

/** `docker compose up`: secrets reach Compose by the child's environment, never by the file or an argument. */
export async function up(
  env: Environment,
  where: Circumstances,
  project: RenderedProject,
  options: ComposeUp,
): Promise<void> {
  const missing = project.secretVariables.filter((name) => options.secrets[name] === undefined);
  if (missing.length > 0)
    throw new Failure('SECRET_MISSING', `the project ${project.name} needs the secrets ${missing.join(', ')}`);
  const secrets = Object.fromEntries(project.secretVariables.map((name) => [name, options.secrets[name] ?? '']));
  const result = await runProgram('docker', upArguments(project.name, options), {
    env: { ...env, ...secrets },
    stdin: project.compose,
    // Images may come over a slow link.
    timeout: 4 * 3600,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.progress === undefined ? {} : { onLine: options.progress }),
  });
  if (result.code !== 0) throw composeFailure(`start ${project.name}`, result, where);
}

/** `docker compose config`; the secrets' variables get a placeholder, which is not shown. */
export async function validate(env: Environment, where: Circumstances, project: RenderedProject): Promise<void> {
  const placeholders = Object.fromEntries(project.secretVariables.map((name) => [name, 'placeholder']));
  const result = await runProgram('docker', validateArguments(project.name), {
    env: { ...env, ...placeholders },
    stdin: project.compose,
    timeout: 60,
  });
  if (result.code !== 0) throw composeFailure(`read the file of ${project.name}`, result, where);
}

const progressLine = /^ (Container|Network|Volume|Image|Service|Config|Secret) .*$/gm;

/** Compose says why in its last lines; progress lines above them do not help. */
export function composeFailure(what: string, result: ProgramResult, where: Circumstances): Failure {
  const known = diagnose(result.stderr, where);
  if (known !== undefined) return known;
  const said = `${result.stdout}\n${result.stderr}`.replaceAll(progressLine, '');
  const why = result.timedOut ? 'it took too long' : lastLines(said, 5);
  return new Failure('COMPOSE_FAILED', `docker compose could not ${what}: ${why}`, [
    'the same command with --verbose shows what was called',
  ]);
}

/** Removes what belongs to the project and carries all the labels, in the order containers, networks, volumes. */
export async function down(
  api: Api,
  projectName: string,
  options: { readonly volumes: boolean; readonly labels: Labels; readonly progress?: Progress },
): Promise<void> {
  if (Object.keys(options.labels).length === 0) throw new Error('down needs labels');
  const labels = { ...options.labels, [composeLabel.project]: projectName };
  const filters = labelFilter(labels);
  const say = options.progress ?? (() => {});
  const { docker } = api;

  const containers = await api.ask('list containers', () => docker.listContainers({ all: true, filters }));
  await Promise.all(
    containers
      .filter((container) => carries(container.Labels, labels))
      .map(async ({ Id, Names }) => {
        const name = Names[0]?.replace(/^\//, '') ?? Id;
        const container = docker.getContainer(Id);
        say(`stopping ${name}`);
        // No `t`: every service has its own grace period, at most some minutes.
        await api.ask(`stop ${name}`, () => container.stop(), 900).catch(unless(304, 404));
        await api.ask(`remove ${name}`, () => container.remove({ force: true, v: true }), 120).catch(unless(404, 409));
        say(`removed ${name}`);
      }),
  );

  const networks = await api.ask('list networks', () => docker.listNetworks({ filters }));
  for (const { Id, Name, Labels: own } of networks)
    if (carries(own ?? {}, labels)) {
      await api.ask(`remove the network ${Name}`, () => docker.getNetwork(Id).remove()).catch(unless(404));
      say(`removed network ${Name}`);
    }

  if (!options.volumes) return;
  const { Volumes } = await api.ask('list volumes', () => docker.listVolumes({ filters: labelFilter(options.labels) }));
  for (const { Name, Labels: own } of Volumes ?? [])
    if (carries(own ?? {}, options.labels) && isOfProject(Name, own ?? {}, projectName)) {
      await api.ask(`remove the volume ${Name}`, () => docker.getVolume(Name).remove(), 120).catch(unless(404));
      say(`removed volume ${Name}`);
    }
}

function isOfProject(volume: string, labels: Labels, project: string): boolean {
  return labels[composeLabel.project] === project || volume.startsWith(`${project}_`);
}
