import { parse } from 'yaml';

import type { ComposeUp, ContainerState, ImageState, Labels, LogLine, PortOwner } from '../../src/engines/engine.ts';
import { Failure } from '../../src/failure.ts';
import type { RenderedFile, RenderedProject } from '../../src/rendering/rendered.ts';

/** What becomes of a service's containers once they start. */
export type Behaviour = 'healthy' | 'crash-loop' | 'out-of-memory' | 'unhealthy' | 'never-healthy' | 'ends';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type FakeContainer = Mutable<ContainerState> & {
  config: string;
  files: Map<string, string>;
  mounts: Map<string, string>;
  ports: readonly number[];
  fixed: Readonly<Record<string, string>>;
  lines: string[];
};

type ComposeService = {
  image: string;
  labels: Record<string, string>;
  deploy?: { replicas: number };
  networks: Record<string, { ipv4_address?: string } | null>;
  ports?: readonly { published: string }[];
  secrets?: readonly string[];
  volumes?: readonly { source: string; target: string }[];
};
type ComposeFile = {
  services: Record<string, ComposeService>;
  networks: Record<
    string,
    {
      name: string;
      external?: boolean;
      labels?: Record<string, string>;
      ipam?: { config: readonly { subnet: string }[] };
    }
  >;
  volumes?: Record<string, { name: string; labels: Record<string, string> }>;
};

/** Everything that an engine keeps; outlives a process, so several `fakeEngine`s may share one. */
export class FakeWorld {
  readonly images = new Map<string, ImageState>();
  readonly containers = new Map<string, FakeContainer>();
  readonly volumes = new Map<string, { labels: Labels; files: Map<string, string> }>();
  readonly networks = new Map<string, { labels: Labels; subnets: readonly string[] }>();
  readonly locks = new Map<string, object>();
  readonly listeners: PortOwner[] = [];
  readonly hostSubnets: string[] = ['192.168.1.0/24', '0.0.0.0/0'];
  /** By service, of the revision's number or of any (`backend`, `backend@2`). */
  readonly behaviours = new Map<string, Behaviour>();
  /** HTTP status of a component when it is asked directly, `frontend@2` or `frontend`. */
  readonly statuses = new Map<string, number>();
  readonly log: string[] = [];
  private next = 1;

  addImage(reference: string, id = `sha256:${reference}`, labels: Labels = {}): void {
    this.images.set(reference, { id, labels, created: '2026-01-01T00:00:00Z', size: 1 });
  }

  find(nameOrId: string): FakeContainer {
    const found = [...this.containers.values()].find(({ id, name }) => id === nameOrId || name === nameOrId);
    if (found === undefined) throw new Failure('NOT_DEPLOYED', `there is no container ${nameOrId}`);
    return found;
  }

  ofProject(project: string, service?: string): readonly FakeContainer[] {
    return [...this.containers.values()].filter(
      (c) => c.project === project && (service === undefined || c.service === service),
    );
  }

  running(project: string, service?: string): readonly FakeContainer[] {
    return this.ofProject(project, service).filter(({ state }) => state === 'running');
  }

  up(project: RenderedProject, options: ComposeUp): void {
    const file = parse(project.compose) as ComposeFile;
    for (const variable of project.secretVariables)
      if (options.secrets[variable] === undefined) throw new Failure('SECRET_MISSING', `no ${variable}`);
    for (const { name, external, labels = {}, ipam } of Object.values(file.networks)) {
      if (external === true && !this.networks.has(name)) throw new Failure('COMPOSE_FAILED', `no network ${name}`);
      if (external !== true && !this.networks.has(name))
        this.networks.set(name, { labels, subnets: (ipam?.config ?? []).map(({ subnet }) => subnet) });
    }
    for (const { name, labels } of Object.values(file.volumes ?? {})) this.ensureVolume(name, labels);
    for (const [name, service] of Object.entries(file.services)) {
      if (options.services !== undefined && !options.services.includes(name)) continue;
      if (!this.images.has(service.image)) throw new Failure('COMPOSE_FAILED', `no image ${service.image}`);
      for (let index = 1; index <= (service.deploy?.replicas ?? 1); index++) {
        const container = this.created(project, name, index, service, file, options);
        if (options.create !== true && container.state !== 'running') this.start(container);
      }
    }
  }

