import { defineCheck } from '../../check.ts';
import { ok, problem, skipped, warning } from '../../finding.ts';

const gigabytes = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GB`;
/** A "4 GB" box reports 3.9. */
const tolerance = 0.95;

export const check = defineCheck({
  title: 'the box has memory enough',
  expected: 'room for two revisions of the web services at once, as during a deploy',
  why: 'the kernel kills the biggest process when memory runs out, and that is the backend',
  probes: ['box', 'wish', 'docker'],
  judge: ({ box: { memory, swap }, wish, docker }) => {
    if (docker.remote) return skipped('the engine is on another box');
    if (memory === undefined) return skipped('this system does not tell');
    const found = `${gigabytes(memory)}${swap === 0 ? '' : ` and ${gigabytes(swap)} of swap`}; about ${gigabytes(wish.memory)} are used`;
    if (memory >= wish.memory * tolerance) return ok(found);
    const fix = [
      'more memory for the box',
      ...(swap === 0
        ? [
            'sudo fallocate -l 2G /swapfile && sudo chmod 600 /swapfile && sudo mkswap /swapfile && sudo swapon /swapfile    helps over a deploy',
          ]
        : []),
    ];
    return memory + swap >= wish.memory * tolerance ? warning(found, fix) : problem(found, fix);
  },
});
