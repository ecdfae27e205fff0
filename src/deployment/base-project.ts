import { Failure } from '../failure.ts';
import type { ContainerState, Progress } from '../engines/engine.ts';
import type { RenderedFile, RenderedProject } from '../rendering/rendered.ts';
import { label } from '../stack/labels.ts';
import { composeSecrets, gatewaySecretFiles, gatewayUser } from './compose-secrets.ts';
import { type DeploymentContext, serverLabels, serverNames } from './context.ts';
import { waitHealthy } from './gate.ts';
import type { Observation } from './observe.ts';
import { baseDiffers } from './plan-deployment.ts';
import type { RenderedServer } from './render.ts';

const configurationFolder = '/etc/openimis/gateway';
const secretsFolder = '/etc/openimis/secrets';

type Work = { readonly signal?: AbortSignal | undefined; readonly progress: Progress };

/**
 * Makes sure that gateway and queue run and are healthy; what runs already keeps running unless its image, ports or mounts
 * have changed. Changed files and secrets of a running gateway are not touched here: they change with the switch.
 * @returns the gateway's container
 */
export async function ensureBase(
  context: DeploymentContext,
  observation: Observation,
  wanted: RenderedServer,
  work: Work,
): Promise<ContainerState> {
  const { base } = wanted.rendered;
  const changes = baseDiffers(observation, wanted);
  try {
    if (observation.gateway?.state !== 'running') await prepareGateway(context, wanted, changes, work);
    await upBase(context, base, { noRecreate: !changes }, work);
    await waitHealthy(context, { project: base.name, services: wanted.stack.base.services, ...work });
  } catch (error) {
    const before = observation.history?.findLast(({ revision }) => revision === observation.serving)?.base;
    // What served before must serve again: the old file brings the old containers back.
    if (changes && before !== undefined) {
      work.progress('putting gateway and queue back as they were');
      await upBase(context, { ...base, compose: before }, { noRecreate: false }, { progress: work.progress });
    }
    throw error;
  }
  return findGateway(context);
}

/** Creates the containers, gives the gateway its files and secrets, and leaves it to `up` to start them. */
async function prepareGateway(
  context: DeploymentContext,
  wanted: RenderedServer,
  recreate: boolean,
  work: Work,
): Promise<void> {
  await upBase(context, wanted.rendered.base, { create: true, noRecreate: !recreate }, work);
  const gateway = await findGateway(context);
  await uploadSecrets(context, gateway);
  await uploadVersion(context, gateway, wanted);
  // Last, and alone: a gateway only starts with a version that is there as a whole.
  const active = { path: 'active', content: `${wanted.gatewayVersion}\n`, uid: gatewayUser };
  await context.engine.upload(gateway.id, configurationFolder, [active]);
}

async function upBase(
  context: DeploymentContext,
  base: RenderedProject,
  options: { readonly create?: boolean; readonly noRecreate: boolean },
  { signal, progress }: Work,
): Promise<void> {
  await context.engine.up(base, {
    ...options,
    secrets: composeSecrets(base, context.secrets, context.server.name),
    progress,
    ...(signal === undefined ? {} : { signal }),
  });
}

export async function findGateway(context: DeploymentContext): Promise<ContainerState> {
  const found = await componentContainers(context, serverNames(context).project, 'gateway');
  const [gateway] = found;
  if (gateway === undefined)
    throw new Failure('NOT_DEPLOYED', `server ${context.server.name} has no gateway on the engine`, [
      `openimis deploy ${context.server.name}`,
    ]);
  return gateway;
}

export async function componentContainers(
  context: DeploymentContext,
  project: string,
  component: string,
): Promise<readonly ContainerState[]> {
  return context.engine.containers({
    ...serverLabels(context),
    'com.docker.compose.project': project,
    [label.component]: component,
  });
}

/** Writes a version folder of the gateway's configuration; it does nothing until it is activated. */
export async function uploadVersion(
  context: DeploymentContext,
  gateway: ContainerState,
  wanted: RenderedServer,
): Promise<void> {
  await context.engine.upload(
    gateway.id,
    configurationFolder,
    wanted.rendered.gateway.map((file) => ({
      ...file,
      path: `versions/${wanted.gatewayVersion}/${file.path}`,
      uid: gatewayUser,
    })),
  );
}

/** Writes the gateway's secrets; `only`: one file of them. */
export async function uploadSecrets(
  context: DeploymentContext,
  gateway: ContainerState,
  only?: 'htpasswd',
): Promise<void> {
  await context.engine.upload(gateway.id, secretsFolder, secretFiles(context, only));
}

function secretFiles(context: DeploymentContext, only: 'htpasswd' | undefined): ReturnType<typeof gatewaySecretFiles> {
  const files = gatewaySecretFiles(context.secrets, context.server.name);
  return only === undefined ? files : files.filter(({ path }) => path === only);
}

/** The secrets that the gateway has now, in memory only, to put them back when a switch fails. */
export async function downloadSecrets(
  context: DeploymentContext,
  gateway: ContainerState,
  only?: 'htpasswd',
): Promise<readonly RenderedFile[]> {
  const files: RenderedFile[] = [];
  // One by one: the private keys of certificates lie beside them and never leave the volume.
  for (const { path } of secretFiles(context, only))
    files.push(...(await context.engine.download(gateway.id, `${secretsFolder}/${path}`)));
  return files;
}

export async function restoreSecrets(
  context: DeploymentContext,
  gateway: ContainerState,
  files: readonly RenderedFile[],
): Promise<void> {
  const owned = files.map((file) => ({ ...file, mode: 0o600, uid: gatewayUser }));
  await context.engine.upload(gateway.id, secretsFolder, owned);
}
