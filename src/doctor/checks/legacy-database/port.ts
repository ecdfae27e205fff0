import type { DatabaseFacts } from '../../facts.ts';
import { defineCheck } from '../../check.ts';
import { ok, problem, type Verdict } from '../../finding.ts';

export const check = defineCheck({
  title: 'the port of SQL Server is open',
  expected: 'a TCP connection from this box',
  why: 'the new backends work on the database of the legacy, all day, over this port',
  needs: ['legacy-database/name'],
  probes: ['database'],
  judge: ({ database }) => {
    const { reach, where, settings } = database;
    switch (reach.kind) {
      case 'open':
        return ok(`${where} opens in ${reach.milliseconds} ms`);
      case 'cut':
        return ok(`${where} opens`);
      case 'refused':
        return shut(database, `${where} refuses: the machine is there, nothing listens on the port`, [
          'on the Windows server, SQL Server Configuration Manager: Protocols, TCP/IP, Enabled; IPAll, TCP Port; restart the service',
          `or correct database.port (now ${settings.port}) in openimis.yaml`,
        ]);
      case 'silent':
        return shut(database, `${where} does not answer: packets vanish, as behind a firewall that drops them`, [
          `nc -vz -w 5 ${settings.host} ${settings.port}    the same from the shell`,
          `on the Windows server: New-NetFirewallRule -DisplayName "SQL Server for openIMIS" -Direction Inbound -Protocol TCP -LocalPort ${settings.port} -RemoteAddress ${database.from ?? '<address of this box>'} -Action Allow`,
        ]);
      case 'forbidden':
        return problem(`this box itself forbids connections to ${where}`, [
          'sudo nft list ruleset; sudo iptables -S OUTPUT    shows the rule; sudo ufw status',
        ]);
      case 'unreachable':
      case 'unresolved':
        return problem(`there is no way to ${where}, or a firewall on it rejects the connection`, [
          `ip route get ${settings.host}`,
          'is the address right (database.host in openimis.yaml), is a VPN down?',
        ]);
    }
  },
});

/** SQL Browser may know a better port than the one that is written. */
function shut({ instances = [], settings, from }: DatabaseFacts, found: string, fix: readonly string[]): Verdict {
  const others = instances.filter(({ port }) => port !== undefined && port !== settings.port);
  const [other] = others;
  if (other !== undefined)
    return problem(
      `${found}; SQL Browser there names ${others.map(({ name, port }) => `${name} on port ${port}`).join(', ')}`,
      [
        `servers.<name>.database.port: ${other.port} in openimis.yaml, when ${other.name} is the instance of the legacy`,
        'an instance with a dynamic port moves at each restart: give it a fixed one (Configuration Manager, TCP/IP, IPAll, TCP Port)',
      ],
    );
  return problem(
    found,
    fix,
    `SQL Server: please let TCP connections from ${from ?? 'our new box'} to ${settings.host}, port ${settings.port}, through the firewall, and make sure that TCP/IP is enabled for SQL Server on that port (SQL Server Configuration Manager).`,
  );
}
