import { Failure } from '../failure.ts';
import type { ContainerState, EngineInfo } from '../engines/engine.ts';
import { candidateSubnets, overlaps, subnetAround } from '../stack/addresses.ts';
import { label } from '../stack/labels.ts';
import { gatewayPorts } from '../stack/services.ts';
import { isThisBox } from '../stack/this-box.ts';
import type { Stack } from '../stack/stack.ts';
import { componentNames, type Server } from '../workspace/server.ts';
import { type DeploymentContext, serverNames } from './context.ts';
import type { Observation } from './observe.ts';
import { givenImages } from './render.ts';
import { realSubnets, subnetOwner, type UsedSubnet } from './subnets.ts';

export type CheckedImage = { readonly reference: string; readonly id: string };

/** Id of an image that the lock file names and that the deploy builds before anything else. */
export const notBuilt = 'not built yet';

/**
 * The image of every application component: given ones must be on the engine's box already, those of the lock file may be built.
 * @throws Failure IMAGE_MISSING naming every component without one
 */
export async function requireImages(context: DeploymentContext): Promise<Readonly<Record<string, CheckedImage>>> {
  const { engine, server } = context;
  const given = givenImages(server);
  const found: Record<string, CheckedImage> = {};
  const unnamed: string[] = [];
  const absent: string[] = [];
  for (const component of componentNames) {
    if (server.components[component] === undefined) continue;
    const locked = given[component] === undefined ? context.lockedImages?.[component] : undefined;
    const reference = given[component] ?? locked?.reference;
    const state = reference === undefined ? undefined : await engine.image(reference);
    if (reference === undefined) unnamed.push(component);
    else if (state === undefined && locked !== undefined) found[component] = { reference, id: notBuilt };
    else if (state === undefined) absent.push(`${component}: ${reference}`);
    else found[component] = { reference, id: state.id };
  }
  if (unnamed.length > 0)
    throw new Failure(
      'IMAGE_MISSING',
      `there is no image for ${unnamed.join(', ')}, and nothing in openimis.lock.json to build it from`,
      [
        `openimis versions lock ${server.name} chooses the versions that images are built from`,
        `openimis deploy ${server.name} ${unnamed.map((component) => `--image ${component}=REFERENCE`).join(' ')}`,
        `or in openimis.yaml: servers.${server.name}.components.${unnamed[0] ?? ''}.image`,
      ],
    );
  if (absent.length > 0)
    throw new Failure(
      'IMAGE_MISSING',
      `the engine at ${engine.endpoint} does not have the image of ${absent.join(', ')}`,
      [
        ...absent.map((line) => `docker pull ${line.slice(line.indexOf(': ') + 2)}`),
        'without a registry: docker save on a machine that has it, docker load on the box',
      ],
    );
  return found;
}

const wildcards = new Set(['', '0.0.0.0', '::', '*']);

/** @throws Failure PORT_TAKEN naming who listens there */
export async function requirePorts(context: DeploymentContext, observation: Observation): Promise<void> {
  const { address = '' } = context.server.gateway;
  const ports = gatewayPorts(context.server).map(({ host }) => host);
  const owners = (await context.engine.portOwners(ports)).filter(
    (owner) =>
      (wildcards.has(owner.address) || wildcards.has(address) || owner.address === address) &&
      !(observation.gateway?.state === 'running' && owner.owner.includes(observation.gateway.name)),
  );
  const [first] = owners;
  if (first === undefined) return;
  const taken = owners.map(({ port, owner }) => `port ${port} is used by ${owner}`);
  throw new Failure('PORT_TAKEN', [...new Set(taken)].join('; '), [
    'stop what uses it, or let the gateway listen elsewhere: gateway.http, gateway.https (--gateway-http, --gateway-https), gateway.services.port, gateway.legacyCalls.port',
    `sudo ss -ltnp 'sport = :${first.port}'`,
  ]);
}

