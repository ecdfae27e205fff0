import type { Generation } from '../modules/generation.ts';

/** What differs between upstream releases when their images are started, configured and probed. */
export type GenerationFacts = {
  /** DB_ENGINE: the Django driver for SQL Server that the image holds. */
  readonly databaseEngine: 'sql_server.pyodbc' | 'mssql';
  /** DB_DEFAULT: which set of database settings applies; absent: there is only one. */
  readonly databaseDefault?: 'MSSQL' | 'mssql';
  /** SCHEDULER_AUTOSTART is read: any text, even "False", starts the scheduler inside that process. */
  readonly scheduler: boolean;
  /** CHANNELS_HOST is an AMQP address. From 24.04 channels are off unless CHANNELS_BACKEND names Redis. */
  readonly channelsOverAmqp: boolean;
  /** SITE_URL is read: the base of absolute links. */
  readonly siteUrl: boolean;
  /** Variable with the address of the React application, for links in mails. */
  readonly frontendUrl?: 'FRONTENT_URL' | 'FRONTEND_URL';
  /** DJANGO_LOG_HANDLER is read; its default before 24.04 is a file inside the container. */
  readonly logHandler: boolean;
  /** MODE is read; only exactly PROD hardens. */
  readonly mode: boolean;
  readonly csrfTrustedOrigins: boolean;
  /** Upstream's server believes X-Forwarded-* when they come from the gateway. */
  readonly trustsProxy: boolean;
  /** Accept header of the periodic probe of /<root>/graphql. */
  readonly probeAccept: 'text/html' | 'application/json';
  /** Path of upstream's own health page. It writes and deletes a row per call, so it is asked once after a start. */
  readonly healthPage?: string;
  /** `serve`: Node's static server on port 5000 below /; `nginx`: port 80 below /front. */
  readonly frontend: 'serve' | 'nginx';
  /** Variables that the nginx image's entrypoint substitutes and that have no default in the image. */
  readonly frontendVariables: Readonly<Record<string, string>>;
  /** Path that the React application was compiled to call. */
  readonly apiBase: '/iapi' | '/api';
};

// be = openimis-be_py, fe = openimis-fe_js; tag:path. Each generation is the one before plus what changed.

/** be v1.0.0:openIMIS/openIMIS/settings.py (DB_ENGINE), urls.py (no /ht/); fe v1.0.0:Dockerfile, fe-core 1.0 (/iapi). */
const v1_0 = {
  databaseEngine: 'sql_server.pyodbc',
  scheduler: false,
  channelsOverAmqp: false,
  siteUrl: false,
  logHandler: false,
  mode: false,
  csrfTrustedOrigins: false,
  trustsProxy: false,
  probeAccept: 'text/html',
  frontend: 'serve',
  frontendVariables: {},
  apiBase: '/iapi',
} as const satisfies GenerationFacts;

/** be v1.1.0:openIMIS/openIMIS/settings.py: django-health-check; urls.py: /ht/ at the root, not under SITE_ROOT. */
const v1_1 = {
  ...v1_0,
  probeAccept: 'application/json',
  healthPage: '/ht/?format=json',
} as const satisfies GenerationFacts;

/** be v1.2.1:settings.py: SCHEDULER_AUTOSTART (its `start` sets it in every container), CHANNELS_HOST. */
const v1_2 = { ...v1_1, scheduler: true, channelsOverAmqp: true } as const satisfies GenerationFacts;

/** be v1.3.0:settings.py: SITE_URL(). fe v1.3.0:Dockerfile: CMD is the development server, so `serve` is named by us. */
const v1_3 = { ...v1_2, siteUrl: true } as const satisfies GenerationFacts;

/** be v1.4.1:settings.py: DJANGO_LOG_HANDLER, FRONTEND_URL read from the misspelt FRONTENT_URL. fe-core 1.4: /api. */
const v1_4 = {
  ...v1_3,
  logHandler: true,
  frontendUrl: 'FRONTENT_URL',
  apiBase: '/api',
} as const satisfies GenerationFacts;

/** be v1.5.0:settings.py: mssql-django, "sql_server.pyodbc is deprecated"; FRONTEND_URL spelt right. */
const v1_5 = { ...v1_4, databaseEngine: 'mssql', frontendUrl: 'FRONTEND_URL' } as const satisfies GenerationFacts;

/** fe 23.04:Dockerfile: nginx on 80 and 443; script/entrypoint.sh compares FORCE_RELOAD as a number. */
const v23_04 = {
  ...v1_5,
  frontend: 'nginx',
  frontendVariables: { FORCE_RELOAD: '0' },
} as const satisfies GenerationFacts;

/** be 23.10:script/entrypoint.sh: `start` migrates when SCHEDULER_AUTOSTART is empty; we never call it. */
const v23_10 = v23_04;

/**
 * be 24.04:settings.py: DB_DEFAULT is PSQL unless MSSQL, DB_ENGINE has no default, MODE; server.py: trusted_proxy.
 * fe 24.04:conf/locations/opensearch.loc: an unset OPENSEARCH_BASIC_TOKEN stays a variable that nginx does not know.
 */
const v24_04 = {
  ...v23_10,
  databaseDefault: 'MSSQL',
  channelsOverAmqp: false,
  mode: true,
  trustsProxy: true,
  frontendVariables: { FORCE_RELOAD: '0', OPENSEARCH_BASIC_TOKEN: '' },
} as const satisfies GenerationFacts;

/** be release/24.10:settings.py: DB_DEFAULT in lower case, CSRF_TRUSTED_ORIGINS. */
const v24_10 = { ...v24_04, databaseDefault: 'mssql', csrfTrustedOrigins: true } as const satisfies GenerationFacts;

export const generationFacts: Readonly<Record<Generation, GenerationFacts>> = {
  '1.0': v1_0,
  '1.1': v1_1,
  '1.2': v1_2,
  '1.3': v1_3,
  '1.4': v1_4,
  '1.5': v1_5,
  '23.04': v23_04,
  '23.10': v23_10,
  '24.04': v24_04,
  '24.10': v24_10,
};

/** Port of the frontend image (fe:Dockerfile, conf/openimis.conf). */
export function frontendPort(facts: GenerationFacts): number {
  return facts.frontend === 'nginx' ? 80 : 5000;
}

/** Port of the backend image (be:openIMIS/server.py). */
export const backendPort = 8000;
