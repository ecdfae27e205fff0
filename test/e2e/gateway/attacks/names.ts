import { askPlainly, askRaw } from '../support/client.ts';
import { askHttp2 } from '../support/http2-client.ts';
import type { World } from '../support/world.ts';
import { adminHeaders, type Attack, attacks } from './attack.ts';

/** What the gateway lets through in Admin's name although the request is not for it. */
function arrivals(world: World): string | undefined {
  const names = world.ibackend.seen.map(({ rawHeaders }) => rawHeaders[rawHeaders.indexOf('Host') + 1]);
  return names.length === 0 ? undefined : `the backend was asked as ${names.join()}`;
}

/** A request head of these lines with Admin's cookies, over HTTP/1. */
const asked =
  (...lines: readonly string[]): Attack['attempt'] =>
  async (world) => {
    const cookie = adminHeaders(world)['cookie'] ?? '';
    const head = [...lines, `Cookie: ${cookie}`, 'Connection: close', '', ''].join('\r\n');
    const answer = await askRaw(world.gateway.https, head);
    if (!/^HTTP\/1\.1 (200|400|421) /.test(answer)) throw new Error(answer.slice(0, 200));
    return arrivals(world);
  };

/** The same over HTTP/2, whose connection was opened for the gateway's own name. */
const askedHttp2 =
  (headers: Readonly<Record<string, string>>): Attack['attempt'] =>
  async (world) => {
    const cookie = adminHeaders(world)['cookie'] ?? '';
    const { status } = await askHttp2(world.gateway.https, { ':path': '/iapi/', cookie, ...headers });
    if (![200, 400, 421].includes(status)) throw new Error(String(status));
    return arrivals(world);
  };

export const nameAttacks: readonly Attack[] = attacks('any-host', {
  'a name of somebody else': asked('GET /iapi/ HTTP/1.1', 'Host: evil.example'),
  'a name that only ends like this one': asked('GET /iapi/ HTTP/1.1', 'Host: evil-new.example.org'),
  'a name that only begins like this one': asked('GET /iapi/ HTTP/1.1', 'Host: new.example.org.evil.example'),
  'a name in which the dot is another character': asked('GET /iapi/ HTTP/1.1', 'Host: new-example.org'),
  'a name behind a port': asked('GET /iapi/ HTTP/1.1', 'Host: evil.example:443'),
  'no name, by HTTP/1.0': asked('GET /iapi/ HTTP/1.0'),
  'a name of somebody else in an absolute request line': asked(
    'GET https://evil.example/iapi/ HTTP/1.1',
    'Host: new.example.org',
  ),
  'a name of somebody else beside an absolute request line': asked(
    'GET https://new.example.org/iapi/ HTTP/1.1',
    'Host: evil.example',
  ),
  'a name of somebody else by HTTP/2, on a connection for this one': askedHttp2({ ':authority': 'evil.example' }),
  'a redirect to a name of somebody else, by plain http': async (world) => {
    const { status, location } = await askPlainly(world.gateway.http, '/', { host: 'evil.example' });
    if (status !== 307 && status !== 421) throw new Error(String(status));
    return location === undefined ? undefined : `sent to ${location}`;
  },
});
