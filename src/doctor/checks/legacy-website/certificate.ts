import { defineCheck } from '../../check.ts';
import { ok, problem, skipped, warning } from '../../finding.ts';
import { fingerprint } from '../../../workspace/certificate.ts';

export const check = defineCheck({
  title: 'the certificate of the website is the one that is expected',
  expected: 'one of a known authority for its name (legacy.tls: verify), or exactly the pinned one (pin)',
  why: 'the gateway refuses another certificate, because somebody may pose as the legacy',
  needs: ['legacy-website/protocol'],
  probes: ['website'],
  judge: ({ website: { page, target } }) => {
    const shown = page.tls?.certificate;
    if (target.scheme === 'http') return skipped('http has none');
    if (shown === undefined) return problem('it shows none', ['give the site a certificate in IIS (Bindings, https)']);
    const found = `${shown.subject}, valid to ${shown.validTo.slice(0, 10)}`;
    if (target.tls === 'pin') {
      const pinned = fingerprint(target.certificate ?? '');
      if (pinned === shown.fingerprint) return ok(`${found}, the pinned one`);
      return problem(`another one than the pinned: ${shown.fingerprint} (${found})`, [
        'was it renewed? Compare the fingerprint on the Windows server (certlm.msc), then: openimis init <name> --legacy-tls pin',
        'nobody renewed it: somebody on the way may pose as the legacy; do not go on',
      ]);
    }
    if (page.tls?.distrust === undefined) return ok(`${found}, of a known authority`);
    if (target.tls === 'insecure')
      return warning(`${found}; not checked (legacy.tls: insecure)`, [
        'legacy.tls: pin accepts exactly this certificate and no other',
      ]);
    return problem(`${found}; not trusted: ${reasons[page.tls.distrust] ?? page.tls.distrust}`, [
      'openimis init <name> --legacy-tls pin    accepts exactly this certificate from now on',
      'or a certificate of a public authority for this name, in IIS',
    ]);
  },
});

const reasons: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not known to this box',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'IIS does not send the certificates between it and its authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not known to this box, or IIS does not send the ones between',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet (is the clock of this box right?)',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another name',
};
