import type { Registries } from '../modules/registries/open-registries.ts';
import type { CommandRequest } from './base-command.ts';
import { type RegistryFlags, withRegistries } from './registry-flags.ts';
import { taskList } from './task-list.ts';

/** Shows that registries are being asked, and how far that is, while `use` does it. */
export async function askRegistries<T>(
  { flags, mode, signal }: Pick<CommandRequest<RegistryFlags>, 'flags' | 'mode' | 'signal'>,
  use: (registries: Registries, progress: (done: number, all: number) => void) => Promise<T>,
): Promise<T> {
  const list = await taskList(
    [{ id: 'ask', title: flags.offline ? 'read what is known' : 'ask the registries' }],
    mode,
  );
  const { events } = list;
  try {
    events.started('ask');
    const result = await withRegistries(flags, signal, (registries) =>
      use(registries, (done, all) => events.progress('ask', `${done} of ${all}`)),
    );
    events.done('ask');
    return result;
  } catch (error) {
    events.failed('ask', error instanceof Error ? error.message : 'failed');
    throw error;
  } finally {
    await list.end();
  }
}
