import { defineCheck } from '../../check.ts';
import { ok, skipped, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'the clock of the web server agrees with this box',
  expected: 'less than 5 s apart',
  why: 'sessions and certificates are judged by both clocks',
  needs: ['legacy-website/protocol'],
  probes: ['website'],
  judge: ({ website: { page } }) => {
    const { date, cameAt = 0 } = page.head ?? {};
    if (date === undefined) return skipped('it sends no Date header');
    // The header has whole seconds.
    const apart = Math.round((date + 500 - cameAt) / 1000);
    if (Math.abs(apart) < 5) return ok(apart === 0 ? 'the same time' : `${Math.abs(apart)} s apart`);
    return warning(`the web server is ${Math.abs(apart)} s ${apart > 0 ? 'ahead' : 'behind'}`, [
      'timedatectl    on this box: "System clock synchronized: yes"?',
      'w32tm /query /status    on the Windows server; w32tm /resync puts it right',
    ]);
  },
});
