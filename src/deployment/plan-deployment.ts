import { createHash } from 'node:crypto';

import type { Progress } from '../engines/engine.ts';
import { bankOf } from '../stack/addresses.ts';
import { legacyTarget } from '../stack/gateway-plan.ts';
import { risksOf } from '../stack/risks.ts';
import type { Service } from '../stack/stack.ts';
import type { DeploymentContext } from './context.ts';
import { judge } from './gate.ts';
import { requireEncryptionChoice } from './legacy-encryption.ts';
import { probeFromHere } from './legacy-reach.ts';
import { leftoverRevisions, type Observation, observe } from './observe.ts';
import { composePlan, type Plan } from './plan.ts';
import {
  type CheckedImage,
  chooseSubnet,
  requireImages,
  requireOwnName,
  requirePorts,
  sizeWarnings,
} from './preflight.ts';
import { ownReferences, type RenderedServer, renderServer, usualBase } from './render.ts';

/**
 * Finds out what a deploy would do: looks at the engine, the images and, unless there is nothing to do, the legacy. Changes
 * nothing, takes no lock.
 * @throws Failure of everything that would make the deploy fail and can be known before
 */
export async function planDeployment(
  context: DeploymentContext,
  options: { readonly progress?: Progress; readonly signal?: AbortSignal } = {},
): Promise<Plan> {
  const { engine, server } = context;
  requireEncryptionChoice(server);
  const info = await engine.info();
  const images = await requireImages(context);
  let observation = await observe(context);
  // A server that was deployed before has a base image, so this is quick; a fresh box makes it in the first step.
  const known = observation.hasState || observation.gateway !== undefined;
  const base = known ? await engine.baseImage(options.progress, options.signal) : usualBase;
  const own = ownReferences(context.templates, base);
  if (observation.hasState && observation.history === undefined) observation = await observe(context, own.gateway);
  const subnet = await chooseSubnet(context, observation);
  const wanted = renderFor(context, observation.highest + 1, subnet, own, images);
  const leftovers = leftoverWords(observation);
  const reasons = reasonsToDeploy(context, observation, wanted, images);
  const deploys = reasons.length > 0;
  const baseChanges = baseDiffers(observation, wanted);
  const running = observation.revisions.flatMap(({ containers }) => containers);
  if (deploys) {
    await requirePorts(context, observation);
    await requireOwnName(context);
  }
  const notes = deploys
    ? await probeFromHere(context, server.legacy === undefined ? undefined : legacyTarget(server.legacy))
    : [];
  options.signal?.throwIfAborted();
  return composePlan({
    server,
    stack: wanted.stack,
    info,
    endpoint: engine.endpoint,
    observation,
    subnet,
    images,
    reasons,
    leftovers,
    baseChanges,
    gatewayChanges: gatewayDiffers(observation, wanted),
    notes,
    warnings: [...risksOf(server), ...(deploys ? sizeWarnings(info, wanted.stack, running) : [])],
  });
}

/** Renders what would run as revision N. */
export function renderFor(
  context: DeploymentContext,
  revision: number,
  subnet: string,
  own: { readonly gateway: string; readonly rabbitmq: string },
  images: Readonly<Record<string, CheckedImage>>,
): RenderedServer {
  const references = Object.fromEntries(Object.entries(images).map(([name, { reference }]) => [name, reference]));
  return renderServer({
    server: context.server,
    ...(context.release === undefined ? {} : { release: context.release }),
    workspace: context.workspace.id,
    projectPrefix: context.projectPrefix,
    templates: context.templates,
    revision,
    subnet,
    images: { ...references, ...own },
    secrets: context.secrets,
  });
}

/** Hash of a deployment: a tag that was moved to another image is another deployment. */
export function deploymentHash(wanted: RenderedServer, images: Readonly<Record<string, CheckedImage>>): string {
  const ids = Object.entries(images).map(([name, { id }]) => `${name}=${id}`);
  return createHash('sha256')
    .update([wanted.rendered.hash, ...ids.sort()].join('\n'))
    .digest('hex');
}

/** Would the gateway or RabbitMQ be made anew? Their secrets and files are not in the Compose file. */
export function baseDiffers(observation: Observation, wanted: RenderedServer): boolean {
  const record = observation.history?.findLast(({ revision }) => revision === observation.serving);
  return (
    observation.gateway !== undefined && record?.base !== undefined && record.base !== wanted.rendered.base.compose
  );
}

/** Does a running gateway work by another configuration than it should? */
export function gatewayDiffers({ gatewayVersion }: Observation, wanted: RenderedServer): boolean {
  return gatewayVersion !== undefined && gatewayVersion !== wanted.gatewayVersion;
}

/** Empty: the same thing runs and is healthy. */
export function reasonsToDeploy(
  context: DeploymentContext,
  observation: Observation,
  wanted: RenderedServer,
  images: Readonly<Record<string, CheckedImage>>,
): readonly string[] {
  const { serving, history } = observation;
  if (serving === undefined)
    return [observation.highest === 0 ? 'it was never deployed here' : 'no revision of it serves'];
  const name = `r${serving}`;
  const record = history?.find(({ revision }) => revision === serving)?.plan;
  if (record === undefined) return [`what ${name} is cannot be read on the engine`];
  const reasons: string[] = [];
  if (record.hash !== deploymentHash(wanted, images)) reasons.push(...differences(record, wanted, images, name));
  const broken = [
    ...brokenServices(wanted.stack.base.services, [observation.gateway, observation.rabbitmq]),
    ...brokenServices(
      wanted.stack.current.services,
      observation.revisions.find(({ revision }) => revision === serving)?.containers ?? [],
    ),
  ];
  reasons.push(...broken.map((words) => `${name}: ${words}`));
  if (observation.bank !== undefined && observation.bank !== bankOf(serving) && broken.length === 0)
    reasons.push(`the gateway does not point at ${name}`);
  return reasons;
}

type RecordedPlan = NonNullable<NonNullable<Observation['history']>[number]['plan']>;

function differences(
  record: RecordedPlan,
  wanted: RenderedServer,
  images: Readonly<Record<string, CheckedImage>>,
  name: string,
): readonly string[] {
  const found: string[] = [];
  for (const [component, image] of Object.entries(images))
    if (record.images[component]?.id !== image.id) found.push(`another image for ${component} than in ${name}`);
  if (record.secretsHash !== wanted.stack.secretsHash) found.push(`other secrets than in ${name}`);
  if (record.pinsHash !== wanted.stack.pinsHash) found.push(`other pins than in ${name}`);
  if (found.length === 0) found.push(`other settings than in ${name}`);
  return found;
}

type Candidate = Observation['gateway'];

function brokenServices(services: readonly Service[], containers: readonly Candidate[]): readonly string[] {
  return services.flatMap(({ name, replicas }) => {
    const own = containers.filter((container) => container?.service === name);
    const working = own.filter(
      (container) => container !== undefined && judge(container, container.restarts, 1).kind === 'ready',
    );
    if (working.length >= replicas) return [];
    return [own.length === 0 ? `${name} has no container` : `${name} does not work`];
  });
}

/** What a cut run left: revisions that have containers and do not serve, or that nobody finished. */
export function leftoverWords(observation: Observation): readonly string[] {
  return leftoverRevisions(observation).map((revision) => {
    const record = observation.history?.find((candidate) => candidate.revision === revision);
    const { plan, outcome } = record ?? {};
    const who = plan === undefined ? '' : `, begun by ${plan.by.user} on ${plan.by.host} at ${plan.startedAt}`;
    return `r${revision} ${outcome === undefined ? 'was never finished' : 'does not serve any more'}${who}`;
  });
}
