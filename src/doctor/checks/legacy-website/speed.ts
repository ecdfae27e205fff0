import { defineCheck } from '../../check.ts';
import { ok, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'the website answers quickly',
  expected: 'less than two seconds for the login page',
  why: 'the gateway asks the legacy again and again who is logged in',
  needs: ['legacy-website/is-openimis'],
  probes: ['website'],
  judge: ({ website: { page } }) => {
    const { milliseconds = 0 } = page.head ?? {};
    if (milliseconds < 2000) return ok(`${milliseconds} ms`);
    return warning(`${(milliseconds / 1000).toFixed(1)} s`, [
      'again in a minute: the first visit after a while starts the application (IIS Manager, Application Pools, Idle Time-out 0 keeps it)',
      `ping -c 5 <legacy>    is it the way, or the server?`,
    ]);
  },
});
