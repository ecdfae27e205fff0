import { type PinComponent, normalisePythonName } from '../package-name.ts';

/** The file that stands beside openimis.yaml. */
export const lockFileName = 'openimis.lock.json';

/** Where a package comes from, exactly. A branch or tag is a commit here, a range is a version. */
export type LockedSource =
  /** Address of the package index (PyPI's simple API, npm's registry) that the package is bound to. */
  | { readonly index: string }
  | { readonly git: string; readonly ref?: string; readonly commit: string }
  | { readonly archive: string };

/** Where openimis-be_py or openimis-fe_js comes from. `hash` is over the content. */
export type LockedAssembly =
  | { readonly git: string; readonly ref?: string; readonly commit: string }
  | { readonly path: string; readonly hash: string }
  | { readonly archive: string; readonly hash: string };

/** A module or an extra package: what a person asked for, and which version that is. */
export type LockedModule = {
  /** Django app or export name. */
  readonly name: string;
  readonly package: string;
  readonly version: string;
  /** The commit, for a module from git: two commits can have one version. */
  readonly commit?: string;
  /** `release 1.1.0`, `openimis.yaml`: without lines, which move. */
  readonly origin: string;
  /** The pin as written: `==1.0.4`, `git+https://…@develop`. */
  readonly asked: string;
};

/** What npm needs beside name, version and source to install exactly this; as in package-lock.json. */
export type NpmFields = Readonly<Record<string, unknown>>;

export type LockedPackage = {
  readonly name: string;
  readonly version: string;
  readonly source: LockedSource;
  /** `sha256:<hex>` or npm's `sha512-<base64>` of the files that may be installed; empty for git, whose commit is the hash. */
  readonly hashes: readonly string[];
  /** Address of the one file that is fetched. */
  readonly file?: string;
  /** Bytes of that file, where the index says it. */
  readonly size?: number;
  /** npm: the place, `node_modules/…`. */
  readonly path?: string;
  readonly npm?: NpmFields;
};

/** One component of one server as it is built: the whole of it. */
export type LockedComponent = {
  /** `sha256:…` over what it was resolved from; another one: the lock is stale. */
  readonly input: string;
  /** `sha256:…` over what is installed; another one: somebody edited it by hand. */
  readonly content: string;
  /** Day (UTC). */
  readonly lockedAt: string;
  /** The registries as of this day. */
  readonly asOf?: string;
  readonly assembly: LockedAssembly;
  /** python, platform, base, odbc; or node, npm, … */
  readonly runtime: Readonly<Record<string, string>>;
  readonly modules: readonly LockedModule[];
  readonly extra: readonly LockedModule[];
  /** The closure as installed. */
  readonly packages: readonly LockedPackage[];
  /** Python: what is only needed to build the packages that have no wheel. */
  readonly build?: readonly LockedPackage[];
  /** npm: packages whose install scripts may run. */
  readonly scripts?: readonly string[];
};

export type LockedServer = { readonly components: Readonly<Partial<Record<PinComponent, LockedComponent>>> };
export type LockFile = { readonly lockVersion: 1; readonly servers: Readonly<Record<string, LockedServer>> };

export const emptyLock: LockFile = { lockVersion: 1, servers: {} };

/** One component of one server, or undefined. */
export function lockedComponent(
  lock: LockFile | undefined,
  server: string,
  component: PinComponent,
): LockedComponent | undefined {
  const servers = lock?.servers ?? {};
  return Object.hasOwn(servers, server) ? servers[server]!.components[component] : undefined;
}

/** The lock with one component replaced; nothing else changes. */
export function withComponent(
  lock: LockFile,
  server: string,
  component: PinComponent,
  locked: LockedComponent,
): LockFile {
  const components = { ...(Object.hasOwn(lock.servers, server) ? lock.servers[server]!.components : {}) };
  components[component] = locked;
  return { ...lock, servers: { ...lock.servers, [server]: { components } } };
}

/** What makes two entries of a closure the same package: npm can have one name at several places. */
export function packageIdentity(one: Pick<LockedPackage, 'name' | 'path'>): string {
  return one.path ?? normalisePythonName(one.name);
}

/** Two packages may want two versions of one thing to be built with. */
export function builderIdentity({ name, version }: Pick<LockedPackage, 'name' | 'version'>): string {
  return `${normalisePythonName(name)} ${version}`;
}
