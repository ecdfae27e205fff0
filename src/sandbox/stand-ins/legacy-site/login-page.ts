import { page, redirect, type Answer } from './answer.ts';
import { cultureCookie } from './culture.ts';
import { formOf, htmlPage } from './layout.ts';
import { findUser, type Site } from './site.ts';
import type { AspxPage, Visit } from './visit.ts';

/** Rows of tblLanguages. */
const languages = ['en', 'fr'];

const wrong = 'The user name or the password is not right.';
const broken = 'An error occurred while the password was checked.';

/** Default.aspx: the login. No master page, so its fields have plain names. */
export const loginPage: AspxPage = {
  name: 'Default.aspx',
  master: false,
  hidden: ['hfOfflineHFIDFlag'],
  load: saveOfflineHealthFacility,
  buttons: { btnLogin: logIn },
  show: (visit) => page(form(visit.site, '', '0')),
};

function logIn(visit: Visit): Answer | undefined {
  const { site, form: fields } = visit;
  if (site.state.databaseDown) return page(form(site, broken, '0'));
  const typed = fields.get('txtUserName') ?? '';
  const user = findUser(site, site.traits.trimsLoginName ? typed.trim() : typed);
  if (user === undefined || user.password !== (fields.get('txtPassword') ?? '')) {
    site.state.failedLogins += 1;
    return page(form(site, wrong, '0'));
  }
  site.state.logins += 1;
  visit.session.userId = user.id;
  const culture = cultureCookie(site.traits, user.language, languages);
  return redirect('Home.aspx', [`CultureInfo=${culture}; path=/`]);
}

/**
 * The hole of domain.md section 1: __EVENTARGUMENT=SaveOfflineHFID redirects to Home.aspx and writes tblIMISDefaults,
 * without a login; from 1.5.1 only when the POST is no postback.
 */
function saveOfflineHealthFacility(visit: Visit, postBack: boolean): Answer | undefined {
  const { site, form: fields } = visit;
  if (visit.method !== 'POST' || (postBack && site.traits.skipsLoadOnPostBack)) return undefined;
  if (fields.get('__EVENTARGUMENT') !== 'SaveOfflineHFID') return undefined;
  const number = Number(fields.get('txtOfflineHF') ?? '');
  if (!Number.isFinite(number) || number === 0) return page(form(site, '', '1'));
  site.state.offlineWrites += 1;
  return redirect('Home.aspx');
}

function form(site: Site, message: string, offlineFlag: string): string {
  const name = site.demo ? ' value="Admin"' : '';
  const password = site.demo ? ' value="admin123"' : '';
  return htmlPage(
    site,
    'Login',
    `<main>${formOf(
      site,
      'Default.aspx',
      `<input type="hidden" name="hfOfflineHFIDFlag" id="hfOfflineHFIDFlag" value="${offlineFlag}" />
<div align="center"><img src="Images/logo.png" alt="IMIS" />
<table class="Login"><tr><td colspan="2">IMIS Login</td></tr>
<tr><td colspan="2"><span id="lblMessage" style="color:Red;">${message}</span></td></tr>
<tr><td>User name</td><td><input name="txtUserName" type="text" maxlength="25" id="txtUserName"${name} /></td></tr>
<tr><td>Password</td><td><input name="txtPassword" type="password" maxlength="25" id="txtPassword"${password} /></td></tr>
<tr><td colspan="2"><input type="submit" name="btnLogin" value="Login" id="btnLogin" /></td></tr>
<tr><td colspan="2"><a href="ForgotPassword.aspx">Forgot your password?</a></td></tr></table></div>`,
    )}</main>`,
  );
}

/** Logout.aspx: by any method, without a login. */
export const logoutPage: AspxPage = {
  name: 'Logout.aspx',
  master: false,
  load: (visit) => {
    visit.abandon();
    return redirect('Default.aspx');
  },
  show: () => redirect('Default.aspx'),
};
