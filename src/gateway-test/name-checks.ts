import type { GatewayCheck } from './check.ts';
import { ask, askRaw, type Door, type DoorRequest, hostHeader } from './door.ts';

/** A name that nobody can have (RFC 2606). */
const stranger = 'openimis-gateway-test.invalid';
/** A proxy in front may refuse in its own way. */
const refusals = [400, 403, 404, 421, 444];

const statusOf = (text: string): number => Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 444);

/** A page that this gateway has under its own name. */
const pageOf = ({ legacyPath }: Door): string => legacyPath ?? '/';

export const nameChecks: readonly GatewayCheck[] = [
  {
    id: 'unknown-host',
    title: 'a name that is not this server gets no page',
    why: 'a page elsewhere could lead its own name here and read what this server answers; links in mails could be made up',
    run: async (door) => {
      const path = pageOf(door);
      const plainly = async (what: string, asked: DoorRequest): Promise<{ what: string; status: number }> => ({
        what,
        status: (await ask(door, asked)).status,
      });
      const raw = async (what: string, bytes: string): Promise<{ what: string; status: number }> => ({
        what,
        status: statusOf(await askRaw(door, bytes)),
      });
      // Without this a gateway that refuses everybody would pass.
      const own = [
        await plainly(hostHeader(door), { path }),
        await plainly(`${hostHeader(door)} over http`, { path, plain: true }),
      ];
      const strange = [
        await plainly(stranger, { path, host: stranger }),
        await plainly(`${stranger} over http`, { path, host: stranger, plain: true }),
        await plainly(`${door.dns}.${stranger}`, { path, host: `${door.dns}.${stranger}` }),
        await raw('no name', `GET ${path} HTTP/1.0\r\n\r\n`),
        await raw(
          `${stranger} in the request line`,
          `GET https://${stranger}${path} HTTP/1.1\r\nHost: ${hostHeader(door)}\r\nConnection: close\r\n\r\n`,
        ),
      ];
      const wrong = [
        ...own.filter(({ status }) => refusals.includes(status)),
        ...strange.filter(({ status }) => !refusals.includes(status)),
      ];
      return {
        ok: wrong.length === 0,
        found:
          wrong.length === 0
            ? `${[...new Set(strange.map(({ status }) => status))].join(', ')} for ${strange.length} strange names`
            : wrong.map(({ what, status }) => `${status} for ${what}`).join('; '),
        expected: `421 for every name but ${door.dns} and gateway.otherNames, and a page for those`,
      };
    },
  },
];
