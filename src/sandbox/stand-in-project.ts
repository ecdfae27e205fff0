import { stringify } from 'yaml';

import type { RenderedProject } from '../rendering/rendered.ts';
import { label } from '../stack/labels.ts';

export const sandboxProject = 'openimis-sandbox';

/** Does a Compose project belong to the sandbox? */
export function isSandboxProject(name: string | undefined): name is string {
  return name === sandboxProject || (name?.startsWith(`${sandboxProject}-`) ?? false);
}

export type StandInPlan = {
  readonly image: string;
  readonly workspace: string;
  readonly ports: { readonly legacy: number; readonly database: number };
  /** 127.0.0.1 and the address that `host-gateway` stands for (docker0). */
  readonly addresses: readonly string[];
  readonly legacyVersion: string;
  readonly database: { readonly name: string; readonly user: string };
};

/** Environment variables that carry the sandbox's secrets to Compose. */
export const standInSecrets = {
  databasePassword: 'OPENIMIS_SANDBOX_DATABASE_PASSWORD',
  userPassword: 'OPENIMIS_SANDBOX_USER_PASSWORD',
} as const;

/** What says that a stand-in answers. */
const health = {
  'stand-in-legacy': ['curl', '-fsS', '-o', '/dev/null', 'http://127.0.0.1:8080/Images/logo.png'],
  'stand-in-sql-server': ['bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/1433'],
} as const;

/** The Compose project of the two stand-ins: the legacy site and SQL Server's protocol. */
export function standInProject(plan: StandInPlan): RenderedProject {
  const labels = (component: string): Record<string, string> => ({
    [label.workspace]: plan.workspace,
    [label.server]: 'sandbox',
    [label.component]: component,
    [label.sandbox]: 'true',
  });
  const service = (
    component: keyof typeof health,
    role: string,
    port: number,
    containerPort: number,
    environment: Record<string, string>,
  ) => ({
    image: plan.image,
    entrypoint: ['node', '/app/stand-ins.mjs'],
    command: [role],
    init: true,
    restart: 'unless-stopped',
    labels: labels(component),
    environment,
    ports: plan.addresses.map((host) => ({
      target: containerPort,
      published: String(port),
      host_ip: host,
      protocol: 'tcp',
    })),
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
    mem_limit: '256m',
    healthcheck: {
      test: ['CMD', ...health[component]],
      interval: '2s',
      timeout: '3s',
      retries: 5,
      start_period: '30s',
    },
  });
  const database = {
    ...service('stand-in-sql-server', 'sql-server', plan.ports.database, 1433, {
      SQL_SERVER_DATABASE: plan.database.name,
      SQL_SERVER_USER: plan.database.user,
      SQL_SERVER_PASSWORD_FILE: '/run/secrets/database_password',
      SQL_SERVER_TABLES: 'modular',
    }),
    secrets: ['database_password'],
  };
  const legacy = {
    ...service('stand-in-legacy', 'legacy-site', plan.ports.legacy, 8080, {
      LEGACY_VERSION: plan.legacyVersion,
      LEGACY_PASSWORD_FILE: '/run/secrets/user_password',
    }),
    secrets: ['user_password'],
  };
  const compose = {
    name: sandboxProject,
    services: { 'legacy-site': legacy, 'sql-server': database },
    networks: { default: { labels: labels('stand-ins') } },
    secrets: {
      database_password: { environment: standInSecrets.databasePassword },
      user_password: { environment: standInSecrets.userPassword },
    },
  };
  return { name: sandboxProject, compose: stringify(compose), secretVariables: Object.values(standInSecrets) };
}
