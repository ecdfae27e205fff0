import { contentHash } from './hashes.ts';
import {
  builderIdentity,
  type LockedComponent,
  type LockedModule,
  type LockedPackage,
  type LockFile,
  packageIdentity,
} from './lock.ts';

/** A component ready for the file: sorted, and with the hash of its content. */
export function sealed(locked: Omit<LockedComponent, 'content'>): LockedComponent {
  const modules = (list: readonly LockedModule[]): readonly LockedModule[] =>
    list.toSorted(by(({ package: name }) => name));
  const packages = (list: readonly LockedPackage[]): readonly LockedPackage[] => list.toSorted(by(packageIdentity));
  const { build, scripts, ...rest } = locked;
  const whole = {
    ...rest,
    // In the order of openimis.json: Django takes its applications in it.
    modules: locked.modules,
    extra: modules(locked.extra),
    packages: packages(locked.packages),
    ...(build === undefined ? {} : { build: build.toSorted(by(builderIdentity)) }),
    ...(scripts === undefined ? {} : { scripts: scripts.toSorted() }),
  };
  return { ...whole, content: contentHash(whole) };
}

const by =
  <T>(key: (one: T) => string) =>
  (a: T, b: T): number =>
    key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;

const order = [
  ...['input', 'content', 'lockedAt', 'asOf', 'assembly', 'runtime'],
  ...['modules', 'extra', 'packages', 'build', 'scripts'],
] as const satisfies readonly (keyof LockedComponent)[];

/** The text of openimis.lock.json: one package per line, keys always in the same order, so that git's diffs can be read. */
export function writeLock(lock: LockFile): string {
  const servers = sortedEntries(lock.servers).map(([name, { components }]) => {
    const parts = sortedEntries(components).map(([component, one]) => `${key(4, component)}${writeComponent(one)}`);
    return `${key(2, name)}{\n${indent(3)}"components": ${block('{', parts, '}', 3)}\n${indent(2)}}`;
  });
  return `{\n  "lockVersion": ${lock.lockVersion},\n  "servers": ${block('{', servers, '}', 1)}\n}\n`;
}

function writeComponent(locked: LockedComponent): string {
  const lines = order.flatMap((name) => {
    const value = locked[name];
    if (value === undefined) return [];
    const text = Array.isArray(value)
      ? block('[', value.map((one) => indent(6) + oneLine(one)), ']', 5) // prettier-ignore
      : oneLine(value);
    return [`${key(5, name)}${text}`];
  });
  return block('{', lines, '}', 4);
}

const sortedEntries = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

const indent = (depth: number): string => '  '.repeat(depth);
const key = (depth: number, name: string): string => `${indent(depth)}${JSON.stringify(name)}: `;

function block(open: string, lines: readonly string[], close: string, depth: number): string {
  return lines.length === 0 ? open + close : `${open}\n${lines.join(',\n')}\n${indent(depth)}${close}`;
}

/** JSON on one line, with blanks as people write it. */
function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  if (entries.length === 0) return '{}';
  return `{ ${entries.map(([name, one]) => `${JSON.stringify(name)}: ${oneLine(one)}`).join(', ')} }`;
}
