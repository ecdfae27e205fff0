import { exitCodes } from '../failure.ts';
import type { PinComponent } from '../modules/package-name.ts';
import { outcomeOf, type Verification, verifyPins } from '../modules/verify/verify-pins.ts';
import { askRegistries } from './ask-registries.ts';
import type { CommandRequest } from './base-command.ts';
import { namedPins } from './pin-sets.ts';
import type { RegistryFlags } from './registry-flags.ts';

type VerifyFlags = RegistryFlags & {
  readonly 'allow-git': boolean;
  readonly component?: PinComponent | undefined;
};

/** Asks the registries for the pins of a server, a release or a file; the exit code says how it looks. */
export async function verify(request: CommandRequest<VerifyFlags>): Promise<Verification> {
  const set = await namedPins(request);
  const allowGit = request.flags['allow-git'];
  const verification = await askRegistries(request, (registries, progress) =>
    verifyPins(set, { registries, allowGit, progress }),
  );
  const outcome = outcomeOf(verification);
  if (outcome !== 'ok') process.exitCode = outcome === 'problems' ? exitCodes.findings : exitCodes.unreachable;
  return verification;
}
