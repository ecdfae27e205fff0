import type { AuditLimits, CertificateSource, LegacyTls, SecretName } from '../workspace/server.ts';
import type { Protection } from './protection.ts';

/** Component words of the design: the application components plus the two that always exist. */
export type StackComponent = 'frontend' | 'backend' | 'ibackend' | 'worker' | 'rabbitmq' | 'gateway';

/** `iapp` exists so that backend and ibackend cannot open each other's port. */
export type NetworkName = 'web' | 'app' | 'iapp' | 'queue';

export type Network = {
  readonly name: NetworkName;
  /** Name on the engine: `<project>_<name>`. */
  readonly fullName: string;
  /** IPv4 CIDR, a /26 of the server's /24. */
  readonly subnet: string;
  /** Where dynamic addresses come from, so that they never meet the fixed ones. */
  readonly range: string;
  /** Address of the engine's box in this network. */
  readonly bridge: string;
  /** No way out of the box. */
  readonly internal: boolean;
};

/** An argument vector (no shell) that Docker runs inside the container; exit 0 = healthy. Seconds. */
export type Health = {
  readonly test: readonly string[];
  readonly interval: number;
  readonly timeout: number;
  readonly retries: number;
  readonly startPeriod: number;
};

export type PublishedPort = { readonly host: number; readonly container: number; readonly address?: string };

/** A file given to a container of a revision as a Compose config (never a secret): its text, or that of a template. */
export type FileMount = {
  readonly name: string;
  readonly target: string;
  readonly mode: number;
} & ({ readonly content: string } | { readonly template: string });

/**
 * /run/secrets/<secret>. Our entrypoint exports `env` = prefix + its content + suffix and then execs the image's own
 * entrypoint; without `env` the image reads the file itself.
 */
export type SecretMount = {
  readonly secret: SecretName;
  readonly env?: string;
  readonly prefix?: string;
  readonly suffix?: string;
};

type VolumeMount = { readonly volume: string; readonly target: string };

/** One Compose service as plain data; `rendering/compose.ts` prints it. */
export type Service = {
  readonly name: string;
  readonly component: StackComponent;
  readonly image: string;
  readonly hostname?: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly SecretMount[];
  readonly files: readonly FileMount[];
  readonly volumes: readonly VolumeMount[];
  readonly ports: readonly PublishedPort[];
  /** Fixed IPv4 address per network (a service with several replicas has none). */
  readonly networks: Readonly<
    Partial<Record<NetworkName, { readonly address?: string; readonly aliases?: readonly string[] }>>
  >;
  readonly extraHosts: Readonly<Record<string, string>>;
  readonly health: Health;
  readonly init: boolean;
  readonly replicas: number;
  /** Bytes. */
  readonly memory: number;
  /** Seconds between TERM and KILL. */
  readonly stopGrace: number;
  readonly stopSignal?: string;
  readonly user?: string;
  readonly tmpfs?: readonly string[];
  readonly readOnly?: boolean;
  readonly nofile?: number;
  readonly capabilities?: readonly string[];
};

export type Project = {
  /** Compose project name: `openimis-test` or `openimis-test-r7`. */
  readonly name: string;
  readonly services: readonly Service[];
  readonly networks: readonly Network[];
  /** True in a revision project: networks belong to the server's own project. */
  readonly networksAreExternal: boolean;
  readonly volumes: readonly string[];
};

/** What a path of the gateway leads to. Computed without legacy routes where there is no legacy. */
export type Route = {
  readonly name: 'legacy' | 'front' | 'iapi' | 'api' | 'photos' | 'logout' | 'keep-alive' | 'legacy-home' | 'health';
  readonly path: string;
  readonly target: 'legacy' | 'frontend' | 'backend' | 'ibackend' | 'gateway' | 'not-deployed';
  /** Who may use it: the signed-on user, a Basic Auth user, the application decides, anybody. */
  readonly access: 'signed-on' | 'basic' | 'application' | 'anybody';
  /** A signed-on browser that brings no credentials of the application's own is identified here too. */
  readonly signedOn?: true;
  /** Path prefix on the target when it differs (a lone backend with SITE_ROOT api serves /iapi/ too). */
  readonly targetPath?: string;
};

/** One of the eight address banks; revision N uses bank N mod 8. */
export type Bank = {
  readonly index: number;
  readonly frontend: { readonly address: string; readonly port: number };
  readonly backend: { readonly address: string; readonly port: number };
  readonly ibackend: { readonly address: string; readonly port: number };
};

