import { stringify } from 'yaml';

import { harmless, paint } from '../paint.ts';
import { pinWords } from './pin-edits-view.ts';
import type { ListedServer, ShownServer } from '../server-listing.ts';
import { table } from '../table.ts';

export function serversView(servers: readonly ListedServer[]): string {
  if (servers.length === 0) return 'no servers yet\nNext: openimis init';
  const rows = servers.map(({ name, release, components, gateway, state }) => [
    name,
    release,
    components.length > 0 ? components.join(' ') : release === '-' ? '-' : 'of the release',
    gateway,
    state,
  ]);
  return table(rows, ['SERVER', 'RELEASE', 'COMPONENTS', 'GATEWAY', 'STATE']);
}

export function serverView(server: ShownServer): string {
  const lines = [paint('bold', `${server.name}`) + paint('dim', `  ${server.file}`)];
  const values = server.complete ?? server.written;
  const { pins, extra, ...rest } = values;
  lines.push(harmless(stringify({ ...rest, ...('name' in rest ? { name: undefined } : {}) })).trimEnd());
  for (const [what, all] of [
    ['pins', pins],
    ['extra packages', extra],
  ] as const)
    for (const [component, modules] of Object.entries(all ?? {})) {
      const rows = Object.entries(modules ?? {}).map(([name, version]) => [`  ${name}`, pinWords(version)]);
      lines.push(`${what} of ${component}: ${rows.length}`, harmless(table(rows)));
    }
  if (server.notDeployable !== undefined) lines.push(`not deployable with Docker: ${server.notDeployable}`);
  else if (server.missing.length === 0) lines.push(`complete. Next: openimis deploy ${server.name} --dry-run`);
  for (const { flag, question, where } of server.notDeployable === undefined ? server.missing : [])
    lines.push(`missing: ${question} (${flag}); ${where}`);
  return lines.join('\n');
}
