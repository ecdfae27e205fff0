import { defineCheck } from '../../check.ts';
import { ok, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'SQL Server speaks a TLS that the backend accepts',
  expected: 'TLS 1.2 or later',
  why: 'the OpenSSL of the backend images refuses TLS 1.0 and 1.1, so this box can connect and the backend cannot',
  needs: ['legacy-database/encryption'],
  probes: ['database'],
  judge: ({ database: { tls } }) => {
    if (tls === undefined) return ok('not encrypted');
    if (tls.protocol === 'TLSv1.2' || tls.protocol === 'TLSv1.3') return ok(tls.protocol);
    return warning(
      `${tls.protocol} at most`,
      [
        'cure 1, on the SQL Server: the update for TLS 1.2 (Microsoft KB 3135244), and TLS 1.2 switched on in Windows (SChannel)',
        'cure 2, in the image of the backend: MinProtocol = TLSv1.0 and CipherString = DEFAULT@SECLEVEL=0 in /etc/ssl/openssl.cnf',
      ],
      `SQL Server speaks only ${tls.protocol}: please install Microsoft's update for TLS 1.2 (KB 3135244) and switch TLS 1.2 on in Windows (SChannel).`,
    );
  },
});
