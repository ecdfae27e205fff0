import type { LockedComponent } from '../modules/lock/lock.ts';
import type { Estimate } from './ecosystem.ts';

/** `growth`: how many bytes a downloaded byte becomes when it is installed. */
export function estimateOf(locked: Pick<LockedComponent, 'packages' | 'build'>, growth: number): Estimate {
  const packages = [...locked.packages, ...(locked.build ?? [])];
  const sizes = packages.flatMap(({ size }) => size ?? []);
  const download = sizes.reduce((sum, size) => sum + size, 0);
  return {
    packages: packages.length,
    download,
    disk: Math.round(download * growth),
    unknown: packages.length - sizes.length,
  };
}
