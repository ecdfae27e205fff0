import { defineCheck } from '../../check.ts';
import { ok, problem, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'it is the login page of openIMIS',
  expected: 'the fields txtUserName, txtPassword, btnLogin, and __VIEWSTATE with its companions',
  why: 'the gateway carries this login over to the new side',
  needs: ['legacy-website/status'],
  probes: ['website'],
  judge: ({ website: { page, target } }) => {
    const shown = page.title === undefined ? 'a page without a title' : `"${page.title}"`;
    if (!page.loginForm)
      return problem(`${shown}, without the login form of openIMIS`, [
        `correct legacy.url in openimis.yaml (now ${target.scheme}://${target.host}${target.path}): the virtual directory, the name, the port`,
      ]);
    const missing = ['__VIEWSTATE', '__EVENTVALIDATION'].filter((name) => !page.hidden.includes(name));
    if (missing.length === 0) return ok(shown);
    return warning(`${shown}, with the login form but without ${missing.join(', ')}`, [
      'is something before IIS changing its pages? Compare with the page on the Windows server itself',
    ]);
  },
});
