import { defineCheck } from '../../check.ts';
import { ok, skipped, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'containers send packets that fit the network',
  expected: 'an MTU of the Docker networks that is not greater than that of the box',
  why: 'on VPNs and clouds with a smaller MTU, small answers arrive and big ones hang for ever',
  needs: ['docker/running'],
  probes: ['docker', 'box'],
  judge: ({ docker: { networks, remote }, box: { mtu } }) => {
    if (remote || mtu === undefined) return skipped('the way out of the engine is not known here');
    const bridge = networks.find(({ name }) => name === 'bridge')?.mtu ?? 1500;
    if (bridge <= mtu) return ok(`${bridge}, the box has ${mtu}`);
    return warning(`Docker uses ${bridge}, the box has ${mtu}`, [
      'sudo iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu    counts at once, for all containers; iptables-persistent keeps it',
    ]);
  },
});
