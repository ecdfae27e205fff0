import { stringify } from 'yaml';

import { harmless, paint } from '../paint.ts';
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
  const { pins, ...rest } = values;
  lines.push(harmless(stringify({ ...rest, ...('name' in rest ? { name: undefined } : {}) })).trimEnd());
  for (const [component, modules] of Object.entries(pins ?? {})) {
    const rows = Object.entries(modules ?? {}).map(([name, version]) => [`  ${name}`, version ?? '(removed)']);
    lines.push(`pins of ${component}: ${rows.length}`, harmless(table(rows)));
  }
  if (server.notDeployable !== undefined) lines.push(`not deployable with Docker: ${server.notDeployable}`);
  else if (server.missing.length === 0) lines.push(`complete. Next: openimis deploy ${server.name} --dry-run`);
  for (const { flag, question, where } of server.notDeployable === undefined ? server.missing : [])
    lines.push(`missing: ${question} (${flag}); ${where}`);
  return lines.join('\n');
}
