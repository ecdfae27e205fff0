import { defineCheck } from '../../check.ts';
import { ok, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'the kernel can limit the memory of containers',
  expected: 'the memory controller of cgroups',
  why: 'without it one container that leaks takes the box with it',
  needs: ['docker/running'],
  probes: ['docker'],
  judge: ({ docker: { memoryLimits } }) =>
    memoryLimits
      ? ok('it can')
      : warning('it cannot', [
          'cgroup_enable=memory swapaccount=1 in GRUB_CMDLINE_LINUX (/etc/default/grub), sudo update-grub, restart',
        ]),
});
