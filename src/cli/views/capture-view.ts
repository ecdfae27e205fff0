import type { CapturedComponent } from '../../deployment/capture.ts';
import type { Drift } from '../../modules/lock/drift.ts';
import type { Captured } from '../capture-versions.ts';
import { harmless, paint } from '../paint.ts';
import { table } from '../table.ts';

/** Per component: what it runs, and what of it is not as locked; the modules where nothing is locked, or where asked for. */
export function captureView({ server, components }: Captured, all: boolean): string {
  const parts = components.flatMap((one) => [
    `${paint('bold', one.component)}  ${harmless(one.image)} (r${one.revision}), ${one.packages.length} packages: ${verdict(one)}`,
    ...(one.drift ?? []).map((drift) => `  ${driftLine(drift)}`),
    ...(all || one.drift === undefined ? moduleLines(one) : []),
  ]);
  const loose = components.filter(({ drift }) => drift === undefined || drift.length > 0);
  const unlocked = loose.some(({ drift }) => drift === undefined);
  if (loose.length === 0) return parts.join('\n');
  return [...parts, `Next: openimis ${unlocked ? `versions lock ${server}` : `deploy ${server}`}`].join('\n');
}

function verdict({ drift, fromThisLock }: CapturedComponent): string {
  if (drift === undefined) return paint('yellow', 'not in openimis.lock.json');
  if (drift.length > 0) return paint('red', `${drift.length} not as locked`);
  return paint('green', fromThisLock === false ? 'as locked (built from an earlier lock)' : 'as locked');
}

function driftLine({ package: name, locked, running }: Drift): string {
  if (locked === undefined) return harmless(`+ ${name} ${running ?? ''} is not in the lock`);
  if (running === undefined) return harmless(`- ${name} ${locked} is missing`);
  return harmless(`~ ${name} locked ${locked}, running ${running}`);
}

function moduleLines({ modules }: CapturedComponent): readonly string[] {
  if (modules.length === 0) return [];
  const rows = modules.map(({ name, version, commit }) => [`  ${name}`, version, commit?.slice(0, 12) ?? '']);
  return harmless(table(rows)).split('\n');
}
