import { Failure } from '../failure.ts';
import type { ContainerState } from '../engines/engine.ts';
import { bankOf } from '../stack/addresses.ts';
import { label } from '../stack/labels.ts';
import { type DeploymentContext, serverNames } from './context.ts';
import type { RevisionRecord } from './revision-record.ts';
import { readHistory } from './revision-store.ts';
import { activeBank, runningVersion } from './gateway-control.ts';
import { surroundingSubnet } from './subnets.ts';

export type ObservedRevision = { readonly revision: number; readonly containers: readonly ContainerState[] };

/** What the engine runs of this server. */
export type Observation = {
  readonly gateway?: ContainerState;
  readonly rabbitmq?: ContainerState;
  /** Revisions with containers, lowest number first. */
  readonly revisions: readonly ObservedRevision[];
  /** Address bank that the gateway sends people to; undefined: none, or the gateway does not run. */
  readonly bank?: number;
  /** Version of the configuration that the gateway's workers run. */
  readonly gatewayVersion?: string;
  /** The revision that people reach, or reached before the server was stopped. */
  readonly serving?: number;
  /** The server's /24, when its networks exist. */
  readonly subnet?: string;
  readonly hasState: boolean;
  /** Undefined when there is no image yet to read the state volume with. */
  readonly history?: readonly RevisionRecord[];
  /** Highest number ever given out, 0 for none; only certain when `history` is there or there is no state. */
  readonly highest: number;
  readonly somethingRuns: boolean;
};

/**
 * Looks what there is of a server; changes nothing.
 * @param image an image to read the state volume with, when no gateway container tells one
 * @throws Failure FOREIGN_WORKSPACE, NAME_TAKEN
 */
export async function observe(context: DeploymentContext, image?: string): Promise<Observation> {
  const { engine } = context;
  const names = serverNames(context);
  const volumes = (await engine.volumes({})).filter(({ name }) => name.startsWith(`${names.project}_`));
  const networks = (await engine.networks()).filter(({ name }) => name.startsWith(`${names.project}_`));
  const labelled = await engine.containers({ [label.server]: context.server.name });
  const containers = labelled.filter((container) => projectRevision(context, container) !== undefined);
  const composed = await engine.containers({ 'com.docker.compose.project': names.project });
  const things = [
    ...containers.map(({ name, labels }) => ({ what: `container ${name}`, labels })),
    ...composed.map(({ name, labels }) => ({ what: `container ${name}`, labels })),
    ...volumes.map(({ name, labels }) => ({ what: `volume ${name}`, labels })),
    ...networks.map(({ name, labels }) => ({ what: `network ${name}`, labels })),
  ];
  for (const thing of things) requireOwn(context, thing);

  const ofComponent = (component: string): ContainerState | undefined =>
    containers.find((c) => c.labels[label.component] === component && projectRevision(context, c) === 0);
  const gateway = ofComponent('gateway');
  const rabbitmq = ofComponent('rabbitmq');
  const revisions = revisionsOf(context, containers);
  const running = gateway?.state === 'running' ? gateway : undefined;
  const bank = running && (await activeBank(context, running));
  const gatewayVersion = running && (await runningVersion(context, running));
  const hasState = volumes.some(({ name }) => name === names.state);
  const history = hasState ? await historyWith(context, [gateway?.image, image]) : undefined;
  const serving = servingRevision(revisions, bank, history);
  const subnet = networks
    .flatMap(({ subnets }) => subnets)
    .map(surroundingSubnet)
    .find((found) => found !== undefined);
  return {
    ...(gateway === undefined ? {} : { gateway }),
    ...(rabbitmq === undefined ? {} : { rabbitmq }),
    revisions,
    ...(bank === undefined ? {} : { bank }),
    ...(gatewayVersion === undefined ? {} : { gatewayVersion }),
    ...(serving === undefined ? {} : { serving }),
    ...(subnet === undefined ? {} : { subnet }),
    hasState,
    ...(history === undefined ? {} : { history }),
    highest: Math.max(0, ...revisions.map((r) => r.revision), ...(history ?? []).map((r) => r.revision)),
    somethingRuns: containers.length > 0,
  };
}

/** 0 for the server's own project, N for a revision's, undefined for something else (the run lock, the other prefix). */
function projectRevision(context: DeploymentContext, { project }: ContainerState): number | undefined {
  const own = serverNames(context).project;
  if (project === own) return 0;
  if (project === undefined || !project.startsWith(`${own}-r`)) return undefined;
  const digits = project.slice(own.length + 2);
  return /^[1-9]\d{0,8}$/.test(digits) ? Number(digits) : undefined;
}

function revisionsOf(context: DeploymentContext, containers: readonly ContainerState[]): readonly ObservedRevision[] {
  const groups = Map.groupBy(containers, (container) => projectRevision(context, container) ?? 0);
  return [...groups]
    .filter(([revision]) => revision > 0)
    .sort(([a], [b]) => a - b)
    .map(([revision, members]) => ({ revision, containers: members }));
}

type Thing = { readonly what: string; readonly labels: Readonly<Record<string, string>> };

function requireOwn(context: DeploymentContext, { what, labels }: Thing): void {
  const { name } = context.server;
  const workspace = labels[label.workspace];
  if (workspace === undefined || labels[label.server] !== name)
    throw new Failure(
      'NAME_TAKEN',
      `the engine has a ${what} that openimis did not make, under a name that server ${name} needs`,
      [
        `docker ${what.split(' ')[0] ?? ''} inspect ${what.split(' ')[1] ?? ''}`,
        'rename or remove it, or give the server another name in openimis.yaml',
      ],
    );
  if (workspace !== context.workspace.id)
    throw new Failure(
      'FOREIGN_WORKSPACE',
      `server ${name} on this engine belongs to another workspace (${what} has workspace id ${workspace.slice(0, 64)}, this one is ${context.workspace.id})`,
      [
        'work in the folder that it was deployed from',
        'or give the server here another name, other ports and another gateway.dns',
      ],
    );
}

async function historyWith(
  context: DeploymentContext,
  images: readonly (string | undefined)[],
): Promise<readonly RevisionRecord[] | undefined> {
  for (const image of images)
    if (image !== undefined && (await context.engine.image(image)) !== undefined) return readHistory(context, image);
  return undefined;
}

/**
 * The newest revision whose deploy ended well and that still has containers; a run that was cut after the switch has no
 * outcome, and what it began does not count. Without history: what the gateway's bank points at.
 */
function servingRevision(
  revisions: readonly ObservedRevision[],
  bank: number | undefined,
  history: readonly RevisionRecord[] | undefined,
): number | undefined {
  const numbers = revisions.map(({ revision }) => revision);
  if (history !== undefined)
    return history.findLast(({ revision, outcome }) => outcome?.status === 'serving' && numbers.includes(revision))
      ?.revision;
  return numbers.findLast((revision) => bankOf(revision) === bank);
}

/** Revisions that a cut run left: with containers and not serving, or without an outcome. */
export function leftoverRevisions({ revisions, history = [], serving }: Observation): readonly number[] {
  const unfinished = history.filter(({ outcome }) => outcome === undefined).map(({ revision }) => revision);
  const numbers = new Set([...revisions.map(({ revision }) => revision), ...unfinished]);
  return [...numbers].filter((revision) => revision !== serving).sort((a, b) => a - b);
}
