import type { Check } from './values.ts';

/** A page right below the legacy's virtual directory; its path info and its query belong to it. */
export const legacyPagePattern = '^/[A-Za-z0-9][A-Za-z0-9_-]{0,98}\\.[Aa][Ss][Pp][Xx]$';
const legacyPage = new RegExp(legacyPagePattern);

/** Without these nobody could log in or out, and the gateway's own sign-on could not work. */
const needed: Readonly<Record<string, string>> = {
  '/default.aspx': 'is the login page: without it nobody could log in',
  '/home.aspx': 'is where a login ends and where the way back to the legacy begins: it stays',
  '/logout.aspx': 'ends the session: without it nobody could log out',
  '/forgotpassword.aspx': 'is for people who cannot log in: it stays',
  '/enternewpassword.aspx': 'is for people who cannot log in: it stays',
};

export const legacyPageProblem: Check = (value) => {
  if (!value.startsWith('/')) return 'starts with / as in /Claim.aspx';
  if (/[?#]/.test(value)) return 'is a page only: without ? and #';
  if (!legacyPage.test(value)) return 'is not a page of the legacy, as in /Claim.aspx';
  return needed[value.toLowerCase()];
};

/** Below /front: characters that mean the same to nginx, to a browser and in a header. */
export const successorPattern =
  "^/front(/([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+)*/?(\\?([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?$";
const successor = new RegExp(successorPattern);

export const successorProblem: Check = (value) => {
  if (value.length > 500) return 'is longer than 500 characters';
  if (!/^\/front([/?]|$)/.test(value)) return 'is a path of the new pages: it begins with /front/';
  if (!successor.test(value)) return 'is not a path: letters, digits, and other characters percent-encoded';
  const path = value.split('?')[0] ?? '';
  if (path.split('/').some((part) => /^(\.|%2e){1,2}$/i.test(part))) return 'has no . and .. in its path';
  if (/%(0[\da-f]|1[\da-f]|2f|5c|7f)/i.test(value)) return 'has no encoded control character or slash in it';
  return undefined;
};

/** A login of openIMIS as the gateway reads it from the legacy (templates/gateway/lua/home_page.lua). */
export const loginProblem: Check = (value) => {
  if (value.trim() === '') return 'is empty';
  if (value.length > 50) return `has ${value.length} characters; logins have at most 50`;
  return /^[ -~]+$/.test(value) ? undefined : 'is not a login: printable ASCII characters';
};
