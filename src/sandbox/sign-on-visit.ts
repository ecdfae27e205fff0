import { Failure } from '../failure.ts';
import { type Browser, hiddenFields, type Page } from './browser.ts';

/** What a person would have seen, step by step. */
export type VisitStep = { readonly what: string; readonly path: string; readonly answer: string };
export type Visit = { readonly steps: readonly VisitStep[]; readonly signedOnAs: string };

/**
 * Does what a person does: is refused without a login, opens the legacy's login page through the gateway, logs in,
 * opens /front and asks /iapi who is there. Throws ROUTE_FAILED at the first unexpected answer.
 */
export async function signOnVisit(
  browser: Browser,
  login: { readonly user: string; readonly password: string },
): Promise<Visit> {
  const steps: VisitStep[] = [];
  const step = (what: string, path: string, page: Page, expected: boolean, answer: string): void => {
    if (!expected) throw unexpected(path, page);
    steps.push({ what, path, answer });
  };
  const who = '/iapi/core/users/current_user/';

  const before = await browser.fetch(who);
  step('before the login, the new side refuses', who, before, before.status === 401, '401');

  const form = await browser.get('/');
  step(
    'the legacy login page, through the gateway',
    '/',
    form,
    form.status === 200 && form.body.includes('txtUserName'),
    '200, the form',
  );

  const fields = {
    ...hiddenFields(form.body),
    txtUserName: login.user,
    txtPassword: login.password,
    btnLogin: 'Login',
  };
  const posted = await browser.post('/', fields);
  const home = posted.location ?? '';
  step(`log in as ${login.user}`, '/', posted, posted.status === 302 && /home\.aspx/i.test(home), `302 to ${home}`);

  const front = await browser.get('/front/');
  step('the new pages', '/front/', front, front.status === 200, '200');

  const after = await browser.fetch(who);
  const signedOnAs = userName(after.body);
  step('whom the new side sees', who, after, after.status === 200 && signedOnAs !== undefined, signedOnAs ?? '');
  return { steps, signedOnAs: signedOnAs ?? '' };
}

function userName(body: string): string | undefined {
  try {
    const user = JSON.parse(body) as { username?: unknown } | null;
    return typeof user?.username === 'string' ? user.username : undefined;
  } catch {
    return undefined;
  }
}

function unexpected(path: string, page: Page): Failure {
  const where = page.location === undefined ? '' : ` to ${page.location}`;
  return new Failure(
    'ROUTE_FAILED',
    `${path} answered ${page.status}${where} through the gateway, which was not expected`,
    ['openimis sandbox status', 'openimis sandbox down, then openimis sandbox up'],
  );
}