export type LegacyTarget = {
  readonly scheme: 'http' | 'https';
  /** IPv4/IPv6 address, a name to resolve at run time, or `host.docker.internal` when the legacy is this box. */
  readonly connect: string;
  readonly connectIs: 'address' | 'name' | 'this-box';
  readonly port: number;
  /** Value of the Host header. */
  readonly host: string;
  /** Virtual directory, `/` or `/imis/`. */
  readonly path: string;
  /** How the legacy is known to be the legacy; default: verify for https, none for http. */
  readonly tls?: LegacyTls;
  /** PEM; with `tls: pin`. */
  readonly certificate?: string;
};

export type GatewayCutover = {
  /** `claim.aspx` */
  readonly page: string;
  readonly to: string;
  /** Lower case. */
  readonly users?: readonly string[];
};

export type CertificatePlan = {
  readonly source: CertificateSource;
  /** Only for `acme`. */
  readonly acme?: { readonly directory: string; readonly email?: string; readonly directoryCa?: string };
};

/** Everything the gateway's configuration is rendered from; strings reach nginx only as validated or as JSON data for Lua. */
export type GatewayPlan = {
  readonly server: string;
  readonly dns: string;
  /** What requests may name it: `dns` first, host names and addresses, in lower case. */
  readonly names: readonly string[];
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly certificate: CertificatePlan;
  readonly signOn: 'legacy' | 'application';
  /** Django's own pages below /api/admin and /iapi/admin. */
  readonly adminPages: 'closed' | 'open';
  readonly legacy?: LegacyTarget;
  readonly routes: readonly Route[];
  readonly banks: readonly Bank[];
  /** Cookie of the gateway: `__Host-openimis-<server>`. */
  readonly cookie: string;
  readonly protection: Protection;
  /** Legacy pages (lower case, without slash) that lead to their successor. */
  readonly cutover: readonly GatewayCutover[];
  readonly services?: ServicesPlan;
  readonly legacyCalls?: LegacyCallsPlan;
  readonly audit: AuditLimits;
  /** True for the sandbox: pages say that everything here is a stand-in. */
  readonly sandbox: boolean;
  readonly session: SessionLimits;
  /** What Home.aspx shows to who is signed on. */
  readonly home: 'legacy' | 'front';
};

/** What phones and programs of the legacy ask for by plain http. */
export type ServicesPlan = {
  /** Segments of each path, in lower case. */
  readonly paths: readonly (readonly string[])[];
  readonly http: 'redirect' | 'keep';
  readonly host?: string;
  /** Is one port more published for it? */
  readonly ownPort: boolean;
};

/** The legacy's own calls of the new GraphQL, on a listener of their own. */
export type LegacyCallsPlan = {
  /** The only address that is answered. */
  readonly from: string;
  readonly target: 'backend' | 'ibackend';
  /** `/api/graphql` */
  readonly path: string;
};

/** Seconds. How long a sign-on lasts. */
export type SessionLimits = {
  /** Without doing anything. */
  readonly idle: number;
  /** Since the login. */
  readonly absolute: number;
  /** Since the last confirmation, while the legacy as a whole does not answer. */
  readonly grace: number;
  /** The login POST keeps the visitor's session cookie. */
  readonly keepOnLogin: boolean;
};

/** What one server has to run, as plain data. */
export type Stack = {
  readonly server: string;
  /** Id of the workspace, a label on everything. */
  readonly workspace: string;
  /** `openimis-<server>`, in the sandbox `openimis-sandbox-<server>`. */
  readonly project: string;
  readonly revision: number;
  readonly subnet: string;
  /** Hash over the pins, a label. */
  readonly pinsHash: string;
  /** Keyed hash of the secrets, a label: a changed secret makes a new revision. */
  readonly secretsHash: string;
  /** gateway and rabbitmq: live long. */
  readonly base: Project;
  /** frontend, ibackend, backend, worker of this revision. */
  readonly current: Project;
  /** `current` as it would be at revision 0: what a hash is computed over, so that the same deployment is recognised. */
  readonly unnumbered: Project;
  readonly gateway: GatewayPlan;
  /** Services of `current` in the order in which they may start: one backend first, then the rest, workers last. */
  readonly startOrder: readonly (readonly string[])[];
  /** Command in a backend, run once after its start; it writes and deletes one row (upstream's /ht/). None for 1.0. */
  readonly onceAfterStart: readonly { readonly service: string; readonly argv: readonly string[] }[];
};
