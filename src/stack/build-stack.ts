import { Failure } from '../failure.ts';
import { type ComponentName, componentNames, type Server } from '../workspace/server.ts';
import { addressesOf, type NetworkAddresses } from './addresses.ts';
import { frontendService, schedulerService, webService, workerService } from './application-services.ts';
import { gatewayService, rabbitmqService } from './base-services.ts';
import { gatewayPlan } from './gateway-plan.ts';
import { generationFacts } from './generations.ts';
import { healthPageProbe } from './health.ts';
import { networkName, projectName, type ProjectPrefix, revisionProjectName } from './names.ts';
import type { Network, NetworkName, Project, Service, Stack } from './stack.ts';

export type StackInputs = {
  /** Id of the workspace. */
  readonly workspace: string;
  readonly revision: number;
  readonly projectPrefix: ProjectPrefix;
  /** IPv4 /24 of this server's networks. */
  readonly subnet: string;
  /** Image references of everything that the server deploys. */
  readonly images: Readonly<{ gateway: string; rabbitmq: string } & Partial<Record<ComponentName, string>>>;
  readonly sandbox: boolean;
  readonly secretsHash: string;
  readonly pinsHash: string;
};

/**
 * What one server has to run, as plain data. Pure.
 * Throws IMAGE_MISSING naming the component that has no image, WORKSPACE_INVALID for a subnet that is no /24.
 */
export function buildStack(server: Server, inputs: StackInputs): Stack {
  const { workspace, revision, subnet, images, sandbox } = inputs;
  const project = projectName(inputs.projectPrefix, server.name);
  const addresses = addressesOf(subnet);
  const networks = networksOf(server, project, addresses);
  const names = networks.map(({ name }) => name);
  const baseServices = [
    gatewayService(server, images.gateway, project, addresses, names),
    rabbitmqService(server, images.rabbitmq, project, addresses),
  ];
  const at = (number: number): Project => ({
    name: revisionProjectName(project, number),
    services: applicationServices(server, images, { revision: number, sandbox, addresses }),
    networks,
    networksAreExternal: true,
    volumes: [],
  });
  const current = at(revision);
  return {
    server: server.name,
    workspace,
    project,
    revision,
    subnet,
    pinsHash: inputs.pinsHash,
    secretsHash: inputs.secretsHash,
    base: {
      name: project,
      services: baseServices,
      networks,
      networksAreExternal: false,
      volumes: baseServices.flatMap(({ volumes }) => volumes.map(({ volume }) => volume)),
    },
    current,
    unnumbered: at(0),
    gateway: gatewayPlan(server, addresses, sandbox),
    startOrder: startOrder(current.services),
    onceAfterStart: onceAfterStart(server, current.services),
  };
}

/** `app` and `iapp` have a way out to SQL Server, `queue` too: the worker lives there. `web` needs none. */
function networksOf(
  server: Server,
  project: string,
  addresses: Readonly<Record<NetworkName, NetworkAddresses>>,
): readonly Network[] {
  const names: readonly NetworkName[] =
    server.components.ibackend === undefined ? ['web', 'app', 'queue'] : ['web', 'app', 'iapp', 'queue'];
  return names.map((name) => {
    const { subnet, range, bridge } = addresses[name];
    return { name, fullName: networkName(project, name), subnet, range, bridge, internal: name === 'web' };
  });
}

function applicationServices(
  server: Server,
  images: StackInputs['images'],
  inputs: Parameters<typeof workerService>[2],
): readonly Service[] {
  const services = componentNames
    .filter((name) => server.components[name] !== undefined)
    .map((name) => {
      const image = requiredImage(server, images, name);
      switch (name) {
        case 'frontend':
          return frontendService(server, image, inputs);
        case 'worker':
          return workerService(server, image, inputs);
        case 'backend':
        case 'ibackend':
          return webService(name, server, image, inputs);
      }
    });
  return hasScheduler(server) ? [...services, scheduler(server, images, inputs)] : services;
}

/** One scheduler per server; upstream would run one in every backend. */
function scheduler(
  server: Server,
  images: StackInputs['images'],
  inputs: Parameters<typeof workerService>[2],
): Service {
  const owner = server.components.backend === undefined ? 'ibackend' : 'backend';
  return schedulerService(server, requiredImage(server, images, owner), owner === 'backend' ? 'api' : 'iapi', inputs);
}

/** Does upstream's release have a scheduler, and is there a backend whose modules it runs? */
export function hasScheduler({ generation, components }: Pick<Server, 'generation' | 'components'>): boolean {
  return generationFacts[generation].scheduler && (components.backend ?? components.ibackend) !== undefined;
}

function requiredImage(server: Server, images: StackInputs['images'], name: ComponentName): string {
  const image = images[name];
  if (image !== undefined) return image;
  throw new Failure('IMAGE_MISSING', `${name} of server ${server.name} has no image`, [
    `name one: components.${name}.image in openimis.yaml, or --image ${name}=REFERENCE`,
  ]);
}

/** Two backends that start at once on a fresh database: one dies (domain.md, "Seen"). So one first; workers last. */
function startOrder(services: readonly Service[]): readonly (readonly string[])[] {
  const present = services.map(({ name }) => name);
  const last = services.filter(({ component }) => component === 'worker').map(({ name }) => name);
  const first = ['backend', 'ibackend'].find((name) => present.includes(name));
  const groups = [
    present.filter((name) => name === first),
    present.filter((name) => name !== first && !last.includes(name)),
    last,
  ];
  return groups.filter((group) => group.length > 0);
}

function onceAfterStart(server: Server, services: readonly Service[]): Stack['onceAfterStart'] {
  const argv = healthPageProbe(generationFacts[server.generation]);
  if (argv === undefined) return [];
  return services
    .filter(({ component }) => component === 'backend' || component === 'ibackend')
    .map(({ name }) => ({ service: name, argv }));
}
