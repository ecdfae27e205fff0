import fc from 'fast-check';
import { expect, it } from 'vitest';

import { readLoginPage } from '../../src/legacy/login-page.ts';

const form = `<html><head><title>
	IMIS  Login
</title></head><body><form method="post" action="./">
<input type="hidden" name="__VIEWSTATE" value="x" />
<input name="txtUserName" type="text" maxlength="25" id="txtUserName" />
<input name="txtPassword" type="password" id="txtPassword" />
<input type="submit" name="btnLogin" value="Login" id="btnLogin" /></form></body></html>`;

it('recognises the openIMIS login form', () => {
  expect(readLoginPage(form)).toEqual({ loginForm: true, title: 'IMIS Login' });
});

it.each([
  ['other quotes and case', form.replaceAll('"', "'").replace('txtUserName', 'TXTUSERNAME'), true],
  ['no quotes', form.replaceAll(/name="(\w+)"/g, 'name=$1'), true],
  ['no button', form.replace('btnLogin', 'other'), false],
  ['names in text only', 'txtUserName txtPassword btnLogin', false],
  ['the start page of IIS', '<title>IIS Windows Server</title><img src="iisstart.png">', false],
  ['nothing', '', false],
])('with %s', (_, html, expected) => {
  expect(readLoginPage(html).loginForm).toBe(expected);
});

it('reads anything without failing', () => {
  fc.assert(fc.property(fc.string(), (html) => typeof readLoginPage(`<input ${html}`).loginForm === 'boolean'));
});
