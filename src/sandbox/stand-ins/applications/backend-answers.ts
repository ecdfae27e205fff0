import { randomBytes } from 'node:crypto';

import { notice } from '../notice.ts';
import type { BackendSettings } from './backend-settings.ts';
import type { ApplicationDatabase, DatabaseUser } from './database.ts';
import { applicationPage, tableOf } from './page.ts';

export type BackendAnswer = {
  readonly status: number;
  readonly type: 'application/json' | 'text/html; charset=utf-8';
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export const json = (status: number, value: unknown): BackendAnswer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
});
export const html = (status: number, body: string): BackendAnswer => ({
  status,
  type: 'text/html; charset=utf-8',
  body,
});

const what = 'In place of the backend of the modular openIMIS';

export const serverError = (): BackendAnswer => html(500, '<h1>Server Error (500)</h1>');
export const notFound = (): BackendAnswer =>
  html(404, applicationPage(what, 'Not found', '<p>There is no such page.</p>'));

/** GraphQL: only `{__typename}` has an answer for anybody; anything else wants a user. */
export function graphql(query: string | undefined, wantsHtml: boolean, user: DatabaseUser | undefined): BackendAnswer {
  if (query === undefined && wantsHtml)
    return html(
      200,
      applicationPage(what, 'GraphQL', '<p>Post a query here. This stand-in knows <code>{ __typename }</code>.</p>'),
    );
  if (query === undefined) return json(400, { errors: [{ message: 'Must provide query string.' }] });
  if (/^\s*(query\s*\w*\s*)?\{\s*__typename\s*\}\s*$/.test(query)) return json(200, { data: { __typename: 'Query' } });
  if (user === undefined) return json(200, { errors: [{ message: 'Unauthorized' }], data: null });
  return json(200, { errors: [{ message: notice }], data: null });
}

export function isModuleConfigurations(query: string | undefined): boolean {
  return query !== undefined && /^\s*(query\s*\w*\s*)?\{\s*moduleConfigurations\b/.test(query);
}

/** The modules' configurations, read from the database for anybody (domain.md, "Seen"); the stand-in has none. */
export async function moduleConfigurations(database: ApplicationDatabase): Promise<BackendAnswer> {
  try {
    await database.findUser('');
    return json(200, { data: { moduleConfigurations: [] } });
  } catch {
    const errors = [{ message: 'the database does not answer' }];
    return json(200, { errors, data: { moduleConfigurations: null } });
  }
}

/** `core/users/current_user/`: whom the identity header made you. */
export function currentUser(user: DatabaseUser | undefined): BackendAnswer {
  if (user === undefined) return json(403, { detail: 'Authentication credentials were not provided.' });
  return json(200, {
    id: user.id,
    username: user.loginName,
    i_user: {
      id: user.id,
      language: user.language,
      last_name: user.lastName,
      other_names: user.otherNames,
      health_facility_id: null,
    },
    t_user: null,
    stand_in: notice,
  });
}

/** `/ht/`: really writes and deletes a row of the database, as upstream's does. */
export async function healthPage(database: ApplicationDatabase, asJson: boolean): Promise<BackendAnswer> {
  const works = await database.writeAndDelete().then(
    () => 'working',
    () => 'unavailable: the database does not take the health check row',
  );
  const report = { DatabaseBackend: works, DefaultFileStorageHealthCheck: 'working' };
  const status = works === 'working' ? 200 : 500;
  return asJson
    ? json(status, report)
    : html(status, applicationPage(what, 'System status', tableOf(Object.entries(report))));
}

/** What this process was given: user, headers, database. The name of the identity header is a secret and stays hidden. */
export async function whoAmI(
  settings: BackendSettings,
  database: ApplicationDatabase,
  meta: ReadonlyMap<string, string>,
  user: DatabaseUser | undefined,
  asJson: boolean,
): Promise<BackendAnswer> {
  const login = await database.check();
  const headers = [...meta].map(([name, value]): readonly [string, string] => [
    name === settings.identityHeader ? 'the identity header (its name is a secret)' : headerName(name),
    name === 'HTTP_COOKIE' ? cookieNames(value) : value,
  ]);
  const { host, port, name, user: databaseUser } = settings.database;
  const report = {
    user: user === undefined ? null : { username: user.loginName, name: `${user.otherNames} ${user.lastName}` },
    siteRoot: settings.siteRoot,
    database: { host, port, name, user: databaseUser, ...login },
    headers: Object.fromEntries(headers),
    stand_in: notice,
  };
  if (asJson) return json(200, report);
  const reached = login.works
    ? `yes: logged in to ${login.database} at ${host}:${port} as ${databaseUser}, ${login.encrypted ? 'encrypted' : 'in clear'}`
    : `no: ${host}:${port} answered ${login.why}`;
  return html(
    200,
    applicationPage(
      what,
      'Who am I?',
      `${tableOf([
        ['You are', user === undefined ? 'nobody' : `${user.loginName} (${user.otherNames} ${user.lastName})`],
        ['Asked below', `/${settings.siteRoot}/`],
        ['Database reached', reached],
      ])}<h2>Headers of this request</h2>${tableOf(headers)}`,
    ),
  );
}

const headerName = (meta: string): string => meta.slice('HTTP_'.length).toLowerCase().replaceAll('_', '-');

/** Cookies are keys to sessions: only their names are shown. */
function cookieNames(header: string): string {
  return `names only: ${header
    .split(';')
    .map((pair) => pair.split('=')[0]?.trim() ?? '')
    .join(', ')}`;
}

/** Django opens a session for a header-identified request without one (domain.md, "Seen"). */
export function sessionCookie(): string {
  const days = 14;
  const id = randomBytes(16).toString('hex');
  const expires = new Date(Date.now() + days * 86_400_000).toUTCString();
  return `sessionid=${id}; expires=${expires}; HttpOnly; Max-Age=${days * 86_400}; Path=/; SameSite=Lax`;
}
