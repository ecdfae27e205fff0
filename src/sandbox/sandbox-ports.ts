import type { Engine } from '../engines/engine.ts';
import { Failure } from '../failure.ts';
import type { SandboxPorts } from './sandbox-folder.ts';

/** First choice of each; the next free one is taken when somebody listens there. */
const preferred = { http: 8080, https: 8443, legacy: 8081, database: 14_330 } as const;
const tries = 50;

/** Ports of this box that nobody listens on. Throws PORT_TAKEN when a whole range is full. */
export async function freePorts(engine: Engine): Promise<SandboxPorts> {
  const candidates = Object.values(preferred).flatMap((first) => Array.from({ length: tries }, (_, n) => first + n));
  const taken = new Set((await engine.portOwners([...new Set(candidates)])).map(({ port }) => port));
  const pick = (first: number): number => {
    for (let port = first; port < first + tries; port++)
      if (!taken.has(port)) {
        taken.add(port);
        return port;
      }
    throw new Failure('PORT_TAKEN', `every port from ${first} to ${first + tries - 1} is taken on this box`, [
      'stop something that listens there: ss -ltnp',
    ]);
  };
  return {
    http: pick(preferred.http),
    https: pick(preferred.https),
    legacy: pick(preferred.legacy),
    database: pick(preferred.database),
  };
}
