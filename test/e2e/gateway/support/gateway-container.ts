import { randomBytes } from 'node:crypto';

import { execa } from 'execa';
import { type Pack, pack } from 'tar-stream';

import { renderGateway } from '../../../../src/rendering/gateway.ts';
import { loadTemplates } from '../../../../src/rendering/templates/load.ts';
import { packageRoot } from '../../../../src/package-root.ts';
import type { GatewayPlan } from '../../../../src/stack/stack.ts';
import { gatewayImage } from './gateway-image.ts';

export type GatewaySecrets = {
  readonly signingKey: string;
  readonly identityHeader: string;
  readonly htpasswd: string;
};

/** The gateway's image running with rendered files, as `openimis deploy` runs it: read-only, no capabilities, three volumes. */
export type RunningGateway = {
  /** Name of the container. */
  readonly container: string;
  readonly https: number;
  readonly http: number;
  readonly secrets: GatewaySecrets;
  readonly run: (...argv: readonly string[]) => Promise<{ readonly code: number; readonly output: string }>;
  /** Uploads another version and activates it. */
  readonly activate: (
    version: string,
    plan: GatewayPlan,
  ) => Promise<{ readonly code: number; readonly output: string }>;
  readonly upload: (folder: string, files: Readonly<Record<string, string>>) => Promise<void>;
  readonly restart: () => Promise<void>;
  /** Removes the container and makes another one with the same volumes. */
  readonly recreate: () => Promise<void>;
  /** Lines of nginx's error log and of the start script. */
  readonly errors: () => Promise<readonly string[]>;
  /** The access log, one object per request. */
  readonly accesses: () => Promise<readonly Record<string, unknown>[]>;
  readonly remove: () => Promise<void>;
};

export type TestNetwork = { readonly name: string; readonly address: string; remove(): Promise<void> };

const prefix = 'openimis-e2e-gateway';

async function docker(...argv: readonly string[]): Promise<string> {
  const { stdout } = await execa('docker', argv);
  return stdout.trim();
}

/** A network of its own; `address` is this machine in it. */
export async function openNetwork(): Promise<TestNetwork> {
  const name = `${prefix}-${randomBytes(4).toString('hex')}`;
  await docker('network', 'create', name);
  const address = await docker('network', 'inspect', '--format', '{{(index .IPAM.Config 0).Gateway}}', name);
  return { name, address, remove: async () => void (await docker('network', 'rm', name)) };
}

export function newSecrets(htpasswd = ''): GatewaySecrets {
  return {
    signingKey: randomBytes(32).toString('hex'),
    identityHeader: randomBytes(32).toString('hex').toUpperCase(),
    htpasswd,
  };
}

