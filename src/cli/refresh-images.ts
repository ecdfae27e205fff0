import { refreshed } from '../images/refresh.ts';
import { withComponent } from '../modules/lock/lock.ts';
import { saveLock } from '../workspace/store/lock-store.ts';
import type { CommandRequest } from './base-command.ts';
import { type BuildFlags, buildLocked, type BuildOutcome } from './build-images.ts';

/** `openimis images refresh`: the lock names today only when every image is there. */
export async function refreshImages(request: CommandRequest<Omit<BuildFlags, 'estimate'>>): Promise<BuildOutcome> {
  const today = new Date().toISOString().slice(0, 10);
  const flags = { ...request.flags, estimate: false };
  const { outcome, stored, locks } = await buildLocked({ ...request, flags }, (locked) => refreshed(locked, today));
  if (!outcome.built) return outcome;
  const lock = locks.reduce(
    (file, { component, locked }) => withComponent(file, outcome.server, component, locked),
    stored.lock,
  );
  await saveLock(stored, lock);
  return outcome;
}
