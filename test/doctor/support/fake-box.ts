import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import type { Server } from '../../../src/workspace/server.ts';
import { worldWith } from './world.ts';
import type { World } from '../../../src/doctor/world.ts';

/** A box as files below a folder, and the few programs that are asked there, as shell scripts. */
export type FakeBox = {
  readonly release?: string;
  /** kB. */
  readonly memory?: number;
  readonly swap?: number;
  readonly rebootRequired?: boolean;
  readonly mtu?: number;
  readonly route?: boolean;
  readonly synchronized?: 'yes' | 'no';
  /** Port (decimal) that a process listens on. */
  readonly listens?: number;
  /** No docker program at all. */
  readonly noClient?: boolean;
  readonly noDaemon?: boolean;
  /** Fields of `docker info`. */
  readonly info?: Readonly<Record<string, unknown>>;
  /** The engine does not answer the client, with these words. */
  readonly error?: string;
  /** The client hangs. */
  readonly hangs?: boolean;
  readonly networks?: readonly { readonly name: string; readonly subnet: string; readonly mtu?: number }[];
  /** Lines of `docker ps`: name, tab, ports. */
  readonly running?: readonly string[];
  readonly server?: Partial<Server>;
  /** No server is named. */
  readonly onlyBox?: boolean;
};

const info = {
  ServerVersion: '28.2.2',
  Driver: 'overlay2',
  LoggingDriver: 'json-file',
  DockerRootDir: tmpdir(),
  MemoryLimit: true,
  Name: 'box',
  ClientInfo: { Plugins: [{ Name: 'compose', Version: 'v2.37.1' }] },
};

export async function onFakeBox<T>(box: FakeBox, use: (world: World) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'openimis-box-'));
  try {
    await writeBox(root, box);
    const { server, ...world } = worldWith({ host: '127.0.0.1' });
    const legacy = { ip: '127.0.0.1', url: 'http://127.0.0.1/' };
    // Ports that nothing in this world listens on unless it says so.
    const gateway = { ...server.gateway, dns: '127.0.0.1', http: 80, https: 443 };
    return await use({
      ...world,
      ...(box.onlyBox === true ? {} : { server: { ...server, legacy, gateway, ...box.server } }),
      root,
      environment: { PATH: join(root, 'bin') },
      timeout: box.hangs === true ? 0.5 : 10,
    });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function writeBox(root: string, box: FakeBox): Promise<void> {
  const route = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n';
  const way = box.route === false ? '' : 'eth9\t00000000\t0102000A\t0003\t0\t0\t0\t00000000\n';
  const port = (box.listens ?? 0).toString(16).padStart(4, '0').toUpperCase();
  const socket = `   0: 00000000:${port} 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4711 1\n`;
  const files: Record<string, string> = {
    'etc/os-release': box.release ?? 'ID=ubuntu\nVERSION_ID="24.04"\n',
    'proc/meminfo': `MemTotal: ${box.memory ?? 8_000_000} kB\nSwapTotal: ${box.swap ?? 0} kB\n`,
    'proc/net/route': route + way,
    'proc/net/tcp': `  sl  local_address\n${box.listens === undefined ? '' : socket}`,
    'sys/class/net/eth9/mtu': `${box.mtu ?? 1500}\n`,
    ...(box.rebootRequired === true ? { 'run/reboot-required': '*** System restart required ***\n' } : {}),
    ...(box.noDaemon === true ? {} : { 'usr/sbin/dockerd': '' }),
    'bin/timedatectl': `#!/bin/sh\necho ${box.synchronized ?? 'yes'}\n`,
    ...(box.noClient === true ? {} : { 'bin/docker': dockerScript(box) }),
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
    if (path.startsWith('bin/')) await chmod(join(root, path), 0o755);
  }
}

function dockerScript(box: FakeBox): string {
  const facts =
    box.error === undefined
      ? { ...info, ...box.info }
      : { ...box.info, ServerVersion: '', ServerErrors: [box.error], ClientInfo: info.ClientInfo };
  const networks = (box.networks ?? [{ name: 'bridge', subnet: '172.17.0.0/16' }]).map(({ name, subnet, mtu }) => ({
    Name: name,
    IPAM: { Config: [{ Subnet: subnet }] },
    Options: mtu === undefined ? {} : { 'com.docker.network.driver.mtu': String(mtu) },
  }));
  const print = (text: string): string => `printf '%s\\n' '${text.replaceAll("'", `'\\''`)}'`;
  return `#!/bin/sh
${box.hangs === true ? 'exec /bin/sleep 30' : ''}
case "$1 $2" in
  info*) ${print(JSON.stringify(facts))} ;;
  'context inspect') ${print('"unix:///var/run/docker.sock"')} ;;
  'network ls') ${box.error === undefined ? print('0123456789ab') : 'exit 1'} ;;
  'network inspect') ${print(JSON.stringify(networks))} ;;
  ps*) ${(box.running ?? []).map(print).join('; ') || ':'} ;;
esac
`;
}
