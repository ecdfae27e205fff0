import type { DownResult } from '../take-down.ts';

/** What is removed, what stays, and what to type next. */
export function downView({ plan, done }: DownResult): string {
  const { server, containers, networks, volumes, removeVolumes } = plan;
  if (plan.nothingToDo) return `${server}: nothing of it is on the engine`;
  const verb = done ? 'removed' : 'removes';
  const kept =
    volumes.length === 0 ? [] : [`${removeVolumes ? verb : 'keeps'} ${volumes.length} volumes: ${volumes.join(' ')}`];
  return [
    `${server}: ${verb} ${containers.length} containers and ${networks.length} networks`,
    ...(done ? [] : [`  ${containers.join(' ')}`]),
    ...kept.map((line) => `  ${line}`),
    '  the legacy and its database are not touched; users reach the legacy at its own address',
    ...(done ? [`Next: openimis deploy ${server}`] : []),
  ].join('\n');
}
