import { banner, escapeHtml, notice } from '../notice.ts';
import type { Site } from './site.ts';

const style = `body{font-family:"Segoe UI",Arial,sans-serif;margin:0;color:#222}
.stand-in{background:#ffe08a;padding:.6em 1em;border-bottom:2px solid #c78f00}
nav{background:#00687a;padding:.6em 1em;line-height:1.9}nav a{color:#fff;margin-right:1em;text-decoration:none}
main{padding:1em}td{padding:.2em .6em}#version{float:right;color:#777}`;

/** A whole page; `body` is HTML. */
export function htmlPage(site: Site, title: string, body: string): string {
  return `<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><meta charset="utf-8" />
<title>${escapeHtml(title)} (stand-in)</title>
<link rel="icon" href="Images/logo.png" type="image/png" /><style>${style}</style></head>
<body>${banner(`In place of the legacy openIMIS web site, version ${site.version}`)}
${body}
</body></html>`;
}

/** A Web Forms form that posts back to its page (`action` as ASP.NET writes it). */
export function formOf(site: Site, page: string, content: string): string {
  return `<form method="post" action="./${page}" id="form1">
${site.viewState.inputs(page)}
${content}
</form>`;
}

/** Pages of the menu, in its order. Source: domain.md section 2. */
export const menu: readonly string[] = [
  'Home',
  'Family',
  'FindFamily',
  'FindInsuree',
  'FindPolicy',
  'FindPremium',
  'FindPayment',
  'FindClaims',
  'ClaimOverview',
  'ProcessBatches',
  'FindProduct',
  'FindHealthFacility',
  'FindPriceListMS',
  'FindPriceListMI',
  'FindMedicalService',
  'FindMedicalItem',
  'FindUser',
  'FindProfile',
  'FindOfficer',
  'FindClaimAdministrator',
  'FindPayer',
  'Locations',
  'Registers',
  'PolicyRenewal',
  'FeedbackPrompt',
  'IMISExtracts',
  'Reports',
  'Utilities',
  'AddFunding',
  'EmailSettings',
  'ChangePassword',
  'Logout',
];

/** A page below the master page: menu, form, content. */
export function masterPage(site: Site, page: string, content: string): string {
  const links = menu.map((name) => `<a href="${name}.aspx">${name}</a>`).join(' ');
  const manual = '<a href="Manual/IMIS_manual.pdf">Manual</a>';
  return htmlPage(
    site,
    page.replace(/\.aspx$/i, ''),
    formOf(site, page, `<nav>${links} ${manual}</nav><main>${content}</main>`),
  );
}

/** id of a control in placeholder Body. */
export function bodyId(site: Site, control: string): string {
  return `${site.autoId ? 'ctl00_' : ''}Body_${control}`;
}

/** Redirected.htm: what a visitor without a Referer gets, with status 200. */
export function redirectedPage(): string {
  return `<!DOCTYPE html><html><head><title></title></head><body><div align="center">
<h1>Copying or changing an address by hand is not possible here. <br/>Use the links of the pages instead.</h1>
<a href="javascript:window.history.back();">Back to the page before</a><p>${notice}</p></div></body></html>`;
}
