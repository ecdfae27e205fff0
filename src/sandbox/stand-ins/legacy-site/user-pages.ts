import { escapeHtml } from '../notice.ts';
import { page, redirect, type Answer } from './answer.ts';
import { formOf, htmlPage, masterPage } from './layout.ts';
import { findUser, userById, type Site } from './site.ts';
import type { AspxPage, Visit } from './visit.ts';

/** The pages that post a user's name besides the login. Source: domain.md section 2. */
export const userPages: readonly AspxPage[] = [
  {
    name: 'FindUser.aspx',
    master: true,
    buttons: { ctl00$Body$B_CANCEL: () => redirect('Home.aspx?') },
    show: (visit) => administratorsOnly(visit, () => findUserPage(visit)),
  },
  {
    name: 'User.aspx',
    master: true,
    buttons: {
      ctl00$Body$B_SAVE: (visit) => redirect(`FindUser.aspx?u=${postedName(visit)}`),
      ctl00$Body$B_CANCEL: (visit) => redirect(`FindUser.aspx?u=${postedName(visit)}`),
    },
    show: (visit) =>
      administratorsOnly(visit, () =>
        masterPage(
          visit.site,
          'User.aspx',
          `<h1>User</h1>${input('ctl00$Body$txtLoginName', 'Login name')}${button('ctl00$Body$B_SAVE', 'Save')}${button('ctl00$Body$B_CANCEL', 'Cancel')}`,
        ),
      ),
  },
  {
    name: 'ChangePassword.aspx',
    master: true,
    buttons: { ctl00$Body$B_CANCEL: () => redirect('Home.aspx') },
    show: ({ site }) =>
      page(
        masterPage(
          site,
          'ChangePassword.aspx',
          `<h1>Change password</h1><p>The stand-in changes no passwords.</p>${button('ctl00$Body$B_CANCEL', 'Cancel')}`,
        ),
      ),
  },
  passwordPage('EnterNewPassword.aspx'),
  passwordPage('ForgotPassword.aspx'),
];

/** Open to all: a known login name and a password long enough end in 302 `Default.aspx?`. */
function passwordPage(name: string): AspxPage {
  const show = (site: Site, message: string): Answer =>
    page(
      htmlPage(
        site,
        'Password',
        `<main>${formOf(
          site,
          name,
          `${input('txtLoginName', 'Login name')}<label>New password <input type="password" name="txtPassword" /></label>
${button('btnSubmit', 'Submit')}<div class="msg">${message}</div><a href="Default.aspx">Back to login</a>`,
        )}</main>`,
      ),
    );
  return {
    name,
    master: false,
    buttons: {
      btnSubmit: ({ site, form }) => {
        const known = findUser(site, (form.get('txtLoginName') ?? '').trim());
        if (known === undefined) return show(site, 'There is no such user.');
        if ((form.get('txtPassword') ?? '').length < 8) return show(site, 'That password is too weak.');
        return redirect('Default.aspx?');
      },
    },
    show: ({ site }) => show(site, ''),
  };
}

function findUserPage({ site }: Visit): string {
  const rows = site.users.map(
    (user) => `<tr><td>${escapeHtml(user.otherNames)}</td><td>${escapeHtml(user.lastName)}</td></tr>`,
  );
  return masterPage(
    site,
    'FindUser.aspx',
    `<h1>Users</h1>${input('ctl00$Body$txtUsername', 'User name')}${button('ctl00$Body$B_SEARCH', 'Search')}${button('ctl00$Body$B_CANCEL', 'Cancel')}
<table>${rows.join('')}</table>`,
  );
}

function administratorsOnly({ site, session }: Visit, show: () => string): Answer {
  if (userById(site, session.userId)?.administrator === true) return page(show());
  return page(masterPage(site, 'Redirect.aspx', '<p>You have no right to open this page.</p>'));
}

function postedName({ form }: Visit): string {
  return (form.get('ctl00$Body$txtLoginName') ?? '').trim();
}

function input(name: string, label: string): string {
  return `<label>${label} <input type="text" name="${name}" maxlength="25" /></label> `;
}

function button(name: string, value: string): string {
  return `<input type="submit" name="${name}" value="${value}" /> `;
}
