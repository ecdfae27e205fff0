import { defineCheck } from '../../check.ts';
import { ok, problem } from '../../finding.ts';

export const check = defineCheck({
  title: 'the engine is new enough',
  expected: '20.10 or later',
  why: 'older ones do not know what the rendered files ask for',
  needs: ['docker/running'],
  probes: ['docker'],
  judge: ({ docker: { version = '', engineFits } }) =>
    engineFits
      ? ok(version)
      : problem(version, ['sudo apt-get install --only-upgrade docker.io    or docker-ce, whichever is installed']),
});
