import { defineCheck } from '../../check.ts';
import { ok, problem } from '../../finding.ts';

export const check = defineCheck({
  title: 'Docker is not the snap',
  expected: 'the packages of the distribution or of Docker',
  why: 'the snap cannot read files outside of home folders, updates itself, and restarts every container with it',
  needs: ['docker/installed'],
  probes: ['docker'],
  judge: ({ docker: { snap, installHints } }) =>
    snap
      ? problem('it is the snap', [
          'docker ps -a    what runs there must be moved first',
          'sudo snap remove docker',
          ...installHints.slice(0, 1),
        ])
      : ok('it is not'),
});
