import { defineCheck } from '../../check.ts';
import { ok, skipped, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'the name of the gateway leads to this box',
  expected: 'gateway.dns resolves to an address of this box, or of a router before it',
  why: 'people type this name; until it leads here nobody arrives',
  probes: ['wish', 'box', 'docker'],
  judge: ({ wish: { server, gatewayAddresses }, box: { addresses, hostname }, docker: { remote } }) => {
    if (server === undefined) return skipped('no server was named');
    const { dns } = server.gateway;
    if (gatewayAddresses.length === 0)
      return warning(`${dns} does not resolve here`, [
        `an entry in the DNS: ${dns} -> the address of this box (${addresses.find((one) => !one.startsWith('127.') && !one.includes(':')) ?? hostname})`,
        `to try it before: that address and ${dns} in /etc/hosts of the machine with the browser`,
      ]);
    const found = `${dns} is ${gatewayAddresses.join(', ')}`;
    if (gatewayAddresses.some((address) => addresses.includes(address))) return ok(`${found}, this box`);
    // A router or a proxy may translate the address: that cannot be told from here.
    return ok(
      `${found}; not an address of ${remote ? 'this machine' : 'this box'} itself, so a router must lead it here`,
    );
  },
});
