/**
 * Form, query and cookie values by name, as ASP.NET gives them: names match in any case, a name that comes twice
 * gives `first,second`.
 */
export type Fields = { get(name: string): string | undefined; readonly values: readonly string[] };

export function fieldsOf(pairs: Iterable<readonly [string, string]>): Fields {
  const found = new Map<string, string>();
  for (const [name, value] of pairs) {
    const key = name.toLowerCase();
    const earlier = found.get(key);
    found.set(key, earlier === undefined ? value : `${earlier},${value}`);
  }
  return { get: (name) => found.get(name.toLowerCase()), values: [...found.values()] };
}

/** Reads an urlencoded or multipart body; any other type has no fields. */
export function formFields(contentType: string, body: Buffer): Fields {
  if (/^application\/x-www-form-urlencoded\b/i.test(contentType))
    return fieldsOf(new URLSearchParams(body.toString('utf8')));
  const boundary = /^multipart\/form-data\s*;.*\bboundary="?([^";]{1,70})"?/i.exec(contentType)?.[1];
  return fieldsOf(boundary === undefined ? [] : multipartFields(body.toString('utf8'), boundary));
}

function multipartFields(body: string, boundary: string): [string, string][] {
  const fields: [string, string][] = [];
  for (const part of `\r\n${body}`.split(`\r\n--${boundary}`).slice(1)) {
    const end = part.indexOf('\r\n\r\n');
    const head = part.slice(0, end);
    const name = /^content-disposition:.*;\s*name="([^"]*)"/im.exec(head)?.[1];
    if (end >= 0 && name !== undefined && !/;\s*filename=/i.test(head)) fields.push([name, part.slice(end + 4)]);
  }
  return fields;
}

/** Cookie names match in any case; the first of several wins. */
export function cookieFields(header: string | undefined): Fields {
  const found = new Map<string, string>();
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    const key = pair.slice(0, Math.max(at, 0)).trim().toLowerCase();
    if (key !== '' && !found.has(key)) found.set(key, pair.slice(at + 1).trim());
  }
  return { get: (name) => found.get(name.toLowerCase()), values: [...found.values()] };
}

/** ASP.NET's request validation: text that begins markup or a character reference is refused. */
export function isDangerous(fields: Fields): boolean {
  return fields.values.some((value) => /<[a-z!/?]|&#/i.test(value));
}
