import { page } from './answer.ts';
import { bodyId, masterPage } from './layout.ts';
import { userById, type Site } from './site.ts';
import type { AspxPage } from './visit.ts';

/** Home.aspx: the only page that shows who is logged in. */
export const homePage: AspxPage = {
  name: 'Home.aspx',
  master: true,
  show: ({ site, session }) =>
    page(
      masterPage(
        site,
        'Home.aspx',
        `${versionSpan(site)}
<div id="UserGreeting"><span id="${bodyId(site, 'L_CURRENTUSER')}">Welcome</span>
<span id="${bodyId(site, 'txtCURRENTUSER')}">${currentUser(site, session.userId)}</span></div>
<p>Everything on these pages is made up.</p>`,
      ),
    ),
};

/**
 * Text of txtCURRENTUSER, re-read from tblUsers by the session's UserID and not HTML-encoded (an asp:Label writes its
 * text as it is). Empty: the row could not be read (database error, or no valid row any more).
 */
function currentUser(site: Site, userId: number | undefined): string {
  const user = userById(site, userId);
  if (site.state.databaseDown || user === undefined || user.disabled) return '';
  const name = `${user.otherNames} ${user.lastName}`;
  return site.traits.showsLoginName ? `${name} (${user.loginName})` : name;
}

function versionSpan(site: Site): string {
  const build = `<span id="${bodyId(site, 'compiledVersion')}">${site.version}.0</span>`;
  const rest = site.traits.showsBuild ? ` (build ${build})` : '';
  return `<span id="version">${site.traits.versionText}${rest}</span>`;
}
