import type { DeployResult } from '../deploy-server.ts';
import { harmless, paint } from '../paint.ts';
import { table } from '../table.ts';
import { planView } from './plan-view.ts';

/** How a deploy ended, and what to type next. */
export function deployView({ plan, outcome, dryRun }: DeployResult): string {
  if (dryRun) return `${planView(plan)}\nnothing was changed. Next: openimis deploy ${plan.server}`;
  if (outcome === undefined) return planView(plan);
  if (outcome.revision === undefined || outcome.routes.length === 0) return `${plan.server}: cleaned up`;
  const rows = outcome.routes.map(({ path, status, expected }) => [`  ${path}`, String(status), harmless(expected)]);
  return [
    `${paint('bold', plan.server)}: r${outcome.revision} serves at ${paint('bold', outcome.address)}`,
    table(rows),
    ...outcome.notes.map((note) => `  ${paint('cyan', 'note')} ${harmless(note)}`),
    `Next: openimis status ${plan.server}`,
  ].join('\n');
}
