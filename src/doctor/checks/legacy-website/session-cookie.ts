import { defineCheck } from '../../check.ts';
import { ok, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'the session cookie is kept from scripts',
  expected: 'ASP.NET_SessionId with HttpOnly, when it is set at the first visit',
  why: 'a script in any page could take the session of who is logged in, and the gateway signs on by this cookie',
  needs: ['legacy-website/is-openimis'],
  probes: ['website'],
  judge: ({ website: { page } }) => {
    const cookie = page.head?.cookies.find((one) => /^ASP\.NET_SessionId=/i.test(one));
    if (cookie === undefined) return ok('none is set before the login');
    if (/;\s*HttpOnly/i.test(cookie)) return ok('HttpOnly');
    return warning('without HttpOnly', [
      'web.config of the legacy: <httpCookies httpOnlyCookies="true" /> below system.web',
    ]);
  },
});
