import type { Engine, Labels, LogLine, RunLock } from '../../src/engines/engine.ts';
import { Failure } from '../../src/failure.ts';
import { listImages, removeImage } from './fake-images.ts';
import { runOnceProgram, runProgram } from './fake-programs.ts';
import type { FakeWorld } from './fake-world.ts';

/** Thrown by every call after a process was "killed": nothing it asks for happens any more. */
export class Killed extends Error {}

export type FakeEngine = Engine & {
  /** Calls so far, by name, in order. */
  readonly calls: readonly string[];
  /** As `kill -9` of the process: later calls do nothing, its run lock goes. */
  kill(): void;
};

export type FakeEngineOptions = {
  /** Called before each call with its number (from 1) and name. */
  readonly before?: (number: number, name: string) => void;
  readonly remote?: boolean;
};

/** An engine in memory on a world that outlives it: containers with scripted health, volumes, networks, ports, locks. */
export function fakeEngine(world: FakeWorld, options: FakeEngineOptions = {}): FakeEngine {
  const calls: string[] = [];
  const held = new Map<string, object>();
  let dead = false;
  /** Every call takes a turn of the event loop, so that a signal can come in between. */
  const call = async <T>(name: string, work: () => T): Promise<T> => {
    await Promise.resolve();
    if (dead) throw new Killed(name);
    calls.push(name);
    options.before?.(calls.length, name);
    if (dead) throw new Killed(name);
    return work();
  };
  const matches = (labels: Labels, wanted: Labels): boolean =>
    Object.entries(wanted).every(([key, value]) => labels[key] === value);
  const own = (nameOrId: string): ReturnType<FakeWorld['find']> => {
    const container = world.find(nameOrId);
    if (!Object.keys(container.labels).some((key) => key.startsWith('org.openimis.')))
      throw new Failure('NAME_TAKEN', `${container.name} is not ours`);
    return container;
  };

  return {
    calls,
    kill: () => {
      dead = true;
      for (const [name, token] of held) if (world.locks.get(name) === token) world.locks.delete(name);
    },
    endpoint: 'unix:///fake.sock',
    remote: options.remote ?? false,
    info: () =>
      call('info', () => ({
        version: '20.10.24',
        composeVersion: '2.26.0',
        host: 'box',
        memory: 16 * 1024 ** 3,
        cpus: 4,
        architecture: 'x86_64',
      })),
    image: (reference) => call('image', () => world.images.get(reference)),
    images: (labels) => call('images', () => listImages(world, labels)),
    removeImage: (reference) => call('removeImage', () => removeImage(world, reference)),
    buildImage: (build) => call('buildImage', () => world.addImage(build.tag, undefined, build.labels)),
    baseImage: () => call('baseImage', () => 'openimis-base:trixie-fake'),
    givenBase: (reference) => call('givenBase', () => `openimis-base:${reference.replace(/[^a-z0-9.]+/g, '-')}-fake`),
    up: async (project, choices) => {
      choices.signal?.throwIfAborted();
      await call('up', () => world.up(project, choices));
      choices.signal?.throwIfAborted();
    },
    validate: () => call('validate', () => {}),
    stop: (containers) => call('stop', () => containers.map(own).forEach((container) => world.stop(container))),
    start: (containers) =>
      call('start', () =>
        containers
          .map(own)
          .filter(({ state }) => state !== 'running')
          .forEach((c) => world.start(c)),
      ),
    down: (project, { volumes, labels }) =>
      call('down', () => {
        for (const container of world.ofProject(project))
          if (matches(container.labels, labels)) world.remove(container);
        for (const [name, network] of world.networks)
          if (name.startsWith(`${project}_`) && matches(network.labels, labels)) world.networks.delete(name);
        if (!volumes) return;
        for (const [name, volume] of world.volumes)
          if (name.startsWith(`${project}_`) && matches(volume.labels, labels)) world.volumes.delete(name);
      }),
    containers: (labels) =>
      call('containers', () => {
        world.tick();
        return [...world.containers.values()]
          .filter((container) => matches(container.labels, labels))
          .map((container) => ({ ...container }));
      }),
    volumes: (labels) =>
      call('volumes', () =>
        [...world.volumes]
          .filter(([, v]) => matches(v.labels, labels))
          .map(([name, v]) => ({ name, labels: v.labels })),
      ),
    networks: () => call('networks', () => [...world.networks].map(([name, network]) => ({ name, ...network }))),
    ensureVolume: (name, labels) => call('ensureVolume', () => void world.ensureVolume(name, labels)),
    portOwners: (ports) =>
      call('portOwners', () => [
        ...world.listeners.filter(({ port }) => ports.includes(port)),
        ...[...world.containers.values()]
          .filter(({ state }) => state === 'running')
          .flatMap((c) =>
            c.ports
              .filter((p) => ports.includes(p))
              .map((port) => ({ port, address: '0.0.0.0', owner: `container ${c.name}` })),
          ),
      ]),
    hostSubnets: () => call('hostSubnets', () => world.hostSubnets),
    upload: (container, folder, files) =>
      call('upload', () => {
        for (const file of files) {
          const { files: kept, path } = world.place(own(container), `${folder}/${file.path}`);
          kept.set(path, file.content);
        }
      }),
    download: (container, folder) => call('download', () => world.read(own(container), folder)),
    writeVolume: (volume, image, files, labels) =>
      call('writeVolume', () => {
        if (!world.images.has(image)) throw new Failure('IMAGE_MISSING', image);
        const kept = world.ensureVolume(volume, labels);
        for (const { path, content } of files) kept.set(path, content);
      }),
    readVolume: (volume) =>
      call('readVolume', () =>
        [...(world.volumes.get(volume)?.files ?? [])].map(([path, content]) => ({ path, content })),
      ),
    exec: (container, argv, exec) =>
      call(`exec ${argv.slice(0, 2).join(' ')}`, () => {
        const found = own(container);
        return found.state === 'running'
          ? runProgram(world, found, argv, exec?.stdin)
          : { code: 1, stdout: '', stderr: 'is not running' };
      }),
    runOnce: ({ argv }) => call('runOnce', () => runOnceProgram(world, argv)),
    async *logs(containers): AsyncGenerator<LogLine> {
      for (const name of containers) yield* await call('logs', () => world.lines(own(name)));
    },
    lock: (name) =>
      call('lock', (): RunLock => {
        if (world.locks.has(name)) throw new Failure('RUN_LOCKED', `another run holds the lock ${name}`);
        const token = {};
        world.locks.set(name, token);
        held.set(name, token);
        return {
          release: async () => {
            await Promise.resolve();
            if (world.locks.get(name) === token) world.locks.delete(name);
          },
        };
      }),
    close: () => Promise.resolve(),
  };
}
