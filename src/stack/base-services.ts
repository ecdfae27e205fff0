import type { Server } from '../workspace/server.ts';
import type { NetworkAddresses } from './addresses.ts';
import { brokerHealth, gatewayHealth } from './health.ts';
import { volumeName } from './names.ts';
import { gatewayPorts } from './services.ts';
import type { NetworkName, Service } from './stack.ts';
import { extraHostsFor } from './this-box.ts';

const mebibyte = 1024 * 1024;
type Addresses = Readonly<Record<NetworkName, NetworkAddresses>>;

/** The user `www-data` of Debian: the gateway's image never needs root. */
const wwwData = '33:33';

/** The only entry point. `networks`: those that exist for this server besides `queue`. */
export function gatewayService(
  server: Server,
  image: string,
  project: string,
  addresses: Addresses,
  networks: readonly NetworkName[],
): Service {
  const { legacy } = server;
  const attached = networks.filter((name) => name !== 'queue');
  return {
    name: 'gateway',
    component: 'gateway',
    image,
    user: wwwData,
    readOnly: true,
    tmpfs: ['/run/openimis:uid=33,gid=33,mode=0700'],
    environment: {},
    secrets: [],
    files: [],
    volumes: [
      { volume: volumeName(project, 'gateway'), target: '/etc/openimis/gateway' },
      { volume: volumeName(project, 'gateway-secrets'), target: '/etc/openimis/secrets' },
      { volume: volumeName(project, 'gateway-state'), target: '/var/lib/openimis' },
      { volume: volumeName(project, 'gateway-audit'), target: '/var/lib/openimis-audit' },
    ],
    ports: gatewayPorts(server),
    networks: Object.fromEntries(
      attached.map((name) => [
        name,
        {
          address: addresses[name].fixed,
          // Upstream's own server (24.04 on) trusts as proxy what it finds under this name when it starts.
          ...(name === 'web' ? {} : { aliases: ['frontend'] }),
        },
      ]),
    ),
    extraHosts: extraHostsFor(legacy?.ip ?? legacy?.dns),
    health: gatewayHealth(server.healthInterval),
    init: true,
    replicas: 1,
    memory: 256 * mebibyte,
    // QUIT lets running requests end.
    stopSignal: 'SIGQUIT',
    stopGrace: 30,
    nofile: 16_384,
  };
}

/** Needed by backends and worker; the image reads its password from the secret's file. */
export function rabbitmqService(server: Server, image: string, project: string, addresses: Addresses): Service {
  return {
    name: 'rabbitmq',
    component: 'rabbitmq',
    image,
    // Its data folder is named after the host name: another one would be an empty broker.
    hostname: 'rabbitmq',
    environment: {},
    secrets: [{ secret: 'RABBITMQ_PASSWORD' }],
    files: [],
    volumes: [{ volume: volumeName(project, 'rabbitmq'), target: '/var/lib/rabbitmq' }],
    ports: [],
    networks: { queue: { address: addresses.queue.fixed } },
    extraHosts: {},
    health: brokerHealth(server.healthInterval),
    init: true,
    replicas: 1,
    memory: 512 * mebibyte,
    stopGrace: 60,
    // Erlang sizes a table by this limit: a million files would cost hundreds of megabytes. More than 20,000 is refused on
    // boxes whose engine has that limit itself; a server has some dozen connections.
    nofile: 16_384,
  };
}
