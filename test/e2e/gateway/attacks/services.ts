import { askPlainly } from '../support/client.ts';
import { adminHeaders, arrived, type Attack, attacks } from './attack.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const login = 'txtUserName=admin&txtPassword=admin123&btnLogin=Login';

/** A login by plain http, through the path of the phones. */
const loggedIn =
  (path: string): Attack['attempt'] =>
  async (world) => {
    const { status } = await askPlainly(world.gateway.http, path, form, login);
    if (![200, 302, 307, 308, 400, 403].includes(status)) throw new Error(`${path}: ${status}`);
    const [seen] = world.legacy.seen;
    return seen === undefined ? undefined : `the legacy was asked for ${seen.url} by plain http`;
  };

/** A file of the legacy that is for nobody. */
const shown =
  (path: string): Attack['attempt'] =>
  async (world) => {
    const { status } = await askPlainly(world.gateway.http, path);
    if (![200, 302, 307, 403].includes(status)) throw new Error(`${path}: ${status}`);
    return world.legacy.seen.length === 0 ? undefined : `the legacy was asked for ${path}`;
  };

export const serviceAttacks: readonly Attack[] = [
  ...attacks(
    'services-anywhere',
    Object.fromEntries(
      [
        '/rest/..%5cDefault.aspx',
        '/rest/..%2fDefault.aspx',
        '/rest/%2e%2e/Default.aspx',
        '/rest/..;/Default.aspx',
        '/rest/.%2e%5cDefault.aspx',
        '/rest/%252e%252e/Default.aspx',
        '/rest/x/..%5C..%5CDefault.aspx',
        '/rest/(S(x))/..%5cDefault.aspx',
        '/rest/x/../../Default.aspx',
        '/rest/Default.aspx',
      ].map((path) => [`a login by plain http at ${path}`, loggedIn(path)]),
    ),
  ),
  ...attacks(
    'services-show-all',
    Object.fromEntries(
      ['/rest/web.config', '/REST/bin/x.dll', '/rest/x.bak', '/rest/.git/config'].map((path) => [
        `a phone at ${path}`,
        shown(path),
      ]),
    ),
  ),
  ...attacks('services-carry-cookies', {
    'a session of somebody, carried to the legacy by plain http': async (world) => {
      await askPlainly(world.gateway.http, '/rest/echo', adminHeaders(world));
      const [seen] = world.legacy.seen;
      if (seen === undefined) throw new Error('the legacy was not asked');
      const told = arrived(seen.rawHeaders, 'cookie').join();
      return told === '' ? undefined : told.slice(0, 40);
    },
    'a session that the legacy opens by plain http': async (world) => {
      world.legacy.everything = (response) =>
        response.writeHead(200, { 'set-cookie': 'ASP.NET_SessionId=abc; path=/' }).end('x');
      const { status, setCookies } = await askPlainly(world.gateway.http, '/rest/login', form, login);
      if (status !== 200) throw new Error(String(status));
      return setCookies[0];
    },
  }),
  ...attacks('services-pass-names', {
    'the secret header by plain http': async (world) => {
      await askPlainly(world.gateway.http, '/rest/echo', { [world.identityHeader]: 'Admin', 'remote-user': 'Admin' });
      const [seen] = world.legacy.seen;
      if (seen === undefined) throw new Error('the legacy was not asked');
      return seen.rawHeaders.includes('Admin') ? 'the legacy was told Admin' : undefined;
    },
  }),
];
