import { Failure } from '../failure.ts';
import type { Pin } from '../modules/pins.ts';
import type { DeploymentContext } from './context.ts';
import { observe } from './observe.ts';

/**
 * What a revision was deployed with, as the engine remembers it. Throws NOT_DEPLOYED when it remembers none, USAGE naming those
 * that it does, ENGINE_*.
 */
export async function revisionPins(context: DeploymentContext, revision: number): Promise<readonly Pin[]> {
  const { history = [] } = await observe(context);
  const { name } = context.server;
  if (history.length === 0)
    throw new Failure('NOT_DEPLOYED', `no revision of ${name} is known on ${context.engine.endpoint}`, [
      `openimis deploy ${name}`,
    ]);
  const record = history.find((one) => one.revision === revision);
  if (record === undefined)
    throw new Failure('USAGE', `${name} has no revision r${revision}`, [
      `revisions: ${history.map((one) => `${name}@r${one.revision}`).join(', ')}`,
    ]);
  if (record.pins === undefined)
    throw new Failure('USAGE', `r${revision} of ${name} was deployed without a list of its modules`, [
      'it is older than this openimis, or its run was cut at the start; name another revision',
    ]);
  return record.pins;
}
