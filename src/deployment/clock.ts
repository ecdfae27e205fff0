import { setTimeout as wait } from 'node:timers/promises';

import type { Clock } from './context.ts';

export const realClock: Clock = {
  now: () => new Date(),
  sleep: async (seconds, signal) => {
    await wait(seconds * 1000, undefined, signal === undefined ? {} : { signal });
  },
};
