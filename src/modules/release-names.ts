import type { Generation } from './generation.ts';

/**
 * Upstream releases that templates/releases/ describes, oldest first, with the generation each starts and is probed
 * like (domain.md section 3). Adding a release is one file there and one line here; a test compares the two.
 */
const releaseTable = {
  '1.0.0': '1.0',
  '1.1.0': '1.1',
  '1.2.0-rc2': '1.2',
  '1.2.1': '1.2',
  '1.3.0': '1.3',
  '1.4.0': '1.4',
  '1.4.1': '1.4',
  '1.5.0': '1.5',
  '23.04': '23.04',
  '23.04-fixes': '23.04',
  '23.10': '23.10',
  '24.04': '24.04',
  '24.10': '24.10',
} as const satisfies Readonly<Record<string, Generation>>;

export type ReleaseName = keyof typeof releaseTable;
export const releaseNames = Object.keys(releaseTable) as readonly ReleaseName[];

export function isReleaseName(name: string): name is ReleaseName {
  return Object.hasOwn(releaseTable, name);
}

/** Generation of a known release, or undefined. */
export function releaseGeneration(name: ReleaseName): Generation;
export function releaseGeneration(name: string): Generation | undefined;
export function releaseGeneration(name: string): Generation | undefined {
  return isReleaseName(name) ? releaseTable[name] : undefined;
}
