import { defineCheck } from '../../check.ts';
import { ok, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'no restart is pending',
  expected: 'no /run/reboot-required',
  why: 'after an update of the kernel its old modules are gone, and Docker cannot make networks until the box restarts',
  probes: ['box'],
  judge: ({ box: { rebootRequired } }) =>
    rebootRequired
      ? warning('an update waits for a restart of the box', [
          'sudo reboot    at a quiet hour: the containers come back by themselves',
        ])
      : ok('none'),
});
