import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { hash } from 'bcryptjs';
import { execa } from 'execa';

import { createDockerEngine } from '../../src/engines/docker/docker-engine.ts';
import type { GatewayPlan } from '../../src/stack/stack.ts';
import {
  newSecrets,
  openNetwork,
  renderedFiles,
  type RunningGateway,
  startGateway,
} from '../../test/e2e/gateway/support/gateway-container.ts';
import { gatewayImage } from '../../test/e2e/gateway/support/gateway-image.ts';
import { gatewayPlan, signedOnRoutes } from '../../test/e2e/gateway/support/plan.ts';
import { cookieHeader, now, seal } from '../../test/e2e/gateway/support/seal.ts';
import { floorServers } from './floor.ts';

/** A gateway with its floor, upstreams and wrk, all in one network namespace: the load runs on its 127.0.0.1. */
export type Rig = {
  readonly gateway: RunningGateway;
  readonly plan: GatewayPlan;
  /** Headers of `count` visitors who were confirmed this second, one line each (bench/gateway/load.lua). */
  visitors: (count: number) => string;
  apiUser: () => string;
  /** Runs a program where wrk is; returns its standard output. */
  load(argv: readonly string[], input?: string): Promise<string>;
  /** How often the legacy's Home.aspx was asked so far. */
  asked(): Promise<number>;
  /** Processor time of the gateway's nginx so far, in seconds. */
  processor(): Promise<number>;
  close(): Promise<void>;
};

export const apiPassword = 'bench-password-1';
const here = import.meta.dirname;

async function loadImage(): Promise<string> {
  const engine = await createDockerEngine();
  try {
    const base = await engine.baseImage();
    const context = await Promise.all(
      ['Dockerfile', 'load.lua'].map(async (path) => ({ path, content: await readFile(join(here, path), 'utf8') })),
    );
    const digest = createHash('sha256')
      .update(JSON.stringify([base, context]))
      .digest('hex')
      .slice(0, 16);
    const tag = `openimis-bench-load:${digest}`;
    await engine.buildImage({ tag, context, args: { BASE: base }, labels: { 'org.openimis.test': 'bench' } });
    return tag;
  } finally {
    await engine.close();
  }
}

/**
 * Every line of the access log is written, of the floors too, but to nobody: to read a line and store it costs the engine more
 * than the whole request costs nginx, and it would be that which is measured.
 */
function withoutLogReader(files: Record<string, string>): Record<string, string> {
  const log = files['log.conf'] ?? '';
  if (!log.includes('access_log /dev/stdout ')) throw new Error('log.conf has another form than this benchmark knows');
  return { ...files, 'log.conf': log.replace('access_log /dev/stdout ', 'access_log /dev/null ') };
}

const browserHeaders = [
  'Host: 127.0.0.1',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  'Accept: application/json',
  'Accept-Language: en-GB,en;q=0.5',
  'Sec-Fetch-Mode: cors',
  'Sec-Fetch-Site: same-origin',
  'Referer: https://127.0.0.1/front/claim/healthFacilities',
];

/** A session id of visitor n; the stand-in of the legacy reads his number from it. */
export const sessionOf = (n: number): string => `user${String(n).padStart(3, '0')}sessionidentifier`;
export const nameOf = (n: number): string => `user${String(n).padStart(3, '0')}`;

export async function openRig(): Promise<Rig> {
  const [image, tag] = [await gatewayImage(), await loadImage()];
  const network = await openNetwork();
  const ports = (port: number): { frontend: number; backend: number; ibackend: number } => ({
    frontend: port,
    backend: port,
    ibackend: port,
  });
  const plan = gatewayPlan('127.0.0.1', [ports(9101), ports(9102), ports(9105)], {
    legacy: {
      scheme: 'http',
      connect: '127.0.0.1',
      connectIs: 'address',
      port: 9100,
      host: 'imistest.hib.gov.np',
      path: '/',
    },
    routes: signedOnRoutes,
  });
  const secrets = newSecrets(`bench:${await hash(apiPassword, 10)}\n`);
  const gateway = await startGateway(network, plan, { secrets, bank: 0 });
  const names = { upstream: `${gateway.container}-upstream`, load: `${gateway.container}-load` };
  const beside = ['--network', `container:${gateway.container}`, '--read-only', '--cap-drop', 'ALL'];
  const close = async (): Promise<void> => {
    await execa('docker', ['rm', '--force', ...Object.values(names)], { reject: false });
    await gateway.remove();
    await network.remove();
  };
  const load: Rig['load'] = async (argv, input) => {
    const { stdout } = await execa('docker', ['exec', '--interactive', names.load, ...argv], { input: input ?? '' });
    return stdout;
  };
  try {
    await execa('docker', ['run', '--detach', '--name', names.load, ...beside, '--tmpfs', '/tmp', tag]);
    const nginx = ['--tmpfs', '/run/openimis:uid=33,gid=33,mode=0700', '--entrypoint', 'nginx', image];
    const configuration = await readFile(join(here, 'upstream.conf'), 'utf8');
    await gateway.upload('/etc/openimis/gateway', { 'upstream.conf': configuration });
    const volume = ['--volumes-from', gateway.container];
    const start = ['-c', '/etc/openimis/gateway/upstream.conf', '-p', '/run/openimis/'];
    await execa('docker', ['run', '--detach', '--name', names.upstream, ...beside, ...volume, ...nginx, ...start]);
    const files = withoutLogReader(await renderedFiles(plan));
    const floor = floorServers(files, `X-Openimis-${secrets.identityHeader}`);
    const version = Object.entries({ ...files, 'servers/floor.conf': floor });
    const folder = Object.fromEntries(version.map(([path, content]) => [`versions/bench/${path}`, content]));
    await gateway.upload('/etc/openimis/gateway', folder);
    const activated = await gateway.run('openimis-gateway', 'activate', 'bench');
    if (activated.code !== 0) throw new Error(activated.output);
  } catch (error) {
    await close();
    throw error;
  }
  const headers = (extra: readonly string[]): string => [...browserHeaders, ...extra].join('\t');
  return {
    gateway,
    plan,
    visitors: (count) =>
      Array.from({ length: count }, (_, n) => {
        const sealed = seal(secrets.signingKey, { user: nameOf(n), session: sessionOf(n), issued: now() - 600 });
        return headers([`Cookie: CultureInfo=en; csrftoken=abcdef0123456789; ${cookieHeader(sealed, sessionOf(n))}`]);
      }).join('\n'),
    apiUser: () => headers([`Authorization: Basic ${Buffer.from(`bench:${apiPassword}`).toString('base64')}`]),
    load,
    asked: async () => Number((await gateway.run('curl', '--silent', 'http://127.0.0.1:9100/asked')).output),
    processor: async () => {
      const { output } = await gateway.run('sh', '-c', 'cat /proc/[0-9]*/stat 2>/dev/null; true');
      const ticks = output.split('\n').map((line) => {
        const [, name, rest = ''] = /^\d+ \((.*)\) (.*)$/.exec(line) ?? [];
        const fields = rest.split(' ');
        return name === 'nginx' ? Number(fields[11]) + Number(fields[12]) : 0;
      });
      return ticks.reduce((sum, tick) => sum + tick, 0) / 100;
    },
    close,
  };
}
