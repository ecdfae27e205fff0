import { defineCheck } from '../../check.ts';
import { ok, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'the name of the legacy leads to the same machine',
  expected: 'legacy.dns resolves to legacy.ip, or both show openIMIS',
  why: 'people who type the name and the gateway would otherwise meet two different sites',
  needs: ['legacy-website/is-openimis'],
  probes: ['website'],
  judge: ({ website: { byName, legacy } }) => {
    const { dns = '', ip = '' } = legacy;
    if (byName === undefined) return ok(dns === '' ? 'it has no name' : `${dns} is the machine that is asked`);
    const { address, answer } = byName;
    if (answer.loginForm) return ok(`${dns} is ${address}, not ${ip}, and shows openIMIS as well`);
    return warning(`${dns} is ${address}, not ${ip}, and does not show openIMIS`, [
      `getent hosts ${dns}    is /etc/hosts or the DNS old?`,
      'correct legacy.ip or legacy.dns in openimis.yaml',
    ]);
  },
});
