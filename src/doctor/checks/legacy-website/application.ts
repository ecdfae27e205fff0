import { defineCheck } from '../../check.ts';
import { ok, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'a page that wants a login leads to the login',
  expected: '302 from Home.aspx to Default.aspx',
  why: 'the gateway asks Home.aspx who is logged in',
  needs: ['legacy-website/is-openimis'],
  probes: ['website'],
  judge: ({ website: { home } }) => {
    const { status = 0, location = '' } = home?.head ?? {};
    if (status === 302 && /default\.aspx/i.test(location)) return ok(`302 to ${location}`);
    return warning(home?.head === undefined ? 'no answer' : `${status}${location === '' ? '' : ` to ${location}`}`, [
      'open Home.aspx?x=1 below legacy.url in a browser that is not logged in: does it show the login?',
      'is legacy.url the folder of openIMIS itself, with its virtual directory?',
    ]);
  },
});
