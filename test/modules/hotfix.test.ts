import { expect, it } from 'vitest';

import { daysOver, openHotfixes } from '../../src/modules/hotfix.ts';

const noon = new Date(2026, 10, 25, 12);

it('a hotfix is over from the day after its last day on', () => {
  expect(['2026-11-24', '2026-11-25', '2026-11-26', '2025-11-25'].map((until) => daysOver(until, noon))).toEqual([1, 0, 0, 365]); // prettier-ignore
  // Late in the evening and early in the morning are the same day.
  expect(daysOver('2026-11-24', new Date(2026, 10, 25, 23, 59))).toBe(1);
  expect(daysOver('2026-11-24', new Date(2026, 10, 25, 0, 1))).toBe(1);
});

it('hotfixes of modules and of extra packages, those that are over longest first', () => {
  const fix = (until: string) => ({ pin: '1.0', reason: 'why', until });
  const found = openHotfixes(
    {
      pins: { backend: { 'openimis-be-core': '1.0', 'openimis-be-claim': fix('2027-01-01'), 'openimis-be-x': null } },
      extra: { frontend: { moment: fix('2026-11-01') } },
    },
    noon,
  );
  expect(found).toEqual([
    { component: 'frontend', package: 'moment', module: 'moment', ...fix('2026-11-01'), daysOver: 24 },
    { component: 'backend', package: 'openimis-be-claim', module: 'claim', ...fix('2027-01-01'), daysOver: 0 },
  ]);
});
