import type { Plan } from '../../deployment/plan.ts';
import { harmless, paint } from '../paint.ts';

/** What a deploy is going to do, as a person reads it before saying yes. */
export function planView(plan: Plan, stream: NodeJS.WriteStream = process.stdout): string {
  const where = `${plan.engine.host} (${plan.engine.endpoint})`;
  if (plan.kind === 'nothing')
    return `${plan.server}: r${plan.serving ?? '?'} runs on ${where} and is healthy; there is nothing to do`;
  const head =
    plan.kind === 'tidy'
      ? `${plan.server}: clean up on ${where}`
      : plan.kind === 'gateway'
        ? `${plan.server}: only the gateway's configuration changes on ${where}, r${plan.serving ?? '?'} keeps running`
        : `${plan.server}: revision r${plan.revision ?? '?'} on ${where}${plan.serving === undefined ? '' : `, r${plan.serving} serves until it is ready`}`;
  const steps = plan.steps.flatMap(({ title, detail, changes }, at) => [
    `${String(at + 1).padStart(3)}. ${title}${paint('dim', `: ${detail}`, stream)}`,
    ...(changes === undefined ? [] : [`     ${paint('yellow', 'changes', stream)} ${changes}`]),
  ]);
  const said = [
    ...plan.notes.map((note) => `  ${paint('cyan', 'note', stream)} ${note}`),
    ...plan.warnings.map((warning) => `  ${paint('yellow', 'warning', stream)} ${warning}`),
  ];
  const why = plan.reasons.map((reason) => `  because ${reason}`);
  return harmlessLines([paint('bold', head, stream), ...why, ...steps, ...said]);
}

/** Colours of our own stay; nothing here came from elsewhere but names and reasons, which are cleaned one by one. */
function harmlessLines(lines: readonly string[]): string {
  const escape = String.fromCharCode(27);
  const colour = new RegExp(`${escape}\\[[0-9;]*m`, 'g');
  return lines
    .map((line) => {
      const colours = [...line.matchAll(colour)].map(([code]) => code);
      return line
        .split(colour)
        .map((part, at) => harmless(part) + (colours[at] ?? ''))
        .join('');
    })
    .join('\n');
}
