import { defineCheck } from '../../check.ts';
import { ok, skipped, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'the certificate of the website does not run out soon',
  expected: 'thirty days or more',
  why: 'a new certificate in IIS must be pinned again, on a day that somebody chose',
  needs: ['legacy-website/certificate'],
  probes: ['website'],
  judge: ({ website: { page } }) => {
    const shown = page.tls?.certificate;
    if (shown === undefined || page.head === undefined) return skipped('http has none');
    const days = Math.floor((Date.parse(shown.validTo) - page.head.cameAt) / 86_400_000);
    if (days >= 30) return ok(`${days} days left`);
    return warning(
      days < 0 ? `it expired on ${shown.validTo.slice(0, 10)}` : `${days} days left`,
      ['a new one in IIS; with legacy.tls: pin then: openimis init <name> --legacy-tls pin'],
      `Website: the certificate ${days < 0 ? 'has expired' : 'expires'} on ${shown.validTo.slice(0, 10)}; please renew it, and tell us when, because we check for exactly this certificate.`,
    );
  },
});