/**
 * The server's /24: that of its networks, the operator's choice, or the first candidate that nobody uses.
 * @throws Failure SUBNET_TAKEN naming who uses it
 */
export async function chooseSubnet(context: DeploymentContext, observation: Observation): Promise<string> {
  const { engine, server } = context;
  const wanted = server.subnet;
  if (observation.subnet !== undefined) {
    if (wanted === undefined || wanted === observation.subnet) return observation.subnet;
    throw new Failure(
      'SUBNET_TAKEN',
      `server ${server.name} runs in ${observation.subnet}; its networks cannot move to ${wanted} while containers use them`,
      [
        `openimis down ${server.name}, then openimis deploy ${server.name}`,
        `or keep it: subnet: ${observation.subnet}`,
      ],
    );
  }
  const used: readonly UsedSubnet[] = [
    ...(await engine.networks()).flatMap(({ name, subnets }) =>
      subnets.map((subnet) => ({ subnet, owner: `network ${name} of the engine` })),
    ),
    ...farAddresses(server).map(({ address, owner }) => ({ subnet: address, owner })),
    ...(await engine.hostSubnets()).map((subnet) => ({ subnet, owner: `a route of the box (${subnet})` })),
  ];
  if (wanted !== undefined) {
    const taken = subnetOwner(wanted, used);
    if (taken === undefined) return wanted;
    throw new Failure('SUBNET_TAKEN', `the subnet ${wanted} meets ${taken.owner} (${taken.subnet})`, [
      'choose another /24 in openimis.yaml (subnet), or leave it out: openimis then finds a free one',
    ]);
  }
  const avoid = [
    ...realSubnets(used).map(({ subnet }) => subnet),
    // Neighbours of the legacy may matter to the box as well.
    ...farAddresses(server).flatMap(({ address }) => subnetAround(address) ?? []),
  ];
  const [free] = candidateSubnets(server.name, avoid);
  if (free !== undefined) return free;
  throw new Failure('SUBNET_TAKEN', 'every /24 that openimis would take is in use on this box', [
    'name a free one in openimis.yaml: subnet: 10.123.45.0/24',
    'docker network ls; ip route',
  ]);
}

/** Addresses that containers must reach outside of their own networks. */
function farAddresses({ legacy, database }: Server): readonly { readonly address: string; readonly owner: string }[] {
  return [
    { address: legacy?.ip ?? '', owner: 'the legacy' },
    { address: database.host, owner: 'the legacy database' },
  ].filter(({ address }) => overlaps(address, address) && !isThisBox(address));
}

/**
 * Browsers share cookies between the ports of a host: two gateways of one name would log each other's users out.
 * @throws Failure NAME_TAKEN
 */
export async function requireOwnName(context: DeploymentContext): Promise<void> {
  const { engine, server } = context;
  const own = serverNames(context).project;
  const others = await engine.containers({ [label.gatewayDns]: server.gateway.dns });
  const other = others.find(({ project }) => project !== own);
  if (other === undefined) return;
  throw new Failure(
    'NAME_TAKEN',
    `${other.project ?? other.name} on this box answers to ${server.gateway.dns} already, and browsers share cookies between the ports of one name`,
    ['give each server a name of its own: gateway.dns (--gateway-dns)'],
  );
}

/** What the box may be too small for; words for people. */
export function sizeWarnings(info: EngineInfo, stack: Stack, running: readonly ContainerState[]): readonly string[] {
  const memory = (services: Stack['current']['services']): number =>
    services.reduce((sum, service) => sum + service.memory * service.replicas, 0);
  const generations = running.length > 0 ? 2 : 1;
  const needed = memory(stack.base.services) + generations * memory(stack.current.services);
  const gigabytes = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GB`;
  if (needed <= info.memory) return [];
  return [
    `the containers may use up to ${gigabytes(needed)}${generations === 2 ? ' while both revisions run' : ''}, the box has ${gigabytes(info.memory)}: something may be killed for lack of memory`,
  ];
}
