import { createHash } from 'node:crypto';

import type { PinComponent } from '../package-name.ts';
import type { LockedComponent } from './lock.ts';

/** Everything that a component is resolved from. What it was resolved to is not in here. */
export type LockInput = {
  readonly component: PinComponent;
  readonly generation: string;
  /** As said in openimis.yaml, or what the release says. */
  readonly assembly: string;
  readonly odbc?: string;
  /** Base image of the operator's choice. */
  readonly base?: string;
  readonly modules: readonly Asked[];
  readonly extra: readonly Asked[];
};
type Asked = { readonly package: string; readonly spec: string };

/** Where a pin was written does not matter; the order of modules does (Django's applications), that of extra packages not. */
export function inputHash(input: LockInput): string {
  const asked = (list: readonly Asked[]): unknown => list.map(({ package: name, spec }) => [name, spec]);
  // The ibackend has the backend's modules: equal pins are equal input.
  const kind = input.component === 'frontend' ? 'frontend' : 'backend';
  const { generation, assembly, odbc = '', base = '' } = input;
  return sha256([
    kind,
    generation,
    assembly,
    odbc,
    base,
    asked(input.modules),
    (asked(input.extra) as unknown[]).sort(),
  ]);
}

/** Over what is installed: two servers with equal pins have the same, whatever their release, day or spelling. */
export function contentHash(locked: Omit<LockedComponent, 'input' | 'content' | 'lockedAt' | 'asOf'>): string {
  const { assembly, runtime, modules, extra, packages, build = [], scripts = [] } = locked;
  const installed = (list: LockedComponent['modules']): unknown =>
    list.map(({ origin: _origin, asked: _asked, ...one }) => one);
  return sha256([assembly, runtime, installed(modules), installed(extra), packages, build, scripts]);
}

export type LockState = 'missing' | 'edited' | 'stale' | 'current';

/** `edited` counts first: what somebody wrote by hand was never resolved. */
export function lockState(locked: LockedComponent | undefined, input: string): LockState {
  if (locked === undefined) return 'missing';
  if (locked.content !== contentHash(locked)) return 'edited';
  return locked.input === input ? 'current' : 'stale';
}

function sha256(value: unknown): string {
  return `sha256:${createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('hex')}`;
}

/** The same JSON whatever the order of keys. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one)]));
}
