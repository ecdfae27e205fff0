import { defineCheck } from '../../check.ts';
import { ok, problem } from '../../finding.ts';

export const check = defineCheck({
  title: 'SQL Server answers there',
  expected: "SQL Server's protocol (TDS) on the port",
  why: 'an open port may belong to something else, or to a proxy whose SQL Server is down',
  needs: ['legacy-database/port'],
  probes: ['database'],
  judge: ({ database: { greeting, login, reach, where } }) => {
    if (greeting !== undefined) return ok(`SQL Server ${greeting.version}`);
    const fix = [
      'correct database.host and database.port in openimis.yaml',
      'is the service SQL Server (MSSQLSERVER) running on the Windows server?',
    ];
    if (login?.kind === 'silent') return problem(`${where} takes the connection and then says nothing`, fix);
    if (login?.kind === 'cut' || reach.kind === 'cut')
      return problem(`${where} takes the connection and cuts it at once`, fix);
    return problem(`${where} answers, but not as SQL Server does`, fix);
  },
});
