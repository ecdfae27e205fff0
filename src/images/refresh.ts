import type { LockedComponent } from '../modules/lock/lock.ts';
import { sealed } from '../modules/lock/write-lock.ts';

/**
 * The day whose system packages an image has is part of its lock: another day is another image of the same pins, and the
 * same on every box. Absent: of the day when it was first built.
 */
export function refreshOf({ runtime }: Pick<LockedComponent, 'runtime'>): { readonly refresh?: string } {
  return runtime['refreshed'] === undefined ? {} : { refresh: runtime['refreshed'] };
}

/** What a lock that is made anew keeps of the one before. */
export function keptRefresh(before: LockedComponent | undefined): { readonly refreshed?: string } {
  const day = before?.runtime['refreshed'];
  return day === undefined ? {} : { refreshed: day };
}

/** The same pins with the system packages of `day` (YYYY-MM-DD). */
export function refreshed(locked: LockedComponent, day: string): LockedComponent {
  return sealed({ ...locked, runtime: { ...locked.runtime, refreshed: day } });
}
