import { isIP } from 'node:net';

import { defineCheck } from '../../check.ts';
import { ok, problem, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'the name of the legacy resolves',
  expected: 'an address for legacy.dns, or legacy.ip besides it',
  why: 'IIS tells its sites apart by name, and the gateway must find the machine',
  probes: ['website'],
  judge: ({ website: { page, legacy, nameUnknown } }) => {
    const { dns = '', ip } = legacy;
    const fix = [
      `getent hosts ${dns === '' ? '<name>' : dns}`,
      'correct the DNS of this box, or legacy.dns in openimis.yaml',
    ];
    if (page.reach.kind === 'unresolved')
      return problem(`${dns} does not resolve on this box (${page.reach.code})`, [
        ...fix,
        'or give the address: legacy.ip in openimis.yaml',
      ]);
    if (nameUnknown) return warning(`${dns} does not resolve on this box; ${ip ?? 'the address'} is used`, fix);
    return ok(dns === '' || isIP(dns) !== 0 ? `${ip ?? dns} is an address` : `${dns} resolves`);
  },
});
