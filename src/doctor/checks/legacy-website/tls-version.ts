import { defineCheck } from '../../check.ts';
import { ok, problem, skipped, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'the website speaks a current TLS',
  expected: 'TLS 1.2 or later',
  why: 'with legacy.tls: verify the gateway accepts nothing older; pin and insecure do',
  needs: ['legacy-website/protocol'],
  probes: ['website'],
  judge: ({ website: { page, target } }) => {
    if (page.tls === undefined) return skipped('http has none');
    const { protocol } = page.tls;
    if (protocol === 'TLSv1.2' || protocol === 'TLSv1.3') return ok(protocol);
    const fix = ['TLS 1.2 switched on in Windows (SChannel), then the Windows server restarted'];
    const letter = `Website: it speaks only ${protocol}; please switch TLS 1.2 on in Windows (SChannel).`;
    return target.tls === 'verify'
      ? problem(protocol, [...fix, 'or legacy.tls: pin'], letter)
      : warning(protocol, fix, letter);
  },
});
