/** A URL for people: without user, password, query and fragment, which may all be secrets. */
export function redacted(url: URL | string): string {
  if (!URL.canParse(String(url))) return 'an address that cannot be read';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
