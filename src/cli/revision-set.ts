import { join } from 'node:path';

import { readRecordedPins } from '../deployment/revision-record.ts';
import { revisionPins } from '../deployment/revision-pins.ts';
import { exitCodes, Failure } from '../failure.ts';
import type { PinComponent } from '../modules/package-name.ts';
import { pinComponents, type PinnedModule, type PinSet, readPin } from '../modules/pin-set.ts';
import type { Pin } from '../modules/pins.ts';
import { readTextFile } from '../workspace/store/files.ts';
import type { Workspace } from '../workspace/store/workspace-store.ts';
import { withContext } from './server-session.ts';

/**
 * What a revision was deployed with: the engine knows, and while it cannot be reached the copy on this machine (which the
 * set's name then says). Throws NOT_DEPLOYED, USAGE naming the revisions there are, ENGINE_*.
 */
export async function revisionSet(workspace: Workspace, server: string, revision: number): Promise<PinSet> {
  const name = `${server}@r${revision}`;
  try {
    return setOf(name, await withContext(workspace, server, (context) => revisionPins(context, revision)));
  } catch (error) {
    if (!(error instanceof Failure) || error.exitCode !== exitCodes.unreachable) throw error;
    const copy = await localPins(workspace, server, revision);
    if (copy === undefined) throw error;
    return setOf(`${name} (copy on this machine)`, copy);
  }
}

async function localPins(workspace: Workspace, server: string, revision: number): Promise<readonly Pin[] | undefined> {
  const file = join(workspace.folder, '.openimis', server, `r${revision}`, 'pins.json');
  return readRecordedPins((await readTextFile(file, 16 * 1024 * 1024, 'PINS_UNREADABLE'))?.text);
}

function setOf(name: string, pins: readonly Pin[]): PinSet {
  const components: Partial<Record<PinComponent, readonly PinnedModule[]>> = {};
  const extra: Partial<Record<PinComponent, readonly PinnedModule[]>> = {};
  for (const component of pinComponents) {
    const own = pins.filter((pin) => pin.component === component);
    if (own.length === 0) continue;
    components[component] = own.filter((pin) => pin.extra !== true).map(readPin);
    const more = own.filter((pin) => pin.extra === true).map(readPin);
    if (more.length > 0) extra[component] = more;
  }
  return { name, components, extra };
}
