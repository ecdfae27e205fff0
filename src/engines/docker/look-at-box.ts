import { readFile, statfs } from 'node:fs/promises';
import { arch, hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';

import { type Distribution, parseDistribution } from './distribution.ts';
import { holders, parseListeners } from './listeners.ts';
import { cleanEnvironment, runProgram } from './program.ts';
import { networkOf, parseRoutes } from './routes.ts';

/** What the files of this box tell. Bytes; `undefined`: it does not say. */
export type BoxLook = {
  readonly hostname: string;
  readonly distribution: Distribution;
  readonly architecture: string;
  readonly memory?: number;
  readonly swap: number;
  readonly free: number;
  readonly inodes: number;
  /** systemd-timesyncd or chrony says that the clock is right; undefined: nobody says. */
  readonly synchronized?: boolean;
  readonly rebootRequired: boolean;
  readonly subnets: readonly string[];
  readonly addresses: readonly string[];
  /** MTU of the interface of the default route. */
  readonly mtu?: number;
  readonly defaultRoute: boolean;
  /** Who listens on the ports that were asked for. */
  readonly listeners: readonly { readonly port: number; readonly address: string; readonly owner: string }[];
};

/** Reads files below `root` and asks timedatectl; never throws. */
export async function lookAtBox(root: string, ports: readonly number[], operator: NodeJS.ProcessEnv): Promise<BoxLook> {
  const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8').catch(() => '');
  const [release, memory, route, reboot, space, synchronized, listeners] = await Promise.all([
    read('etc/os-release'),
    read('proc/meminfo'),
    read('proc/net/route'),
    read('run/reboot-required'),
    statfs(root),
    clockOf(operator),
    listening(root, read, ports),
  ]);
  const kilobytes = (name: string): number | undefined => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(memory)?.[1];
    return found === undefined ? undefined : Number(found) * 1024;
  };
  const total = kilobytes('MemTotal');
  const device = route
    .split('\n')
    .map((line) => line.split('\t'))
    .find(([, destination, , , , , , mask]) => destination === '00000000' && mask === '00000000')?.[0];
  const mtu = device === undefined ? undefined : Number((await read(`sys/class/net/${device.trim()}/mtu`)).trim());
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return {
    hostname: hostname(),
    distribution: parseDistribution(release),
    architecture: arch(),
    ...(total === undefined ? {} : { memory: total }),
    swap: kilobytes('SwapTotal') ?? 0,
    free: space.bavail * space.bsize,
    inodes: space.files === 0 ? 1 : space.ffree / space.files,
    ...(synchronized === undefined ? {} : { synchronized }),
    rebootRequired: reboot !== '',
    subnets: [
      ...parseRoutes(route),
      ...own.flatMap(({ family, internal, cidr }) =>
        family === 'IPv4' && !internal && cidr !== null ? [networkOf(cidr)] : [],
      ),
    ],
    addresses: own.map(({ address }) => address),
    ...(mtu === undefined || Number.isNaN(mtu) || mtu === 0 ? {} : { mtu }),
    defaultRoute: device !== undefined,
    listeners,
  };
}

async function clockOf(operator: NodeJS.ProcessEnv): Promise<boolean | undefined> {
  const argv = ['show', '--property', 'NTPSynchronized', '--value'];
  const { stdout } = await runProgram('timedatectl', argv, { env: cleanEnvironment(operator), timeout: 3 });
  return stdout.trim() === 'yes' ? true : stdout.trim() === 'no' ? false : undefined;
}

async function listening(
  root: string,
  read: (path: string) => Promise<string>,
  ports: readonly number[],
): Promise<BoxLook['listeners']> {
  if (ports.length === 0) return [];
  const tables = await Promise.all([read('proc/net/tcp'), read('proc/net/tcp6')]);
  const found = tables.flatMap(parseListeners).filter(({ port }) => ports.includes(port));
  const owners = await holders(new Set(found.map(({ inode }) => inode)), join(root, 'proc')).catch(() => new Map());
  return found.map(({ port, address, inode }) => ({
    port,
    address,
    owner: String(owners.get(inode) ?? 'a process of another user'),
  }));
}
