import { capture, type CapturedComponent } from '../deployment/capture.ts';
import { readLock } from '../workspace/store/lock-store.ts';
import type { CommandRequest } from './base-command.ts';
import { withServerOnEngine } from './server-session.ts';

export type Captured = {
  readonly server: string;
  readonly components: readonly CapturedComponent[];
  /** Every component is locked and contains exactly that. */
  readonly asLocked: boolean;
};

/** `openimis versions capture`: what runs, and whether it is what openimis.lock.json says. */
export async function captureVersions(request: CommandRequest<object>): Promise<Captured> {
  return withServerOnEngine(request, async (context) => {
    const { lock } = await readLock(context.workspace.folder);
    const components = await capture(context, lock);
    const asLocked = components.every(({ drift }) => drift?.length === 0);
    return { server: context.server.name, components, asLocked };
  });
}
