import { exitCodes } from '../failure.ts';
import { outdatedPins, type PinAge } from '../modules/outdated/outdated-pins.ts';
import type { PinComponent } from '../modules/package-name.ts';
import { askRegistries } from './ask-registries.ts';
import type { CommandRequest } from './base-command.ts';
import { namedPins } from './pin-sets.ts';
import type { RegistryFlags } from './registry-flags.ts';

type OutdatedFlags = RegistryFlags & {
  readonly component?: PinComponent | undefined;
  readonly pre: boolean;
  readonly 'exit-code': boolean;
};

export type Outdated = { readonly name: string; readonly pins: readonly PinAge[] };

/** What is newer than the pins of a server, a release or a file. */
export async function outdated(request: CommandRequest<OutdatedFlags>): Promise<Outdated> {
  const set = await namedPins(request);
  const { pre, 'exit-code': exitCode } = request.flags;
  const pins = await askRegistries(request, (registries, progress) =>
    outdatedPins(set, { registries, preReleases: pre, progress }),
  );
  if (exitCode && pins.some(({ state }) => state === 'behind')) process.exitCode = exitCodes.findings;
  else if (pins.some(({ state }) => state === 'unknown')) process.exitCode = exitCodes.unreachable;
  return { name: set.name, pins };
}
