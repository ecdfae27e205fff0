import { defineCheck } from '../../check.ts';
import { ok, problem } from '../../finding.ts';

export const check = defineCheck({
  title: 'docker is installed',
  expected: 'the program docker in PATH',
  why: 'everything that openimis sets up runs in containers',
  probes: ['docker'],
  judge: ({ docker: { client, installHints } }) =>
    client ? ok('the client is there') : problem('there is no docker program on this box', installHints),
});
