import type { RenderedFile, RenderedProject } from '../rendering/rendered.ts';

/**
 * The container engine that runs a rendered stack. Knows containers, not openIMIS.
 * Every method throws a `Failure` (ENGINE_*, COMPOSE_FAILED, DISK_FULL, ...) with cause and next command.
 */
export type EngineInfo = {
  readonly version: string;
  readonly composeVersion: string;
  /** Host name of the box the engine runs on. */
  readonly host: string;
  /** Bytes. */
  readonly memory: number;
  readonly cpus: number;
  readonly architecture: string;
};

export type Labels = Readonly<Record<string, string>>;

export type ContainerState = {
  readonly id: string;
  readonly name: string;
  readonly project?: string;
  readonly service?: string;
  readonly image: string;
  readonly labels: Labels;
  readonly state: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  readonly health: 'none' | 'starting' | 'healthy' | 'unhealthy';
  /** Consecutive successful probes seen in the health log, newest first (0-5). */
  readonly healthyProbes: number;
  /** Output of the newest probe, trimmed. */
  readonly lastProbe?: string;
  readonly restarts: number;
  readonly exitCode?: number;
  readonly oomKilled: boolean;
  readonly startedAt?: string;
  readonly addresses: Readonly<Record<string, string>>;
};

export type NetworkState = { readonly name: string; readonly labels: Labels; readonly subnets: readonly string[] };
/** `owner` is words for people: "container openimis-qa-gateway-1 (server qa)" or "process nginx (pid 812)". */
export type PortOwner = { readonly port: number; readonly address: string; readonly owner: string };
export type ImageState = {
  readonly id: string;
  readonly labels: Labels;
  readonly created: string;
  readonly size: number;
};
/** An image with the tags it goes by, and the containers (running or not) that need it. */
export type ListedImage = ImageState & { readonly tags: readonly string[]; readonly containers: readonly string[] };
export type CommandResult = { readonly code: number; readonly stdout: string; readonly stderr: string };
export type LogLine = {
  readonly service: string;
  readonly container: string;
  readonly time: string;
  readonly text: string;
};

/** trixie: Debian 13 (Python 3.13); bookworm: Debian 12 (Python 3.11). */
export type DebianSuite = 'trixie' | 'bookworm';

export type ImageBuild = {
  /** Reference to give to the image, e.g. `openimis-gateway:3f2a...` (content-addressed). */
  readonly tag: string;
  /** Dockerfile and what it copies. */
  readonly context: readonly (
    RenderedFile | { readonly path: string; readonly file: string; readonly mode?: number }
  )[];
  readonly args: Labels;
  readonly labels: Labels;
  /** `none`: no way out of the box, and no secret, proxy or certificate either. */
  readonly network?: 'none';
  /** By id, for `RUN --mount=type=secret,id=…`: in no layer, no argument, no file. */
  readonly secrets?: Labels;
};

export type RunOnce = {
  readonly image: string;
  readonly argv: readonly string[];
  readonly network?: string;
  readonly extraHosts?: Labels;
  readonly environment?: Labels;
  readonly stdin?: string;
  readonly labels: Labels;
  /** Seconds. */
  readonly timeout: number;
};

/** Held until `release`; the engine frees it by itself when this process dies. */
export type RunLock = {
  /** Aborted when the lock is lost before `release` (engine restarted, link cut): the run must stop. */
  readonly lost?: AbortSignal;
  release(): Promise<void>;
};

/** One line of progress for the task list. */
export type Progress = (line: string) => void;

export type ComposeUp = {
  readonly services?: readonly string[];
  /** Create containers and networks without starting them. */
  readonly create?: boolean;
  readonly noRecreate?: boolean;
  readonly secrets: Labels;
  readonly signal?: AbortSignal;
  readonly progress?: Progress;
};

export interface Engine {
  /** e.g. `unix:///var/run/docker.sock` or `ssh://user@box`. */
  readonly endpoint: string;
  readonly remote: boolean;
  info(): Promise<EngineInfo>;

  image(reference: string): Promise<ImageState | undefined>;
  /** Images with these labels (an empty value: any); newest first. */
  images(labels: Labels): Promise<readonly ListedImage[]>;
  /** Removes a tag, and the image with its last tag. Never one that a container needs; absent: nothing to do. */
  removeImage(reference: string): Promise<void>;
  buildImage(build: ImageBuild, progress?: Progress, signal?: AbortSignal): Promise<void>;
  /** Pulls `pull` or, where no registry answers, makes a Debian base with debootstrap; returns a local reference. */
  baseImage(progress?: Progress, signal?: AbortSignal, suite?: DebianSuite): Promise<string>;
  /** An image of the operator's choice as a base, pulled if it is not there; returns a tag that names its content. */
  givenBase(reference: string, progress?: Progress, signal?: AbortSignal): Promise<string>;

  up(project: RenderedProject, options: ComposeUp): Promise<void>;
  /** `docker compose config`: throws COMPOSE_FAILED when the file is not valid. */
  validate(project: RenderedProject): Promise<void>;
  stop(containers: readonly string[], graceSeconds: number): Promise<void>;
  start(containers: readonly string[]): Promise<void>;
  /** Removes containers and networks of a project whose labels match; volumes only when named. */
  down(
    projectName: string,
    options: { readonly volumes: boolean; readonly labels: Labels; readonly progress?: Progress },
  ): Promise<void>;

  /** Leaves out run locks and containers of one call, unless `labels` names `org.openimis.temporary`. */
  containers(labels: Labels): Promise<readonly ContainerState[]>;
  /** Names of volumes and networks with these labels. */
  volumes(labels: Labels): Promise<readonly { readonly name: string; readonly labels: Labels }[]>;
  networks(): Promise<readonly NetworkState[]>;
  /** Creates a labelled volume if absent. */
  ensureVolume(name: string, labels: Labels): Promise<void>;
  /** Who listens on these TCP ports of the engine's box. */
  portOwners(ports: readonly number[]): Promise<readonly PortOwner[]>;
  /** Subnets that the engine's box itself uses (routes and interfaces), as CIDR. */
  hostSubnets(): Promise<readonly string[]>;

  /** Writes files into a container (running or only created) below `folder`; parents are made. */
  upload(
    container: string,
    folder: string,
    files: readonly (RenderedFile & { readonly uid?: number })[],
  ): Promise<void>;
  /** Reads text files below a folder of a container, or one file; absent: empty. */
  download(container: string, path: string): Promise<readonly RenderedFile[]>;
  /** Writes files into a volume through a container that is created, never started, and removed. */
  writeVolume(volume: string, image: string, files: readonly RenderedFile[], labels: Labels): Promise<void>;
  readVolume(volume: string, image: string, labels: Labels): Promise<readonly RenderedFile[]>;

  /** `timeout` in seconds (default 60); a command that needs longer has the code 124, also in `runOnce`. */
  exec(
    container: string,
    argv: readonly string[],
    options?: { readonly stdin?: string; readonly timeout?: number },
  ): Promise<CommandResult>;
  runOnce(run: RunOnce): Promise<CommandResult>;
  logs(
    containers: readonly string[],
    options: {
      readonly follow?: boolean;
      readonly tail?: number;
      readonly since?: string;
      readonly signal?: AbortSignal;
    },
  ): AsyncIterable<LogLine>;

  /** Atomic; throws RUN_LOCKED naming who holds it since when and where. */
  lock(name: string, image: string, labels: Labels): Promise<RunLock>;
  close(): Promise<void>;
}
