import { Flags } from '@oclif/core';

import { Failure } from '../failure.ts';
import { valueProblem } from '../workspace/parse.ts';
import { componentNames } from '../workspace/server.ts';

const helpGroup = 'SERVER';
const text = (description: string, env: string) => Flags.string({ description, env: `OPENIMIS_${env}`, helpGroup });
const port = (description: string, env: string) =>
  Flags.integer({ description, env: `OPENIMIS_${env}`, helpGroup, min: 1, max: 65_535 });

/** Values of a server that exists; the wiki's names stay as aliases in the help. */
export const overridingFlags = {
  'legacy-ip': text('address of the legacy (wiki: LEGACY_IP); 127.0.0.1 means this box', 'LEGACY_IP'),
  'legacy-dns': text('name of the legacy as users type it (wiki: LEGACY_DNS)', 'LEGACY_DNS'),
  'legacy-url': text('address of the legacy site when it is not http://<dns or ip>/', 'LEGACY_URL'),
  'legacy-tls': Flags.string({
    description:
      'verify (default of https), pin: exactly the certificate it has now, insecure; none: plain http to another box is accepted',
    env: 'OPENIMIS_LEGACY_TLS',
    options: ['verify', 'pin', 'insecure', 'none'],
    helpGroup,
  }),
  'database-name': text('name of the legacy database (wiki: DATABASE_NAME)', 'DATABASE_NAME'),
  'database-user': text('login of SQL Server for the new applications', 'DATABASE_USER'),
  'database-host': text('host of SQL Server; default: the legacy address', 'DATABASE_HOST'),
  'database-port': port('port of SQL Server; default: 1433', 'DATABASE_PORT'),
  'database-encryption': Flags.string({
    description: 'required: refuse a server without TLS; optional: allow it',
    env: 'OPENIMIS_DATABASE_ENCRYPTION',
    options: ['required', 'optional'],
    helpGroup,
  }),
  'gateway-dns': text('name of the new entry point as users will type it (wiki: NEW_DNS)', 'GATEWAY_DNS'),
  'gateway-http': port('port for http; default: 80', 'GATEWAY_HTTP'),
  'gateway-https': port('port for https; default: 443', 'GATEWAY_HTTPS'),
  'gateway-address': text('interface of this box to listen on (wiki: NEW_IP); default: all', 'GATEWAY_ADDRESS'),
  'sign-on': Flags.string({
    description: 'legacy: the legacy login is carried over; application: the new application has its own login',
    env: 'OPENIMIS_SIGN_ON',
    options: ['legacy', 'application'],
    helpGroup,
  }),
  release: text('upstream release, e.g. 1.1.0', 'RELEASE'),
  subnet: text('IPv4 /24 for the networks of this server; default: a free one is chosen', 'SUBNET'),
  image: Flags.string({
    description: 'image of a component, e.g. backend=registry.example.org/openimis-be:1.1.0 (repeat for each)',
    multiple: true,
    helpGroup,
  }),
};

/** The same, and where to start from: what `init` and `deploy` take. */
export const serverFlags = {
  from: Flags.string({
    description:
      'start from a known server of the catalogue, and take its name unless one is given: demo, test, qa, release',
    env: 'OPENIMIS_FROM',
    helpGroup,
  }),
  ...overridingFlags,
  'legacy-certificate-file': text(
    'with --legacy-tls pin: the certificate (PEM) instead of asking the legacy',
    'LEGACY_CERTIFICATE_FILE',
  ),
  'legacy-fingerprint': text(
    'with --legacy-tls pin: its SHA-256 fingerprint, instead of confirming it',
    'LEGACY_FINGERPRINT',
  ),
};

export const databasePasswordFlags = {
  'database-password-file': Flags.string({
    description: 'file that holds the password of the SQL Server login',
    env: 'OPENIMIS_DATABASE_PASSWORD_FILE',
    helpGroup,
  }),
  'database-password-stdin': Flags.boolean({
    description: 'read that password from standard input (or set OPENIMIS_DATABASE_PASSWORD)',
    helpGroup,
  }),
};

export type ServerFlagValues = {
  readonly [K in Exclude<keyof typeof serverFlags, 'image' | `${string}-port` | 'gateway-http' | 'gateway-https'>]?:
    string | undefined;
} & {
  readonly image?: readonly string[] | undefined;
  readonly 'database-port'?: number | undefined;
  readonly 'gateway-http'?: number | undefined;
  readonly 'gateway-https'?: number | undefined;
};

/** A value at a path below `servers.<name>`. */
export type ServerValue = { readonly path: readonly string[]; readonly value: string | number };

const paths: Readonly<Record<string, readonly string[]>> = {
  'legacy-ip': ['legacy', 'ip'],
  'legacy-dns': ['legacy', 'dns'],
  'legacy-url': ['legacy', 'url'],
  'legacy-tls': ['legacy', 'tls'],
  'database-name': ['database', 'name'],
  'database-user': ['database', 'user'],
  'database-host': ['database', 'host'],
  'database-port': ['database', 'port'],
  'database-encryption': ['database', 'encryption'],
  'gateway-dns': ['gateway', 'dns'],
  'gateway-http': ['gateway', 'http'],
  'gateway-https': ['gateway', 'https'],
  'gateway-address': ['gateway', 'address'],
  'sign-on': ['gateway', 'signOn'],
  release: ['release'],
  subnet: ['subnet'],
};

/** Flags that were given, as values of openimis.yaml, in the order of the file. */
export function valuesOf(flags: ServerFlagValues): readonly ServerValue[] {
  const given = flags as Readonly<Record<string, unknown>>;
  const values = Object.entries(paths).flatMap(([flag, path]): ServerValue[] => {
    const value = given[flag];
    return typeof value === 'string' || typeof value === 'number' ? [{ path, value }] : [];
  });
  return [...values, ...(flags.image ?? []).map(imageValue)];
}

/** The same, each refused by its flag's name when it cannot be: the file may not be there yet. Throws USAGE. */
export function checkedValues(flags: ServerFlagValues): readonly ServerValue[] {
  const values = valuesOf(flags);
  for (const { path, value } of values) {
    const problem = valueProblem(path.join('.'), String(value));
    if (problem === undefined) continue;
    const flag = Object.keys(paths).find((name) => paths[name]?.join('.') === path.join('.')) ?? `image ${path[1]}`;
    throw new Failure('USAGE', `--${flag} ${JSON.stringify(String(value).slice(0, 80))} ${problem}`, [
      'correct it (a variable OPENIMIS_... may have set it), then run the same command again; nothing was written',
    ]);
  }
  return values;
}

function imageValue(given: string): ServerValue {
  const at = given.indexOf('=');
  const component = given.slice(0, Math.max(0, at));
  const known: readonly string[] = componentNames;
  if (!known.includes(component) || at === given.length - 1)
    throw new Failure(
      'USAGE',
      `--image ${given.slice(0, 80)}: it must be COMPONENT=REFERENCE with one of ${componentNames.join(', ')}`,
      ['--image backend=registry.example.org/openimis-be:1.1.0'],
    );
  return { path: ['components', component, 'image'], value: given.slice(at + 1) };
}
