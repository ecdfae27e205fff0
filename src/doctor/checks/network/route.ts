import { defineCheck } from '../../check.ts';
import { ok, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'the box knows a way out',
  expected: 'a default route',
  why: 'packages, images and most legacies are behind it',
  probes: ['box'],
  judge: ({ box: { defaultRoute, subnets } }) =>
    defaultRoute
      ? ok('there is one')
      : warning(`none; it reaches only ${subnets.join(', ') || 'itself'}`, [
          'ip route    and the settings of the network (netplan, /etc/network/interfaces)',
        ]),
});
