import { harmless, paint } from './paint.ts';

type Access = {
  readonly time: string;
  readonly id: string;
  readonly client: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly seconds: number;
  readonly route: string;
  readonly user: string;
};

/**
 * A line of the gateway's access log (templates/gateway/log.conf) for people: time, client, user, method and path, status,
 * seconds, route, id. Undefined for any other line.
 */
export function accessText(line: string): string | undefined {
  const access = parse(line);
  if (access === undefined) return undefined;
  const { time, id, client, method, path, status, seconds, route, user } = access;
  const colour = status >= 500 ? 'red' : status >= 400 ? 'yellow' : 'green';
  const words = [
    paint('dim', harmless(time)),
    harmless(client).padEnd(15),
    (user === '' ? '-' : harmless(user)).padEnd(10),
    `${harmless(method)} ${harmless(path)}`,
    paint(colour, String(status)),
    `${seconds.toFixed(3)} s`,
    route === '' ? '-' : harmless(route),
    paint('dim', harmless(id)),
  ];
  return words.join(' ');
}

function parse(line: string): Access | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const access = JSON.parse(line) as Partial<Record<keyof Access, unknown>>;
    const texts = [access.time, access.id, access.client, access.method, access.path, access.route, access.user];
    const isWhole = texts.every((value) => typeof value === 'string') && [access.status, access.seconds].every(Number.isFinite); // prettier-ignore
    return isWhole ? (access as Access) : undefined;
  } catch {
    return undefined;
  }
}
