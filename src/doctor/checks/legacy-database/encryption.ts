import { defineCheck } from '../../check.ts';
import { ok, problem, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'the connection to SQL Server is encrypted',
  expected: 'encryption that both sides accept, unless database.encryption is optional',
  why: 'whoever listens on the way reads the password of the login and the data of every insured person',
  needs: ['legacy-database/protocol'],
  probes: ['database'],
  judge: ({ database: { greeting, tls, login, settings } }) => {
    const fix = [
      'on the Windows server: SQL Server Configuration Manager, Protocols, Certificate (a self-signed one is enough), restart the service',
      'or, on a network where nobody else can listen: servers.<name>.database.encryption: optional',
    ];
    if (tls !== undefined) return ok(`${tls.protocol}, ${tls.cipher}`);
    if (login?.kind === 'tls-failed')
      return problem('SQL Server offers encryption, but no version of TLS or cipher that this box knows', [
        'install the update for TLS 1.2 on the SQL Server (Microsoft KB 3135244), then restart it',
        ...fix.slice(1),
      ]);
    const offered =
      greeting?.encryption === 'NOT_SUP' ? 'SQL Server offers no encryption' : 'SQL Server does not encrypt';
    if (settings.encryption === 'optional')
      return warning(
        `${offered}; allowed by database.encryption: optional, so the login went over in clear`,
        fix.slice(0, 1),
      );
    return problem(
      `${offered}; the password was not sent`,
      fix,
      'SQL Server: please install a certificate for SQL Server (SQL Server Configuration Manager, Protocols, Certificate; a self-signed one is enough) and restart the service, so that connections can be encrypted.',
    );
  },
});
