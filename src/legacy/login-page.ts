/** What a page of the legacy website tells about itself. */
export type LoginPage = {
  /** Has the fields of the openIMIS login form (domain.md section 2). */
  readonly loginForm: boolean;
  readonly title?: string;
};

/** Recognises the openIMIS login page by its fields; ASP.NET matches field names without case, so do we. */
export function readLoginPage(html: string): LoginPage {
  const names = new Set<string>();
  for (const [tag] of html.matchAll(/<input\b[^>]{0,2000}>/gi)) {
    const name = /\sname\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i.exec(tag);
    const value = name?.[1] ?? name?.[2] ?? name?.[3];
    if (value !== undefined) names.add(value.toLowerCase());
  }
  const loginForm = ['txtusername', 'txtpassword', 'btnlogin'].every((name) => names.has(name));
  const title = /<title[^>]{0,200}>([^<]{1,200})</i.exec(html)?.[1]?.replaceAll(/\s+/g, ' ').trim();
  return title === undefined || title === '' ? { loginForm } : { loginForm, title };
}
