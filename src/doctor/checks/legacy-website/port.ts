import { defineCheck } from '../../check.ts';
import { ok, problem } from '../../finding.ts';

export const check = defineCheck({
  title: 'the port of the website is open',
  expected: 'a TCP connection from this box',
  why: 'the gateway hands every visit of a legacy page on over this port',
  needs: ['legacy-website/name'],
  probes: ['website'],
  judge: ({ website: { page, where, target, from } }) => {
    const letter = `Website: please let TCP connections from ${from ?? 'our new box'} to port ${target.port} of the web server (IIS) through the firewall.`;
    switch (page.reach.kind) {
      case 'open':
        return ok(`${where} opens in ${page.reach.milliseconds} ms`);
      case 'cut':
        return ok(`${where} opens`);
      case 'refused':
        return problem(
          `${where} refuses: the machine is there, nothing listens on the port`,
          [
            'is IIS started, and its site bound to this port? On the Windows server: iisreset /status',
            'correct legacy.url and legacy.ip in openimis.yaml',
          ],
          letter,
        );
      case 'silent':
        return problem(
          `${where} does not answer: packets vanish, as behind a firewall that drops them`,
          [
            `nc -vz -w 5 ${where.replace(/:\d+$/, '')} ${target.port}    the same from the shell`,
            'correct legacy.ip in openimis.yaml',
          ],
          letter,
        );
      case 'forbidden':
        return problem(`this box itself forbids connections to ${where}`, [
          'sudo nft list ruleset; sudo iptables -S OUTPUT    shows the rule; sudo ufw status',
        ]);
      case 'unreachable':
      case 'unresolved':
        return problem(`there is no way to ${where}, or a firewall on it rejects the connection`, [
          `ip route get ${where.replace(/:\d+$/, '')}`,
          'is legacy.ip right in openimis.yaml, is a VPN down?',
        ]);
    }
  },
});
