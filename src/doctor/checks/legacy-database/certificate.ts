import { defineCheck } from '../../check.ts';
import { ok, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'the certificate of SQL Server is one that drivers accept',
  expected: 'an RSA key of 2048 bits or more (or EC), not signed with SHA-1 or MD5, not expired',
  why: 'newer OpenSSL refuses weak keys and signatures even when nobody checks who signed',
  needs: ['legacy-database/encryption'],
  probes: ['database'],
  judge: ({ database: { tls, askedAt } }) => {
    const shown = tls?.certificate;
    if (shown === undefined) return ok('no certificate was shown');
    const { key, keyBits = 4096, signature = '', validTo } = shown;
    const wrong = [
      ...(key.startsWith('RSA') && keyBits < 2048 ? [`its key has ${keyBits} bits`] : []),
      ...(/sha1|md5/i.test(signature) ? [`it is signed with ${signature}`] : []),
      ...(Date.parse(validTo) < (askedAt ?? Date.now()) ? [`it expired on ${validTo.slice(0, 10)}`] : []),
    ];
    const found = `${key}${signature === '' ? '' : `, ${signature}`}, valid to ${validTo.slice(0, 10)}${shown.selfSigned ? ', self-signed' : ''}`;
    if (wrong.length === 0) return ok(found);
    return warning(`${found}: ${wrong.join(', ')}`, [
      'make a new one on the Windows server: New-SelfSignedCertificate -DnsName <name of the server> -CertStoreLocation cert:\\LocalMachine\\My -KeyLength 2048 -KeySpec KeyExchange',
      'choose it in SQL Server Configuration Manager, Protocols, Certificate; give the service account the right to read its key; restart',
    ]);
  },
});
