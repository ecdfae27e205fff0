import { defineCheck } from '../../check.ts';
import { ok, problem } from '../../finding.ts';

export const check = defineCheck({
  title: 'it is not the gateway itself that answers',
  expected: 'the Windows server',
  why: 'a gateway that asks itself for the legacy goes round in a circle',
  needs: ['legacy-website/protocol'],
  probes: ['website'],
  judge: ({ website: { page, gatewayDns, where } }) => {
    const { status = 0, location = '' } = page.head ?? {};
    const target = URL.parse(location);
    const own = status === 307 && target?.protocol === 'https:' && target.hostname === gatewayDns.toLowerCase();
    if (status !== 508 && !own) return ok('another machine');
    return problem(`the gateway answers at ${where}`, [
      'legacy.ip stays the address of the Windows server, also when gateway.dns is its name (docs/go-live.md)',
    ]);
  },
});
