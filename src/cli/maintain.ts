import {
  type MaintenanceResult,
  maintenanceStatus,
  messageProblem,
  setMaintenance,
} from '../deployment/maintenance.ts';
import { Failure } from '../failure.ts';
import type { CommandRequest } from './base-command.ts';
import { withServerOnEngine } from './server-session.ts';

type MaintenanceFlags = { readonly message?: string | undefined; readonly 'dry-run': boolean };

/** What `openimis maintenance` does: on, off, or (without a word) how it stands. */
export async function maintain(
  given: CommandRequest<MaintenanceFlags>,
  word: string | undefined,
): Promise<MaintenanceResult> {
  const { request, state } = serverAndState(given, word);
  const { message } = request.flags;
  if (state === 'on') {
    if (message === undefined)
      throw new Failure('VALUE_MISSING', 'people need to be told why they cannot work: --message is missing', [
        '--message "The new pages are back at 10:00."',
      ]);
    const problem = messageProblem(message);
    if (problem !== undefined) throw new Failure('USAGE', `--message ${problem}`);
  } else if (message !== undefined)
    throw new Failure('USAGE', '--message goes with on: openimis maintenance SERVER on');
  return withServerOnEngine(request, async (context) => {
    if (state === undefined) return maintenanceStatus(context);
    if (!request.flags['dry-run']) return setMaintenance(context, state === 'on' ? message : undefined);
    const now = await maintenanceStatus(context);
    const what = state === 'on' ? 'begin with this message' : 'end';
    return { ...now, notes: [`--dry-run: nothing was changed; it would ${what}`] };
  });
}

/** `openimis maintenance off` in a workspace of one server means that one. */
function serverAndState<F>(
  request: CommandRequest<F>,
  word: string | undefined,
): { readonly request: CommandRequest<F>; readonly state: 'on' | 'off' | undefined } {
  const alone = word === undefined && (request.name === 'on' || request.name === 'off');
  const state = alone ? request.name : word;
  if (state !== undefined && state !== 'on' && state !== 'off')
    throw new Failure('USAGE', `${JSON.stringify(state.slice(0, 40))} is neither on nor off`);
  return { request: alone ? { ...request, name: undefined } : request, state };
}
