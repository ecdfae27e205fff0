import type { Fields } from './fields.ts';
import type { VersionTraits } from './versions.ts';

/**
 * Application_BeginRequest makes a CultureInfo of the cookie before anything else: an unknown code is an exception on
 * every request. Source: domain.md section 2.
 */
export function cultureIsBroken(cookies: Fields, traits: VersionTraits): boolean {
  const cookie = cookies.get('CultureInfo');
  if (cookie === undefined) return false;
  const code = traits.cultureCookie === 'code' ? cookie : selectedLanguage(cookie);
  if (code === undefined) return true;
  return code !== '' && !isCulture(code);
}

function selectedLanguage(cookie: string): string | undefined {
  return new URLSearchParams(cookie).get('SelectedLanguage') ?? undefined;
}

function isCulture(code: string): boolean {
  if (!/^[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}$/i.test(code)) return false;
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(code).length > 0;
  } catch {
    return false;
  }
}

/** Value of the cookie that a login sets; `languages`: the rows of tblLanguages. */
export function cultureCookie(traits: VersionTraits, language: string, languages: readonly string[]): string {
  if (traits.cultureCookie === 'code') return language;
  return [`SelectedLanguage=${language}`, ...languages.map((code, n) => `Language${n + 1}=${code}`)].join('&');
}
