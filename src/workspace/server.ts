import type { Generation } from '../modules/generation.ts';
import type { OwnExtra, OwnPins } from '../modules/pins.ts';
import type { Odbc } from './odbc-rules.ts';
import type { RefusalName } from './refusal-names.ts';

/** Components that `openimis.yaml` may list; `rabbitmq` and `gateway` always follow from them. */
export const componentNames = ['frontend', 'backend', 'ibackend', 'worker'] as const;
export type ComponentName = (typeof componentNames)[number];

/** Components that carry pins of their own; the worker runs the backend's. */
export const pinnedComponents = ['frontend', 'backend', 'ibackend'] as const;
export type PinnedComponent = (typeof pinnedComponents)[number];

export type Login = { readonly user: string };

/**
 * How the gateway knows that the legacy is the legacy. verify: by a certificate authority; pin: by this one certificate;
 * insecure: not at all, the connection is encrypted only; none: plain http.
 */
export const legacyTls = ['verify', 'pin', 'insecure', 'none'] as const;
export type LegacyTls = (typeof legacyTls)[number];

export type Legacy = {
  /** Host name as users type it; sent as `Host`. */
  readonly dns?: string;
  /** Address that the gateway connects to; 127.0.0.1 means "this box". */
  readonly ip?: string;
  /** Scheme, host, port and virtual directory of the legacy site, always ending in `/`. */
  readonly url: string;
  /** As written; default: verify for https, nothing for http. */
  readonly tls?: LegacyTls;
  /** PEM; with `tls: pin`. */
  readonly certificate?: string;
};

export type Database = {
  /** Defaults to `legacy.ip`, then `legacy.dns`; 127.0.0.1 means "this box". */
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly user: string;
  readonly encryption: 'required' | 'optional';
  readonly migrate?: Login;
  readonly doctor?: Login;
};

/** Where the gateway's certificate comes from. */
export const certificateSources = ['self-signed', 'files', 'acme'] as const;
export type CertificateSource = (typeof certificateSources)[number];

export type AcmeSettings = {
  readonly agreeToTerms: true;
  readonly email?: string;
  /** URL of the authority's directory. */
  readonly directory?: string;
  /** PEM certificates that vouch for the directory. */
  readonly directoryCa?: string;
};

export type GatewaySettings = {
  readonly dns: string;
  /** Host names and addresses that the gateway answers to besides `dns`. */
  readonly otherNames?: readonly string[];
  readonly http: number;
  readonly https: number;
  /** Interface to publish on; default: all. */
  readonly address?: string;
  readonly certificate: CertificateSource;
  /** What `certificate: acme` needs. */
  readonly acme?: AcmeSettings;
  readonly signOn: 'legacy' | 'application';
  readonly guessing?: {
    readonly perAddress?: number;
    readonly site?: number;
    readonly window?: number;
    readonly offices?: readonly string[];
  };
  readonly refusalsOff?: readonly RefusalName[];
  readonly photoFolders?: readonly string[];
  readonly trustedProxies?: readonly string[];
  /** Legacy pages (`/Claim.aspx`, below the virtual directory) that lead to their successor. */
  readonly cutover?: Readonly<Record<string, Cutover>>;
  readonly audit?: Partial<AuditLimits>;
  readonly services?: ServiceSettings;
  /** A port on which the legacy itself, from `legacy.ip`, calls the new GraphQL for a user that it names. */
  readonly legacyCalls?: { readonly port: number };
  readonly session: SessionSettings;
  /** What Home.aspx of the legacy shows to who is signed on: itself, or the new pages. */
  readonly home: 'legacy' | 'front';
  readonly api?: {
    /** Who checks credentials on /api. Default: the gateway (basic) up to 1.3, the application from 1.4 on. */
    readonly auth?: 'basic' | 'application';
    /** Django's own administration pages. Default: closed. */
    readonly admin?: 'closed' | 'open';
  };
};

/** What phones and programs of the legacy ask for by plain http, without cookies. */
export type ServiceSettings = {
  /** `/rest/`, with everything below it. */
  readonly paths: readonly string[];
  /** Plain http gets 308 to https (default), or is answered. */
  readonly http?: 'redirect' | 'keep';
  /** Only under this name. */
  readonly host?: string;
  /** Also on this published port, always by plain http. */
  readonly port?: number;
};

/** How long a sign-on lasts. Minutes. */
export type SessionSettings = {
  /** Without doing anything; the legacy's own limit usually comes first. */
  readonly idle: number;
  /** Since the login. */
  readonly absolute: number;
  /** Since the last confirmation, while the legacy as a whole does not answer. */
  readonly grace: number;
  /** The login goes to the legacy with the visitor's session cookie: only for a legacy that accepts none without. */
  readonly keepOnLogin: boolean;
};

export type Cutover = {
  /** A path of the new pages: `/front/claim/healthFacilities`. */
  readonly to: string;
  /** Only these signed-on users; upper and lower case are the same. Default: everybody. */
  readonly users?: readonly string[];
};

export type AuditLimits = { readonly days: number; readonly megabytes: number };

export type ComponentSettings = {
  /** Image reference; without one the image is built from the pins (not yet possible). */
  readonly image?: string;
  /** Worker only. */
  readonly replicas?: number;
};

/** One side-by-side installation with every default filled in: what `stack/` is computed from. */
export type Server = {
  readonly name: string;
  readonly legacy?: Legacy;
  readonly database: Database;
  readonly gateway: GatewaySettings;
  readonly release?: string;
  /** Source of the assembly (openimis-be_py, openimis-fe_js) when it is not the release's. */
  readonly assembly?: string | { readonly backend?: string; readonly frontend?: string };
  /** ODBC driver of the backend images; absent: whatever a given image has. */
  readonly odbc?: Odbc;
  readonly generation: Generation;
  readonly components: Readonly<Partial<Record<ComponentName, ComponentSettings>>>;
  /** The server's own pins as written; `null` removes a module of the release's base set. */
  readonly pins: Readonly<Partial<Record<PinnedComponent, OwnPins>>>;
  /** Packages that modules import without declaring them. */
  readonly extra: Readonly<Partial<Record<PinnedComponent, OwnExtra>>>;
  /** Subnet of this server's networks (IPv4 /24, CIDR) when the operator chose it. */
  readonly subnet?: string;
  /** Seconds between two health checks of a container. */
  readonly healthInterval: number;
};

/**
 * Names of the secrets in `secrets/<server>.env`. All but the passwords are generated (>= 32 random bytes).
 * IDENTITY_HEADER is the secret name of the header that tells a backend who the user is.
 */
export const secretNames = [
  'DATABASE_PASSWORD',
  'DATABASE_MIGRATE_PASSWORD',
  'DATABASE_DOCTOR_PASSWORD',
  'DJANGO_SECRET_KEY',
  'RABBITMQ_PASSWORD',
  'IDENTITY_HEADER',
  'GATEWAY_SIGNING_KEY',
  /** API users (api-users.ts), `|` between them; empty: nobody may use /api by Basic Auth. */
  'API_USERS',
] as const;
export type SecretName = (typeof secretNames)[number];
export type Secrets = Readonly<Partial<Record<SecretName, string>>>;
