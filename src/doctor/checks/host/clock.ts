import { defineCheck } from '../../check.ts';
import { ok, skipped, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'the clock is kept right',
  expected: 'a time service that has synchronized',
  why: 'certificates, sign-ons and the dates in the database are judged by this clock',
  probes: ['box'],
  judge: ({ box: { synchronized } }) => {
    if (synchronized === undefined)
      return skipped('nobody here says (no systemd); with a server the clock is compared with the legacy');
    if (synchronized) return ok('synchronized');
    return warning('not synchronized', [
      'sudo timedatectl set-ntp true',
      'timedatectl timesync-status    shows whether a time server is reached',
    ]);
  },
});
