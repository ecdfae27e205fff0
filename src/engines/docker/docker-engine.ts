import type { Engine } from '../engine.ts';
import { openApi, type Api } from './api.ts';
import { baseImage, cachedBase, givenBase } from './base-image.ts';
import { hostSubnets, networks, portOwners } from './box.ts';
import { buildImage } from './build.ts';
import { download, ensureVolume, readVolume, upload, writeVolume } from './files.ts';
import { image, listImages, removeImage } from './images.ts';
import { lock } from './lock.ts';
import { logs } from './logs.ts';
import { listContainers, startContainers, stopContainers } from './own-containers.ts';
import { exec, runOnce } from './processes.ts';
import { cleanEnvironment } from './program.ts';
import { down, up, validate } from './project.ts';
import { checkRequirements, isRemote } from './requirements.ts';
import { labelFilter } from './states.ts';

/**
 * The engine that `docker` talks to with this environment (DOCKER_HOST, DOCKER_CONTEXT, contexts, ssh). Throws ENGINE_*
 * or COMPOSE_MISSING when it is not usable. Call `close()` in the end.
 */
export async function createDockerEngine(options: { readonly env?: NodeJS.ProcessEnv } = {}): Promise<Engine> {
  const operator = options.env ?? process.env;
  const env = cleanEnvironment(operator);
  const found = await checkRequirements(env);
  const facts = await askFacts(openApi(env, { endpoint: found.endpoint, remote: true }));
  const where = { endpoint: found.endpoint, remote: isRemote(found.endpoint, facts.Name) };
  const api = openApi(env, where);
  const buildEnvironment =
    operator.NODE_EXTRA_CA_CERTS === undefined ? env : { ...env, NODE_EXTRA_CA_CERTS: operator.NODE_EXTRA_CA_CERTS };
  const someImage = async (): Promise<string> => (await cachedBase(api)) ?? baseImage(api, env);

  return {
    ...where,
    info: async () => {
      const now = await api.ask('describe itself', () => api.docker.info() as Promise<Facts>);
      return {
        version: now.ServerVersion,
        composeVersion: found.composeVersion,
        host: now.Name,
        memory: now.MemTotal,
        cpus: now.NCPU,
        architecture: now.Architecture,
      };
    },
    image: (reference) => image(api, reference),
    images: (labels) => listImages(api, labels),
    removeImage: (reference) => removeImage(api, reference),
    buildImage: (build, progress, signal) => buildImage(api, buildEnvironment, build, progress, signal),
    baseImage: (progress, signal, suite) => baseImage(api, env, progress, signal, suite),
    givenBase: (reference, progress, signal) => givenBase(api, env, reference, progress, signal),
    up: (project, choices) => up(env, where, project, choices),
    validate: (project) => validate(env, where, project),
    stop: (containers, graceSeconds) => stopContainers(api, containers, graceSeconds),
    start: (containers) => startContainers(api, containers),
    down: (project, choices) => down(api, project, choices),
    containers: (labels) => listContainers(api, labels),
    volumes: async (labels) => {
      const listed = await api.ask('list volumes', () => api.docker.listVolumes({ filters: labelFilter(labels) }));
      return (listed.Volumes ?? []).map((volume) => ({ name: volume.Name, labels: volume.Labels ?? {} }));
    },
    networks: () => networks(api),
    ensureVolume: (name, labels) => ensureVolume(api, name, labels),
    portOwners: (ports) => portOwners(api, ports, someImage),
    hostSubnets: () => hostSubnets(api, someImage),
    upload: (container, folder, files) => upload(api, container, folder, files),
    download: (container, folder) => download(api, container, folder),
    writeVolume: (volume, carrier, files, labels) => writeVolume(api, volume, carrier, files, labels),
    readVolume: (volume, carrier, labels) => readVolume(api, volume, carrier, labels),
    exec: (container, argv, choices) => exec(api, container, argv, choices),
    runOnce: (run) => runOnce(api, run),
    logs: (containers, choices) => logs(api, containers, choices),
    lock: (name, carrier, labels) => lock(api, env, name, carrier, labels),
    close: () => Promise.resolve(api.close()),
  };
}

type Facts = {
  readonly Name: string;
  readonly ServerVersion: string;
  readonly MemTotal: number;
  readonly NCPU: number;
  readonly Architecture: string;
};

async function askFacts(api: Api): Promise<Facts> {
  try {
    return await api.ask('describe itself', () => api.docker.info() as Promise<Facts>);
  } finally {
    api.close();
  }
}
