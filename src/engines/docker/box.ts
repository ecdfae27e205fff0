import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';

import { Failure } from '../../failure.ts';
import type { NetworkState, PortOwner } from '../engine.ts';
import type { Api } from './api.ts';
import { holders, parseListeners } from './listeners.ts';
import { runOnce } from './processes.ts';
import { networkOf, parseRoutes } from './routes.ts';
import { temporaryLabel } from './states.ts';

/** An image on the engine that has `cat`; needed only to look at a remote box. */
type SomeImage = () => Promise<string>;

export async function networks(api: Api): Promise<readonly NetworkState[]> {
  const found = await api.ask('list networks', () => api.docker.listNetworks());
  return found.map((network) => ({
    name: network.Name,
    labels: network.Labels ?? {},
    subnets: (network.IPAM?.Config ?? []).map((entry) => entry.Subnet).filter((subnet) => subnet !== undefined),
  }));
}

/** Files below /proc of the engine's box; of a remote one read in a short-lived container with the host's network. */
async function hostFiles(api: Api, paths: readonly string[], image: SomeImage): Promise<string> {
  if (!api.where.remote) {
    const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8').catch(() => '')));
    return texts.join('');
  }
  const labels = { [temporaryLabel]: 'look' };
  const result = await runOnce(api, {
    image: await image(),
    argv: ['cat', '--', ...paths],
    network: 'host',
    labels,
    timeout: 60,
  });
  if (result.stdout === '')
    throw new Failure('ENGINE_UNREACHABLE', `cannot look at ${api.where.endpoint}: ${result.stderr}`);
  return result.stdout;
}

/** Subnets of interfaces and routes, without those of the engine's own networks (`networks()` has them, with labels). */
export async function hostSubnets(api: Api, image: SomeImage): Promise<readonly string[]> {
  const routes = parseRoutes(await hostFiles(api, ['/proc/net/route'], image));
  const interfaces = api.where.remote ? [] : interfaceSubnets();
  const own = new Set((await networks(api)).flatMap((network) => network.subnets));
  return [...new Set([...interfaces, ...routes])].filter((subnet) => !own.has(subnet)).sort();
}

function interfaceSubnets(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => address.family === 'IPv4' && !address.internal && address.cidr !== null)
    .map((address) => networkOf(address.cidr ?? ''));
}

/** A container and whose it is; the sandbox has servers of the same names. */
export function containerWords(name: string, labels: Readonly<Record<string, string>>): string {
  const server = labels['org.openimis.server'];
  if (server === undefined) return `container ${name}`;
  return `container ${name} (${labels['org.openimis.sandbox'] === 'true' ? 'sandbox' : `server ${server}`})`;
}

/** Running containers by their published ports, then whoever else listens. */
export async function portOwners(api: Api, ports: readonly number[], image: SomeImage): Promise<readonly PortOwner[]> {
  const wanted = new Set(ports);
  const owners: PortOwner[] = [];
  const containers = await api.ask('list containers', () => api.docker.listContainers());
  for (const { Names, Ports, Labels } of containers)
    for (const { PublicPort: port, IP: address = '0.0.0.0', Type } of Ports)
      if (Type === 'tcp' && wanted.has(port)) {
        const name = Names[0]?.replace(/^\//, '') ?? 'unknown';
        owners.push({ port, address, owner: containerWords(name, Labels) });
      }
  const published = new Set(owners.map(({ port }) => port));
  const table = await hostFiles(api, ['/proc/net/tcp', '/proc/net/tcp6'], image);
  // docker-proxy listens for containers that are already named.
  const others = parseListeners(table).filter(({ port }) => wanted.has(port) && !published.has(port));
  const processes = api.where.remote
    ? new Map<string, string>()
    : await holders(new Set(others.map(({ inode }) => inode)));
  for (const { address, port, inode } of others)
    owners.push({
      port,
      address,
      owner: processes.get(inode) ?? `a process${api.where.remote ? ' of the engine’s box' : ' of another user'}`,
    });
  return owners.sort((a, b) => a.port - b.port);
}
