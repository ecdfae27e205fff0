import { exitCodes } from '../failure.ts';
import type { PinComponent } from '../modules/package-name.ts';
import { outcomeOf, type Verification, verifyPins } from '../modules/verify/verify-pins.ts';
import type { CommandRequest } from './base-command.ts';
import { onlyComponent, pinSetOf, pinSources } from './pin-sets.ts';
import { withRegistries } from './registry-flags.ts';
import { chooseServer } from './session.ts';
import { taskList } from './task-list.ts';

type VerifyFlags = {
  readonly offline: boolean;
  readonly refresh: boolean;
  readonly 'allow-git': boolean;
  readonly component?: PinComponent | undefined;
};

/** Asks the registries for the pins of a server, a release or a file; the exit code says how it looks. */
export async function verify({
  folder,
  name,
  flags,
  mode,
  signal,
}: CommandRequest<VerifyFlags>): Promise<Verification> {
  const sources = pinSources(folder);
  const word = name ?? chooseServer((await sources.workspace()).config, undefined);
  const set = onlyComponent(await pinSetOf(word, sources), flags.component);
  const list = await taskList(
    [{ id: 'ask', title: flags.offline ? 'read what is known' : 'ask the registries' }],
    mode,
  );
  const { events } = list;
  try {
    events.started('ask');
    const verification = await withRegistries(flags, signal, (registries) =>
      verifyPins(set, {
        registries,
        allowGit: flags['allow-git'],
        progress: (done, all) => events.progress('ask', `${done} of ${all}`),
      }),
    );
    events.done('ask');
    const outcome = outcomeOf(verification);
    if (outcome !== 'ok') process.exitCode = outcome === 'problems' ? exitCodes.findings : exitCodes.unreachable;
    return verification;
  } catch (error) {
    events.failed('ask', error instanceof Error ? error.message : 'failed');
    throw error;
  } finally {
    await list.end();
  }
}