  private created(
    project: RenderedProject,
    name: string,
    index: number,
    service: ComposeService,
    file: ComposeFile,
    options: ComposeUp,
  ): FakeContainer {
    const full = `${project.name}-${name}-${index}`;
    const config = JSON.stringify(service);
    const existing = this.containers.get(full);
    if (existing !== undefined && (existing.config === config || options.noRecreate === true)) return existing;
    const fixed = Object.entries(service.networks).map(([key, value]) => [
      file.networks[key]?.name ?? key,
      value?.ipv4_address ?? '',
    ]);
    const container: FakeContainer = {
      id: `id${this.next++}`,
      name: full,
      project: project.name,
      service: name,
      image: service.image,
      labels: { ...service.labels, 'com.docker.compose.project': project.name, 'com.docker.compose.service': name },
      state: 'created',
      health: 'none',
      healthyProbes: 0,
      restarts: 0,
      oomKilled: false,
      addresses: {},
      config,
      files: new Map(
        (service.secrets ?? []).map((secret) => [
          `/run/secrets/${secret}`,
          options.secrets[`OPENIMIS_SECRET_${secret}`] ?? '',
        ]),
      ),
      mounts: new Map(
        (service.volumes ?? []).map(({ source, target }) => [target, file.volumes?.[source]?.name ?? source]),
      ),
      ports: (service.ports ?? []).map(({ published }) => Number(published)),
      fixed: Object.fromEntries(fixed.filter(([, address]) => address !== '')) as Record<string, string>,
      lines: [],
    };
    if (existing !== undefined) this.log.push(`recreate ${full}`);
    this.containers.set(full, container);
    return container;
  }

  start(container: FakeContainer): void {
    for (const other of this.containers.values()) {
      if (other === container || other.state !== 'running') continue;
      const port = container.ports.find((candidate) => other.ports.includes(candidate));
      if (port !== undefined) throw new Failure('COMPOSE_FAILED', `port ${port} is already allocated`);
      for (const [network, address] of Object.entries(container.fixed))
        if (other.fixed[network] === address) throw new Failure('COMPOSE_FAILED', `address ${address} is in use`);
    }
    const behaviour = this.behaviour(container);
    Object.assign(container, {
      state: 'running',
      health: 'starting',
      healthyProbes: 0,
      startedAt: '2026-01-01T00:00:00Z',
    });
    container.lines.push(`${container.service ?? ''} starts as ${behaviour}`);
    this.log.push(`start ${container.name}`);
  }

  behaviour({ service = '', labels }: FakeContainer): Behaviour {
    const revision = labels['org.openimis.revision'] ?? '';
    return this.behaviours.get(`${service}@${revision}`) ?? this.behaviours.get(service) ?? 'healthy';
  }

  /** A moment passes: every running container has one more health probe. */
  tick(): void {
    for (const container of this.containers.values()) {
      if (container.state !== 'running') continue;
      switch (this.behaviour(container)) {
        case 'healthy':
          container.health = 'healthy';
          container.healthyProbes = Math.min(5, container.healthyProbes + 1);
          break;
        case 'crash-loop':
          Object.assign(container, { restarts: container.restarts + 1, exitCode: 1, state: 'restarting' });
          break;
        case 'out-of-memory':
          Object.assign(container, { oomKilled: true, exitCode: 137, state: 'exited' });
          break;
        case 'unhealthy':
          Object.assign(container, { health: 'unhealthy', lastProbe: 'HTTP 500' });
          break;
        case 'ends':
          Object.assign(container, { state: 'exited', exitCode: 3 });
          break;
        case 'never-healthy':
          break;
      }
    }
  }

  stop(container: FakeContainer): void {
    if (container.state !== 'running' && container.state !== 'restarting') return;
    Object.assign(container, { state: 'exited', exitCode: 0, health: 'unhealthy' });
    this.log.push(`stop ${container.name}`);
  }

  remove(container: FakeContainer): void {
    this.stop(container);
    this.containers.delete(container.name);
    this.log.push(`remove ${container.name}`);
  }

  ensureVolume(name: string, labels: Labels): Map<string, string> {
    const volume = this.volumes.get(name) ?? { labels, files: new Map<string, string>() };
    this.volumes.set(name, volume);
    return volume.files;
  }

  /** Where a path of a container is kept: a volume, or the container itself. */
  place(container: FakeContainer, path: string): { readonly files: Map<string, string>; readonly path: string } {
    for (const [target, volume] of container.mounts)
      if (path === target || path.startsWith(`${target}/`))
        return { files: this.ensureVolume(volume, {}), path: path.slice(target.length + 1) };
    return { files: container.files, path };
  }

  read(container: FakeContainer, folder: string): readonly RenderedFile[] {
    const { files, path } = this.place(container, folder);
    const one = files.get(path);
    if (one !== undefined) return [{ path: path.split('/').at(-1) ?? path, content: one }];
    const prefix = path === '' ? '' : `${path}/`;
    return [...files]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, content]) => ({ path: name.slice(prefix.length), content }));
  }

  lines(container: FakeContainer): readonly LogLine[] {
    return container.lines.map((text) => ({
      service: container.service ?? '',
      container: container.name,
      time: '',
      text,
    }));
  }
}
