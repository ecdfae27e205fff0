import { existsSync } from 'node:fs';
import { realpath, statfs } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import { endpointArguments } from './arguments.ts';
import { composeHints, engineHints, thisDistribution } from './distribution.ts';
import { cleanEnvironment, type ProgramResult, runProgram } from './program.ts';
import { atLeast, inPath, oldest, parseEndpoint } from './requirements.ts';

/** What `docker info` and its networks tell; nothing is started or changed. */
export type DockerLook = {
  readonly client: boolean;
  readonly endpoint: string;
  readonly remote: boolean;
  /** `silent`: it did not answer in time; `unreachable`: anything else, with the client's words. */
  readonly engine: 'running' | 'denied' | 'stopped' | 'missing' | 'silent' | 'unreachable';
  readonly words: string;
  readonly version?: string;
  readonly engineFits: boolean;
  readonly compose?: string;
  readonly composeFits: boolean;
  readonly snap: boolean;
  readonly storage?: string;
  readonly logs?: string;
  readonly memoryLimits: boolean;
  readonly name?: string;
  readonly networks: readonly { readonly name: string; readonly subnets: readonly string[]; readonly mtu?: number }[];
  /** Ports that running containers publish on the engine's box. */
  readonly published: readonly { readonly port: number; readonly container: string }[];
  /** Where images and volumes are, when that is on this box. */
  readonly disk?: { readonly folder: string; readonly free: number; readonly size: number; readonly inodes: number };
  readonly installHints: readonly string[];
  readonly composeHints: readonly string[];
};

/** Fields of `docker info` that we use; all may be absent. */
type Info = {
  readonly ServerVersion?: string;
  readonly ServerErrors?: readonly string[] | null;
  readonly Driver?: string;
  readonly LoggingDriver?: string;
  readonly DockerRootDir?: string;
  readonly MemoryLimit?: boolean;
  readonly Name?: string;
  readonly ClientInfo?: { readonly Plugins?: readonly { readonly Name?: string; readonly Version?: string }[] | null };
};

/** Looks at Docker with its own client. `seconds` for each call of the client, `root`: where the system is; never throws. */
export async function lookAtDocker(operator: NodeJS.ProcessEnv, seconds: number, root = '/'): Promise<DockerLook> {
  const env = cleanEnvironment(operator);
  const ask = (...argv: readonly string[]): Promise<ProgramResult> =>
    runProgram('docker', argv, { env, timeout: seconds });
  const [info, context, listed, running, distribution] = await Promise.all([
    ask('info', '--format', '{{json .}}'),
    ask(...endpointArguments),
    ask('network', 'ls', '--quiet'),
    ask('ps', '--format', '{{.Names}}\t{{.Ports}}'),
    thisDistribution(join(root, 'etc/os-release')),
  ]);
  const endpoint = parseEndpoint(context.stdout, env);
  const remote = !endpoint.startsWith('unix:');
  const facts = parsed<Info>(info.stdout) ?? {};
  const words = [...(facts.ServerErrors ?? []), info.stderr].join('\n').trim().slice(0, 500);
  const version = facts.ServerVersion === '' ? undefined : facts.ServerVersion;
  const compose = facts.ClientInfo?.Plugins?.find(({ Name }) => Name === 'compose')?.Version;
  const ids = listed.stdout.split('\n').filter((id) => /^[0-9a-f]{12,64}$/.test(id));
  const networks = ids.length === 0 ? [] : networksOf((await ask('network', 'inspect', ...ids)).stdout);
  const folder = facts.DockerRootDir ?? '';
  const disk = remote || folder === '' ? undefined : await diskOf(folder);
  return {
    client: !info.missing,
    endpoint,
    remote,
    engine: version === undefined ? engineOf(info, words, remote, daemonThere(env, root)) : 'running',
    words,
    ...(version === undefined ? {} : { version }),
    engineFits: version !== undefined && atLeast(version, oldest.engine),
    ...(compose === undefined ? {} : { compose }),
    composeFits: compose !== undefined && atLeast(compose, oldest.compose),
    snap: folder.startsWith('/var/snap/') || (await clientPath(env)).startsWith('/snap/'),
    ...(facts.Driver === undefined || facts.Driver === '' ? {} : { storage: facts.Driver }),
    ...(facts.LoggingDriver === undefined || facts.LoggingDriver === '' ? {} : { logs: facts.LoggingDriver }),
    memoryLimits: facts.MemoryLimit === true,
    ...(facts.Name === undefined || facts.Name === '' ? {} : { name: facts.Name }),
    networks,
    published: publishedPorts(running.stdout),
    ...(disk === undefined ? {} : { disk }),
    installHints: engineHints(distribution),
    composeHints: composeHints(distribution),
  };
}

function engineOf(info: ProgramResult, words: string, remote: boolean, daemon: boolean): DockerLook['engine'] {
  if (info.timedOut) return 'silent';
  if (/permission denied/i.test(words)) return 'denied';
  if (remote) return 'unreachable';
  if (!daemon) return 'missing';
  return info.missing || /cannot connect|is the docker daemon running|no such file/i.test(words)
    ? 'stopped'
    : 'unreachable';
}

/** System programs may be outside the PATH of a user. */
function daemonThere(env: Readonly<Record<string, string>>, root: string): boolean {
  const folders = ['usr/sbin', 'usr/bin', 'usr/local/sbin', 'usr/local/bin'];
  return inPath(env, 'dockerd') || folders.some((folder) => existsSync(join(root, folder, 'dockerd')));
}

async function clientPath(env: Readonly<Record<string, string>>): Promise<string> {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    const found = folder === '' ? '' : await realpath(join(folder, 'docker')).catch(() => '');
    if (found !== '') return folder.startsWith('/snap/') ? `${folder}/docker` : found;
  }
  return '';
}

/** Lines of `name<tab>0.0.0.0:80->80/tcp, :::80->80/tcp`. */
export function publishedPorts(lines: string): DockerLook['published'] {
  return lines.split('\n').flatMap((line) => {
    const [container = '', ports = ''] = line.split('\t');
    const found = [...ports.matchAll(/:(\d+)(?:-(\d+))?->/g)].flatMap(([, first, last = first]) =>
      Array.from({ length: Math.min(100, Number(last) - Number(first) + 1) }, (_, n) => Number(first) + n),
    );
    return [...new Set(found)].map((port) => ({ port, container }));
  });
}

type Inspected = {
  readonly Name?: string;
  readonly IPAM?: { readonly Config?: readonly { readonly Subnet?: string }[] | null };
  readonly Options?: Readonly<Record<string, string>> | null;
};

function networksOf(json: string): DockerLook['networks'] {
  return (parsed<readonly Inspected[]>(json) ?? []).map(({ Name = '', IPAM, Options }) => {
    const mtu = Number(Options?.['com.docker.network.driver.mtu']);
    const subnets = (IPAM?.Config ?? []).flatMap(({ Subnet }) => (Subnet === undefined ? [] : [Subnet]));
    return { name: Name, subnets, ...(Number.isInteger(mtu) && mtu > 0 ? { mtu } : {}) };
  });
}

async function diskOf(folder: string): Promise<DockerLook['disk']> {
  const space = await statfs(folder).catch(() => undefined);
  if (space === undefined) return undefined;
  // File systems without a fixed number of inodes say 0.
  const inodes = space.files === 0 ? 1 : space.ffree / space.files;
  return { folder, free: space.bavail * space.bsize, size: space.blocks * space.bsize, inodes };
}

function parsed<T>(json: string): T | undefined {
  try {
    return JSON.parse(json) as T;
  } catch {
    return undefined;
  }
}
