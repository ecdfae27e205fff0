import { isIP } from 'node:net';

import { defineCheck } from '../../check.ts';
import { ok, problem } from '../../finding.ts';

export const check = defineCheck({
  title: 'the name of the database server resolves',
  expected: 'an address, or a name that this box can resolve',
  why: 'nothing can be asked at a name without an address',
  probes: ['database'],
  judge: ({ database: { settings, reach } }) => {
    const { host } = settings;
    if (isIP(host) !== 0) return ok(`${host} is an address`);
    if (reach.kind !== 'unresolved')
      return ok(reach.kind === 'open' ? `${host} is ${reach.address}` : `${host} resolves`);
    return problem(`${host} does not resolve on this box (${reach.code})`, [
      `getent hosts ${host}`,
      'give the address instead: database.host in openimis.yaml, or correct the DNS of this box',
    ]);
  },
});
