import type { Secrets } from '../workspace/server.ts';

export type Redact = (text: string) => string;

/**
 * A function that replaces every occurrence of a secret's value by its name, also where it is spelt as in a URL, in JSON
 * or in Base64. Longer values go first, so that a value inside another one leaves no rest.
 */
export function redaction(secrets: Secrets): Redact {
  const spellings = Object.entries(secrets)
    .flatMap(([name, value]) =>
      [value, ...(name === 'API_USERS' ? apiUserParts(value) : [])].map((v) => ({ name, value: v })),
    )
    .filter(({ value }) => value !== '')
    .flatMap(({ name, value }) =>
      [value, encode(value), JSON.stringify(value).slice(1, -1), Buffer.from(value).toString('base64')].map((text) => ({
        name,
        text,
      })),
    )
    .sort((a, b) => b.text.length - a.text.length);
  if (spellings.length === 0) return (text) => text;
  const names = new Map(spellings.map(({ name, text }) => [text, name]));
  const pattern = new RegExp([...names.keys()].map(escaped).join('|'), 'g');
  return (text) => text.replaceAll(pattern, (found) => `[${names.get(found) ?? 'secret'}]`);
}

/** Each line, and each hash by itself. */
function apiUserParts(value: string): readonly string[] {
  const lines = value.split('|');
  return [...lines, ...lines.map((line) => line.split(':')[1] ?? '').filter((hash) => hash.startsWith('$'))];
}

/** As encodeURIComponent, which throws for half a character. */
function encode(value: string): string {
  return encodeURIComponent(value.toWellFormed());
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
