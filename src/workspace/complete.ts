import { isIP } from 'node:net';

import { Failure } from '../failure.ts';
import { type Generation, since } from '../modules/generation.ts';
import { releaseGeneration } from '../modules/release-names.ts';
import { defaults } from './defaults.ts';
import { findServer } from './parse.ts';
import type { ServerConfig, WorkspaceConfig } from './schema.ts';
import type { ComponentName, ComponentSettings, Database, GatewaySettings, Legacy, Server } from './server.ts';

/** A value that a deployment needs and the file does not give; everything a prompt or an error needs to ask for it. */
export type MissingValue = {
  /** Below the server: `database.user`. */
  readonly path: string;
  readonly flag: string;
  readonly variable: string;
  readonly question: string;
  /** Where the answer is found. */
  readonly where: string;
};

const askable = {
  'legacy.ip': [
    'Address of the legacy',
    'the Windows server: ipconfig; LEGACY_IP in the wiki; 127.0.0.1 means this box',
  ],
  'database.host': [
    'Host of SQL Server',
    'SQL Server Configuration Manager on the Windows server; 127.0.0.1 means this box',
  ],
  'database.name': [
    'Name of the legacy database',
    'ImisConnectionString in web.config of the legacy; DATABASE_NAME in the wiki',
  ],
  'database.user': [
    'SQL Server login for the new applications',
    'your DBA; openimis init --grants prints how to make one',
  ],
  'gateway.dns': [
    'Name of the new entry point',
    'the host name that users will type and DNS leads here; NEW_DNS in the wiki',
  ],
  release: ['Upstream release', 'the release your scheme decided on, as in "1.1.0"'],
} as const;

/** What the server lacks before it can be rendered, in the order of the file. Throws SERVER_UNKNOWN. */
export function missingValues(config: WorkspaceConfig, name: string): readonly MissingValue[] {
  const { legacy, database, gateway, release, generation } = findServer(config, name);
  const missing: (keyof typeof askable)[] = [];
  // Without a legacy somebody else must say who the user is.
  if (legacy === undefined && gateway?.signOn !== 'application') missing.push('legacy.ip');
  if (legacy === undefined && gateway?.signOn === 'application' && database?.host === undefined)
    missing.push('database.host');
  if (database?.name === undefined) missing.push('database.name');
  if (database?.user === undefined) missing.push('database.user');
  if (gateway?.dns === undefined) missing.push('gateway.dns');
  if (release === undefined && generation === undefined) missing.push('release');
  return missing.map((path) => {
    const word = path.replace('.', '-');
    const [question, where] = askable[path];
    return { path, flag: `--${word}`, variable: `OPENIMIS_${word.replace('-', '_').toUpperCase()}`, question, where };
  });
}

/** Why the server cannot be run with Docker, when it is only catalogued. */
export function notDeployable(config: WorkspaceConfig, name: string): string | undefined {
  return findServer(config, name).notDeployable;
}

/**
 * What a server deploys when it does not list its components: one backend from 1.2 on, where upstream gave up the
 * separate `ibackend` (domain.md section 1).
 */
export function defaultComponents(generation: Generation): Readonly<Partial<Record<ComponentName, ComponentSettings>>> {
  const worker = { replicas: defaults.replicas };
  return since(generation, '1.2')
    ? { frontend: {}, backend: {}, worker }
    : { frontend: {}, ibackend: {}, backend: {}, worker };
}

/**
 * The server with every default filled in. Throws SERVER_UNKNOWN, and SERVER_INCOMPLETE naming each missing value with
 * its key and flag. Does not look at `notDeployable`.
 */
export function completeServer(config: WorkspaceConfig, name: string): Server {
  const server = findServer(config, name);
  const { release, assembly, odbc, subnet } = server;
  const database = completeDatabase(server);
  const gateway = completeGateway(server);
  const generation = release === undefined ? server.generation : releaseGeneration(release);
  const missing = missingValues(config, name);
  if (missing.length > 0 || database === undefined || gateway === undefined || generation === undefined)
    throw incomplete(name, missing);
  const legacy = completeLegacy(server);
  return {
    name,
    ...(legacy === undefined ? {} : { legacy }),
    database,
    gateway,
    ...(release === undefined ? {} : { release }),
    ...(assembly === undefined ? {} : { assembly }),
    ...(odbc === undefined ? {} : { odbc }),
    generation,
    components: completeComponents(server) ?? defaultComponents(generation),
    pins: server.pins ?? {},
    extra: server.extra ?? {},
    ...(subnet === undefined ? {} : { subnet }),
    healthInterval: server.healthInterval ?? defaults.healthInterval,
  };
}

function incomplete(name: string, missing: readonly MissingValue[]): Failure {
  const lines = missing.map(({ path, flag, question }) => `${question}: servers.${name}.${path}, or ${flag}`);
  const said =
    lines.length === 1 ? `lacks a value: ${lines[0]!}` : `lacks ${lines.length} values:\n  ${lines.join('\n  ')}`;
  return new Failure('SERVER_INCOMPLETE', `server ${name} ${said}`, [
    'write it into openimis.yaml, or give the flag',
    ...missing.map(({ flag, where }) => `${flag}: ${where}`),
  ]);
}

/** The legacy with its url; undefined when there is none, or nothing yet says where it is. */
export function completeLegacy({ legacy }: Pick<ServerConfig, 'legacy'>): Legacy | undefined {
  const host = legacy?.dns ?? legacy?.ip;
  if (legacy === undefined || host === undefined) return undefined;
  const url = legacy.url ?? `http://${isIP(host) === 6 ? `[${host}]` : host}/`;
  return { ...legacy, url: url.endsWith('/') ? url : `${url}/` };
}

function completeDatabase({ legacy, database }: ServerConfig): Database | undefined {
  const host = database?.host ?? legacy?.ip ?? legacy?.dns;
  if (database === undefined || host === undefined) return undefined;
  const { name, user, port = defaults.databasePort, encryption = defaults.encryption } = database;
  if (name === undefined || user === undefined) return undefined;
  return { ...database, host, port, name, user, encryption };
}

function completeGateway({ gateway }: ServerConfig): GatewaySettings | undefined {
  if (gateway?.dns === undefined) return undefined;
  const { http, https, certificate, signOn, idle, absolute, grace, keepOnLogin, home } = defaults;
  const session = { idle, absolute, grace, keepOnLogin, ...gateway.session };
  return { http, https, certificate, signOn, home, ...gateway, dns: gateway.dns, session };
}

function completeComponents({ components }: ServerConfig): Server['components'] | undefined {
  if (components?.worker === undefined) return components;
  return { ...components, worker: { replicas: defaults.replicas, ...components.worker } };
}
