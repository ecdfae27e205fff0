import { down, type DownPlan, planDown } from '../deployment/down.ts';
import type { CommandRequest } from './base-command.ts';
import { needConsent } from './prompts.ts';
import { withServerOnEngine } from './server-session.ts';
import { taskList } from './task-list.ts';
import { downView } from './views/down-view.ts';

export type DownFlags = { readonly volumes: boolean; readonly 'dry-run': boolean };
export type DownResult = { readonly plan: DownPlan; readonly done: boolean };

/** Plan, consent, removal. */
export async function takeDown(request: CommandRequest<DownFlags>): Promise<DownResult> {
  const { flags, mode, signal } = request;
  return withServerOnEngine(request, async (context) => {
    const plan = await planDown(context, { volumes: flags.volumes });
    if (plan.nothingToDo || flags['dry-run']) return { plan, done: false };
    if (mode !== 'silent') process.stderr.write(`${downView({ plan, done: false })}\n`);
    await needConsent(`Remove this of ${plan.server}?`, request);
    const list = await taskList(plan.steps, mode);
    try {
      await down(context, plan, list.events, signal);
    } finally {
      await list.end();
    }
    return { plan, done: true };
  });
}
