import type { RunLock } from '../engines/engine.ts';
import { type DeploymentContext, serverLabels, serverNames } from './context.ts';

/** Takes the run lock; when the engine loses it, `lost` is aborted and the run stops: somebody else may have it by then. */
export async function takeLock(context: DeploymentContext, image: string, lost: AbortController): Promise<RunLock> {
  const lock = await context.engine.lock(serverNames(context).lock, image, serverLabels(context));
  lock.lost?.addEventListener('abort', () => lost.abort(lock.lost?.reason));
  return lock;
}
