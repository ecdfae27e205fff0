import { exception, page, redirect, type Answer } from './answer.ts';
import { isDangerous } from './fields.ts';
import { homePage } from './home-page.ts';
import { redirectedPage } from './layout.ts';
import { loginPage, logoutPage } from './login-page.ts';
import { menuPages } from './menu-pages.ts';
import { downloadPage } from './open-pages.ts';
import { userPages } from './user-pages.ts';
import { isPostBack, type AspxPage, type Visit } from './visit.ts';

const pages: ReadonlyMap<string, AspxPage> = new Map(
  [loginPage, logoutPage, homePage, downloadPage, ...userPages, ...menuPages].map((one) => [
    one.name.toLowerCase(),
    one,
  ]),
);

/** The page of a path (lower case, below the site's root); what follows an .aspx is PathInfo and does not matter. */
export function findPage(path: string): AspxPage | undefined {
  const name = path === '' ? 'default.aspx' : path;
  return pages.get(name) ?? pages.get(/^([^/]+\.aspx)\//.exec(name)?.[1] ?? '');
}

/** The life of one request to a page, in ASP.NET's order: view state, Page_Load, master page, button, rendering. */
export async function servePage(found: AspxPage, visit: Visit): Promise<Answer> {
  const { site, form } = visit;
  if (isDangerous(form) || isDangerous(visit.query))
    return exception('A potentially dangerous Request value was detected');
  const postBack = isPostBack(visit);
  if (postBack && !site.viewState.isValid(found.name, form.get('__VIEWSTATE')))
    return exception('Validation of viewstate MAC failed');
  const loaded = found.load?.(visit, postBack);
  if (loaded !== undefined) return loaded;
  if (found.master) {
    const stopped = masterRules(visit);
    if (stopped !== undefined) return stopped;
  }
  if (postBack) {
    const answer = await raiseEvent(found, visit);
    if (answer !== undefined) return answer;
  }
  return found.show(visit);
}

/** Page_Load of the master page: first the Referer rule, then the login. */
function masterRules({ headers, query, session }: Visit): Answer | undefined {
  if ((headers.referer ?? '') === '') {
    const x = query.get('x');
    const number = x === undefined ? 0 : Number(x.replaceAll(',', ''));
    if (Number.isNaN(number)) return exception('Conversion from string to type Double is not valid');
    if (number !== 1) return page(redirectedPage());
  }
  return session.userId === undefined ? redirect('Default.aspx') : undefined;
}

async function raiseEvent(found: AspxPage, visit: Visit): Promise<Answer | undefined> {
  const pressed = Object.entries(found.buttons ?? {}).find(([name]) => visit.form.get(name) !== undefined);
  if (pressed === undefined) return undefined;
  if (!visit.site.viewState.isValidEvent(found.name, visit.form.get('__EVENTVALIDATION')))
    return exception('Invalid postback or callback argument');
  const absent = (found.hidden ?? []).find((name) => visit.form.get(name) === undefined);
  if (absent !== undefined) return exception(`the hidden field ${absent} did not come back`);
  return await pressed[1](visit);
}
