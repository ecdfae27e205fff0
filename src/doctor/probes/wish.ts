import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

import { orAborted } from '../../legacy/reach.ts';
import { isThisBox } from '../../stack/this-box.ts';
import type { Server } from '../../workspace/server.ts';
import type { Probe } from '../facts.ts';

const megabyte = 1024 ** 2;
/** Measured with upstream's real code (domain.md section 4), RabbitMQ and gateway with ours. */
const used = {
  frontend: 60,
  backend: 300,
  ibackend: 300,
  worker: 380,
  rabbitmq: 115,
  gateway: 60,
  system: 400,
} as const;

export const wish: Probe<'wish'> = {
  title: 'resolve the name of the gateway',
  patience: ({ timeout }) => timeout + 1,
  look: async ({ server, timeout }) => {
    const resolve = async (name: string): Promise<readonly string[]> => {
      if (isIP(name) !== 0) return [name];
      const found = await orAborted(lookup(name, { all: true }), AbortSignal.timeout(timeout * 1000)).catch(() => []);
      return found.map(({ address }) => address);
    };
    if (server === undefined) return { memory: memoryOf(undefined), gatewayAddresses: [], far: [] };
    const { legacy, database } = server;
    const places = [
      { name: legacy?.ip ?? legacy?.dns, what: 'the legacy' },
      { name: database.host, what: 'SQL Server' },
    ];
    const far = await Promise.all(
      places.map(async ({ name, what }) =>
        name === undefined || isThisBox(name) ? [] : (await resolve(name)).map((address) => ({ address, what })),
      ),
    );
    return { server, memory: memoryOf(server), gatewayAddresses: await resolve(server.gateway.dns), far: far.flat() };
  },
};

/** Web services run twice while a deploy goes on; workers never. */
function memoryOf(server: Server | undefined): number {
  const has = (name: 'frontend' | 'backend' | 'ibackend'): number =>
    server === undefined ? Number(name !== 'ibackend') : Number(server.components[name] !== undefined);
  const web = has('frontend') * used.frontend + has('backend') * used.backend + has('ibackend') * used.ibackend;
  const workers = server === undefined ? 1 : (server.components.worker?.replicas ?? 0);
  return (2 * web + workers * used.worker + used.rabbitmq + used.gateway + used.system) * megabyte;
}