export async function startGateway(
  network: TestNetwork,
  plan: GatewayPlan,
  options: { readonly secrets?: GatewaySecrets; readonly arguments?: readonly string[]; readonly bank?: number } = {},
): Promise<RunningGateway> {
  const secrets = options.secrets ?? newSecrets();
  const image = await gatewayImage();
  const name = `${prefix}-${randomBytes(4).toString('hex')}`;
  const volumes = {
    '/etc/openimis/gateway': 'files',
    '/etc/openimis/secrets': 'secrets',
    '/var/lib/openimis': 'state',
    '/var/lib/openimis-audit': 'audit',
  };
  const create = (): Promise<string> => docker(
    'create', '--name', name, '--network', network.name, '--read-only', '--cap-drop', 'ALL',
    '--security-opt', 'no-new-privileges', '--tmpfs', '/run/openimis:uid=33,gid=33,mode=0700',
    ...Object.entries(volumes).flatMap(([target, suffix]) => ['--volume', `${name}_${suffix}:${target}`]),
    '--publish', '127.0.0.1::8443', '--publish', '127.0.0.1::8080', ...(options.arguments ?? []), image,
  ); // prettier-ignore
  await create();
  const upload = (folder: string, files: Readonly<Record<string, string>>): Promise<void> =>
    uploadFiles(name, folder, files);
  const run: RunningGateway['run'] = async (...argv) => {
    const { exitCode, all } = await execa('docker', ['exec', name, ...argv], { reject: false, all: true });
    return { code: exitCode ?? -1, output: all };
  };
  const logs = async (stream: 'stdout' | 'stderr'): Promise<readonly string[]> => {
    const result = await execa('docker', ['logs', name]);
    return result[stream].split('\n').filter((line) => line !== '');
  };
  const port = async (inside: number): Promise<number> =>
    Number((await docker('port', name, `${inside}/tcp`)).split('\n')[0]?.split(':').pop());
  const ready = async (): Promise<void> => {
    for (const end = Date.now() + 30_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100)))
      if ((await run('openimis-gateway', 'health')).code === 0) return;
    throw new Error(`the gateway does not start:\n${(await logs('stderr')).join('\n')}`);
  };

  await upload('/etc/openimis/gateway', { ...(await version('v1', plan)), active: 'v1\n' });
  await upload('/etc/openimis/secrets', {
    'signing-key': secrets.signingKey,
    'identity-header': secrets.identityHeader,
    htpasswd: secrets.htpasswd,
  });
  await docker('start', name);
  await ready();
  if (options.bank !== undefined) await run('openimis-gateway', 'bank', String(options.bank));
  const gateway = { https: await port(8443), http: await port(8080) };
  return {
    container: name,
    get https() {
      return gateway.https;
    },
    get http() {
      return gateway.http;
    },
    secrets,
    run,
    upload,
    activate: async (versionName, nextPlan) => {
      await upload('/etc/openimis/gateway', await version(versionName, nextPlan));
      return run('openimis-gateway', 'activate', versionName);
    },
    recreate: async () => {
      await docker('rm', '--force', name);
      await create();
      await docker('start', name);
      await ready();
      Object.assign(gateway, { https: await port(8443), http: await port(8080) });
    },
    restart: async () => {
      await docker('kill', '--signal', 'KILL', name);
      await docker('start', name);
      await ready();
      Object.assign(gateway, { https: await port(8443), http: await port(8080) });
    },
    errors: () => logs('stderr'),
    accesses: async () => (await logs('stdout')).map((line) => JSON.parse(line) as Record<string, unknown>),
    remove: async () => {
      await docker('rm', '--force', name);
      await docker('volume', 'rm', ...Object.values(volumes).map((suffix) => `${name}_${suffix}`));
    },
  };
}

export async function renderedFiles(plan: GatewayPlan): Promise<Record<string, string>> {
  const templates = await loadTemplates(packageRoot(), ['gateway']);
  return Object.fromEntries(renderGateway(plan, templates).map(({ path, content }) => [path, content]));
}

async function version(name: string, plan: GatewayPlan): Promise<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(await renderedFiles(plan)).map(([path, content]) => [`versions/${name}/${path}`, content]),
  );
}

/** Runs `openimis-gateway check` on these files in a container that nothing else uses. */
export async function checkFiles(
  files: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly output: string }> {
  const name = `${prefix}-${randomBytes(4).toString('hex')}`;
  const entrypoint = ['--network', 'none', '--entrypoint', 'openimis-gateway'];
  await docker('create', '--name', name, ...entrypoint, await gatewayImage(), 'check', '/etc/openimis/gateway');
  try {
    await uploadFiles(name, '/etc/openimis/gateway', files);
    const { exitCode, all } = await execa('docker', ['start', '--attach', name], { reject: false, all: true });
    return { code: exitCode ?? -1, output: all };
  } finally {
    await docker('rm', '--force', name);
  }
}

async function wholeArchive(archive: Pack): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function uploadFiles(container: string, folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  const archive = pack();
  const folders = new Set<string>();
  for (const path of Object.keys(files))
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) folders.add(path.slice(0, at));
  for (const name of [...folders].sort()) archive.entry({ name, type: 'directory', mode: 0o755, uid: 33, gid: 33 });
  for (const [name, content] of Object.entries(files)) archive.entry({ name, mode: 0o600, uid: 33, gid: 33 }, content);
  archive.finalize();
  await execa('docker', ['cp', '-', `${container}:${folder}`], {
    input: await wholeArchive(archive),
  });
}
